//! What a K3s server answers besides an API server's paths, and to whom.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use serde_json::json;

use super::super::authority::Authority;
use super::state::State;
use super::{ApiServer, Effect, tls};

/// State of the supervisor.
#[derive(Default)]
pub(super) struct K3s {
    /// It takes nodes.
    open: bool,
    /// Passwords it was asked with.
    passwords: Vec<String>,
    kubeconfig: String,
}

impl ApiServer {
    /// A K3s server behind TLS that takes nodes, with its system and its first account in place.
    pub(crate) fn k3s() -> Self {
        let authority = Authority::new();
        let server = Self::with(Some(tls::acceptor(&authority)));
        {
            let mut state = server.state.lock().unwrap();
            state.k3s = Some(K3s {
                open: true,
                kubeconfig: tls::kubeconfig(&authority),
                ..K3s::default()
            });
            state.store(
                "/api/v1/namespaces/default/serviceaccounts/default",
                json!({"metadata": {"name": "default", "namespace": "default"}}),
            );
            state.store(
                "/apis/apps/v1/namespaces/kube-system/deployments/coredns",
                json!({
                    "metadata": {"name": "coredns", "namespace": "kube-system", "generation": 1},
                    "spec": {"replicas": 1},
                    "status": {
                        "observedGeneration": 1, "availableReplicas": 1,
                        "conditions": [{"type": "Available", "status": "True"}],
                    },
                }),
            );
        }
        server
    }

    /// Takes no nodes until told otherwise.
    pub(crate) fn closed(self) -> Self {
        self.supervisor(|k3s| k3s.open = false);
        self
    }

    /// Takes nodes from now on.
    pub(crate) fn open(&self) {
        self.supervisor(|k3s| k3s.open = true);
    }

    /// These nodes are Ready, initialised, and have a network.
    pub(crate) fn nodes(self, names: &[&str]) -> Self {
        for name in names {
            self.node(name);
        }
        self
    }

    /// This node is, too.
    pub(crate) fn node(&self, name: &str) {
        let object = json!({
            "metadata": {
                "name": name,
                "annotations": {"flannel.alpha.coreos.com/backend-data": "null"},
            },
            "spec": {},
            "status": {"conditions": [{"type": "Ready", "status": "True"}]},
        });
        let mut state = self.state.lock().unwrap();
        state.store(&format!("/api/v1/nodes/{name}"), object);
    }

    /// The port it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The kubeconfig that it writes into its container.
    pub(crate) fn admin_kubeconfig(&self) -> String {
        self.supervisor(|k3s| k3s.kubeconfig.clone())
    }

    /// Passwords with which somebody asked whether it takes nodes.
    pub(crate) fn passwords(&self) -> Vec<String> {
        self.supervisor(|k3s| k3s.passwords.clone())
    }

    /// Paths under this prefix are answered as by a server that is not there yet, this often.
    pub(crate) fn starting(self, path: &str, times: usize) -> Self {
        let effect = Effect::Answer(503, &[], "starting".to_owned());
        self.fault(path, times, effect)
    }

    fn supervisor<T>(&self, look: impl FnOnce(&mut K3s) -> T) -> T {
        look(self.state.lock().unwrap().k3s.as_mut().unwrap())
    }
}

/// The password of user `node` in a request.
pub(super) fn password(headers: &HeaderMap) -> Option<String> {
    let header = headers.get("authorization")?.to_str().ok()?;
    let decoded = STANDARD.decode(header.strip_prefix("Basic ")?).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    Some(text.strip_prefix("node:")?.to_owned())
}

/// Code and body for what is not an API server's business, or not that of strangers.
pub(super) fn answer(
    state: &Arc<Mutex<State>>,
    path: &str,
    known: bool,
    password: Option<String>,
) -> Option<(u16, &'static str)> {
    let mut state = state.lock().unwrap();
    let k3s = state.k3s.as_mut()?;
    if path == "/v1-k3s/readyz" {
        let Some(password) = password else {
            return Some((401, "not authorized"));
        };
        k3s.passwords.push(password);
        return Some(if k3s.open {
            (200, "ok")
        } else {
            (503, "runtime core not ready")
        });
    }
    match (known, path) {
        (false, _) => Some((401, "Unauthorized")),
        (true, "/readyz") => Some((200, "ok")),
        (true, "/version") => Some((200, r#"{"gitVersion": "v1.36.4+k3s1"}"#)),
        (true, _) => None,
    }
}
