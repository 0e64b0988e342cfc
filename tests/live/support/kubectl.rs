//! The API server as `kubectl` shows it.

use std::time::Duration;

use serde_json::Value;

use super::eventually;
use super::process::Ended;
use super::world::World;

/// How long a cluster may take to come to rest on a busy machine.
const PATIENCE: Duration = Duration::from_mins(3);

impl World {
    /// Runs `kubectl` with this world's kubeconfig.
    #[track_caller]
    pub(crate) fn kubectl<S: AsRef<str>>(&self, arguments: impl IntoIterator<Item = S>) -> Ended {
        self.peer("kubectl", arguments)
    }

    /// Runs `kubectl` with a feature that is off unless this variable is `true`.
    #[track_caller]
    pub(crate) fn kubectl_with<S: AsRef<str>>(
        &self,
        variable: &str,
        arguments: impl IntoIterator<Item = S>,
    ) -> Ended {
        self.peer_with("kubectl", variable, arguments)
    }

    /// The items of a list.
    #[track_caller]
    pub(crate) fn items(&self, arguments: &[&str]) -> Vec<Value> {
        let all = ["get"].iter().chain(arguments).chain(&["--output=json"]);
        let found = self.kubectl(all).expect(0).json();
        found["items"]
            .as_array()
            .cloned()
            .unwrap_or_else(|| vec![found])
    }

    /// Waits until there are this many nodes and all are Ready.
    #[track_caller]
    pub(crate) fn await_nodes(&self, number: usize) {
        eventually(PATIENCE, || {
            let nodes = self.kubectl(["get", "nodes", "--output=json"]);
            let items = (nodes.code == Some(0)).then(|| nodes.json()["items"].clone());
            let ready = items.as_ref().and_then(Value::as_array).map_or(0, |nodes| {
                nodes
                    .iter()
                    .filter(|node| has_condition(node, "Ready"))
                    .count()
            });
            if ready == number {
                Ok(())
            } else {
                Err(format!("{ready} of {number} nodes Ready\n{}", nodes.stderr))
            }
        });
    }

    /// Waits until every pod of the system is Ready.
    #[track_caller]
    pub(crate) fn await_system(&self) {
        for namespace in ["kube-system", "local-path-storage"] {
            eventually(PATIENCE, || {
                let pods = self.items(&["pods", "--namespace", namespace]);
                let late: Vec<&Value> = pods
                    .iter()
                    .filter(|pod| !has_condition(pod, "Ready"))
                    .map(|pod| &pod["metadata"]["name"])
                    .collect();
                if pods.is_empty() || !late.is_empty() {
                    return Err(format!(
                        "{namespace}: {} pods, not Ready: {late:?}",
                        pods.len()
                    ));
                }
                Ok(())
            });
        }
    }

    /// Waits until a command succeeds.
    #[track_caller]
    pub(crate) fn kubectl_eventually(&self, arguments: &[&str]) -> Ended {
        eventually(PATIENCE, || {
            let ended = self.kubectl(arguments);
            if ended.code == Some(0) {
                Ok(ended)
            } else {
                Err(ended.raw())
            }
        })
    }
}

/// The condition is True.
pub(crate) fn has_condition(object: &Value, kind: &str) -> bool {
    let conditions = object["status"]["conditions"].as_array();
    conditions
        .into_iter()
        .flatten()
        .any(|found| found["type"] == kind && found["status"] == "True")
}
