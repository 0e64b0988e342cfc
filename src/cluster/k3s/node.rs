//! What a Ready node of K3s still lacks: its Ready condition comes seconds before pods can run on it.

use serde_json::Value;

/// Taints that go when the node is initialised.
const TAINTS: [&str; 2] = [
    "node.kubernetes.io/not-ready",
    "node.cloudprovider.kubernetes.io/uninitialized",
];
/// Flannel writes it when the node's pod network works.
const NETWORK: &str = "flannel.alpha.coreos.com/backend-data";

/// What the arguments leave to others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Expected {
    /// Flannel sets up the pod network.
    pub(super) flannel: bool,
    /// K3s initialises nodes itself.
    pub(super) cloud_controller: bool,
}

/// What is missing to run pods; `None` if nothing is.
pub(super) fn lacks(expected: Expected, node: &Value) -> Option<String> {
    let taints = node["spec"]["taints"].as_array();
    let keys: Vec<&str> = taints
        .into_iter()
        .flatten()
        .filter_map(|taint| taint["key"].as_str())
        .collect();
    let [not_ready, uninitialized] = TAINTS.map(|taint| keys.contains(&taint));
    if not_ready || (uninitialized && expected.cloud_controller) {
        return Some("is being initialised".into());
    }
    let network = &node["metadata"]["annotations"][NETWORK];
    (expected.flannel && network.is_null()).then(|| "sets up the pod network".into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ready_is_not_usable() {
        let all = Expected {
            flannel: true,
            cloud_controller: true,
        };
        let node = |taint: &str| json!({"spec": {"taints": [{"key": taint}]}, "metadata": {}});
        let initialised = Some("is being initialised".to_owned());
        assert_eq!(lacks(all, &node(TAINTS[0])), initialised);
        assert_eq!(lacks(all, &node(TAINTS[1])), initialised);
        let network = Some("sets up the pod network".to_owned());
        assert_eq!(lacks(all, &node("example.com/own")), network);
        let usable = json!({"metadata": {"annotations": {NETWORK: "null"}}});
        assert_eq!(lacks(all, &usable), None);
        assert_eq!(lacks(Expected::default(), &node(TAINTS[1])), None);
        assert_eq!(lacks(Expected::default(), &node(TAINTS[0])), initialised);
    }
}
