//! The API server of a Talos cluster: it listens where the control plane's port is published, once etcd runs.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use serde_json::json;

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

    /// Listens on this port of the host with a certificate of this authority.
    pub(in super::super) fn listen_as(&self, port: u16, authority: &Authority) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        self.listen(listener, Some(tls::acceptor(authority)));
    }
}
