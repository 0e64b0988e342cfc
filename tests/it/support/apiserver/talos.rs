//! The API server of a Talos cluster: it listens where the control plane's port is published, once etcd runs.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde_json::json;
use tokio::net::TcpSocket;

use super::super::authority::Authority;
use super::ApiServer;
use super::k3s::K3s;
use super::tls;

impl ApiServer {
    /// One with `CoreDNS` that does not listen yet.
    pub(crate) fn talos() -> Self {
        let server = Self::silent(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        {
            let mut state = server.state.lock().unwrap();
            // Strangers, `/readyz` and `/version` are the same as there; the rest of K3s is for its own nodes.
            state.k3s = Some(K3s::default());
            for (version, kind, plural, namespaced) in [
                ("apps/v1", "DaemonSet", "daemonsets", true),
                (
                    "rbac.authorization.k8s.io/v1",
                    "ClusterRoleBinding",
                    "clusterrolebindings",
                    false,
                ),
            ] {
                let kind = (version.into(), kind.into(), plural.into(), namespaced);
                state.kinds.push(kind);
            }
            state.store(
                "/api/v1/namespaces/kube-system",
                json!({"metadata": {"name": "kube-system"}}),
            );
            state.store(
                "/api/v1/namespaces/default/serviceaccounts/default",
                json!({"metadata": {"name": "default", "namespace": "default"}}),
            );
            state.store(
                "/apis/apps/v1/namespaces/kube-system/deployments/coredns",
                json!({
                    "metadata": {"name": "coredns", "namespace": "kube-system", "generation": 1},
                    "spec": {"replicas": 2},
                    "status": {
                        "observedGeneration": 1, "availableReplicas": 2, "readyReplicas": 2, "updatedReplicas": 2,
                        "conditions": [{"type": "Available", "status": "True"}],
                    },
                }),
            );
        }
        server
    }

    /// This node is Ready, and the agent of its network runs.
    pub(crate) fn member(&self, name: &str) {
        self.node(name);
        self.agent(name);
    }

    /// The agent of this node's network runs.
    pub(crate) fn agent(&self, name: &str) {
        self.update(&format!("/api/v1/nodes/{name}"), |node| {
            let conditions = node["status"]["conditions"].as_array_mut().unwrap();
            conditions.retain(|condition| condition["type"] != "NetworkUnavailable");
            conditions.push(json!({"type": "NetworkUnavailable", "status": "False"}));
        });
    }

    /// Listens there with a certificate of this authority.
    pub(in super::super) fn listen_as(&self, socket: TcpSocket, authority: &Authority) {
        // Whoever asks for it may or may not be in a runtime.
        let listening = std::thread::spawn(move || {
            let mut builder = tokio::runtime::Builder::new_current_thread();
            let runtime = builder.enable_all().build().unwrap();
            let _inside = runtime.enter();
            socket.listen(128).unwrap().into_std().unwrap()
        });
        let listener = listening.join().unwrap();
        self.listen(listener, Some(tls::acceptor(authority)));
    }
}

/// A port of the host that nobody else gets, where nothing listens yet. A connection of another test may have it for a
/// moment.
pub(in super::super) fn reserved(port: u16) -> TcpSocket {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    for _ in 0..200 {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        if socket.bind(address).is_ok() {
            return socket;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("somebody has port {port}");
}
