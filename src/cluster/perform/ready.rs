//! When nodes and Deployments count as ready, and why not yet. Pure.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::cluster::distribution::System;
use crate::k8s::watch::{Objects, Verdict};
use crate::text::Count;

/// All of `names` are Ready, and `lacks` finds nothing else missing. In a cluster that is not `networked` those count as
/// well that only lack a network.
pub(super) fn nodes(
    names: &[&str],
    found: &Objects,
    networked: bool,
    lacks: &dyn Fn(&Value) -> Option<String>,
) -> Verdict {
    let waiting: Vec<String> = names
        .iter()
        .filter_map(|name| {
            let Some(node) = found.get(*name) else {
                return Some(format!("{name} to register"));
            };
            let ready = condition(node, "Ready")?;
            if ready["status"] == "True" || !networked && lacks_network(ready) {
                return lacks(node).map(|what| format!("{name}: {what}"));
            }
            let message = ready["message"]
                .as_str()
                .filter(|text| !text.is_empty())
                .unwrap_or("no word from its kubelet");
            Some(format!("{name}: {message}"))
        })
        .collect();
    let unreported = names.iter().find(|name| {
        found
            .get(**name)
            .is_some_and(|node| condition(node, "Ready").is_none())
    });
    match (waiting.first(), unreported) {
        (None, None) => Verdict::Ready,
        (None, Some(name)) => Verdict::NotYet(format!("the kubelet of {name} to report")),
        (Some(first), _) if waiting.len() == 1 => Verdict::NotYet(first.clone()),
        (Some(first), _) => Verdict::NotYet(format!("{}, {first}", Count(waiting.len(), "node"))),
    }
}

/// What a kubelet says whose runtime has no network plugin.
fn lacks_network(ready: &Value) -> bool {
    let message = ready["message"].as_str().unwrap_or_default();
    message.contains("network not ready") || message.contains("cni plugin not initialized")
}

/// A node of `nodes` has not reported since: that it was ready before it was stopped says nothing.
pub(super) fn silent(nodes: &BTreeSet<String>, since: i64, node: &Value) -> Option<String> {
    let name = node["metadata"]["name"].as_str()?;
    let reported = condition(node, "Ready")?["lastHeartbeatTime"].as_str()?;
    let old = crate::text::epoch(reported)? < since;
    (old && nodes.contains(name)).then(|| "its kubelet has not reported yet".to_owned())
}

/// Pods of the default namespace have their account; without it none can be created.
pub(super) fn account(found: &Objects) -> Verdict {
    if found.contains_key("default/default") {
        Verdict::Ready
    } else {
        Verdict::NotYet("the default service account".into())
    }
}

/// There are Deployments in the first namespace if some are expected, and all Deployments in any of them are available.
pub(super) fn deployments(system: &System, found: &Objects) -> Verdict {
    let namespaces = system.namespaces;
    let namespace = |key: &String| key.split('/').next().unwrap_or_default().to_owned();
    let missing = |first: &&str| found.keys().all(|key| namespace(key) != **first);
    if system.expected && namespaces.first().is_some_and(missing) {
        return Verdict::NotYet("the system deployments to be created".into());
    }
    for (key, deployment) in found
        .iter()
        .filter(|(key, _)| namespaces.contains(&namespace(key).as_str()))
    {
        let current =
            deployment["status"]["observedGeneration"] == deployment["metadata"]["generation"];
        let available = condition(deployment, "Available")
            .is_some_and(|condition| condition["status"] == "True");
        let number = |value: &Value| value.as_u64();
        let wanted = number(&deployment["spec"]["replicas"]).unwrap_or(1);
        let up = number(&deployment["status"]["availableReplicas"]).unwrap_or(0);
        if !(current && available && up >= wanted) {
            return Verdict::NotYet(format!("deployment {key}: {up} of {wanted} available"));
        }
    }
    Verdict::Ready
}

fn condition<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    object["status"]["conditions"]
        .as_array()?
        .iter()
        .find(|condition| condition["type"] == kind)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn node(status: &str) -> Value {
        json!({"status": {"conditions": [{"type": "Ready", "status": status, "message": "network is not ready"}]}})
    }

    #[test]
    fn a_node_that_was_started_again_must_report_again() {
        let nodes = BTreeSet::from(["a".to_owned()]);
        let node = |name: &str| {
            json!({"metadata": {"name": name}, "status": {"conditions": [
                {"type": "Ready", "status": "True", "lastHeartbeatTime": "1970-01-01T00:01:00Z"},
            ]}})
        };
        let waits = Some("its kubelet has not reported yet".to_owned());
        assert_eq!(silent(&nodes, 61, &node("a")), waits);
        assert_eq!(silent(&nodes, 60, &node("a")), None);
        assert_eq!(silent(&nodes, 61, &node("b")), None, "it ran all the time");
    }

    #[test]
    fn nodes_are_ready_when_all_say_so() {
        let found = Objects::from([("a".into(), node("True")), ("b".into(), node("False"))]);
        assert_eq!(nodes(&["a"], &found, true, &|_| None), Verdict::Ready);
        assert_eq!(
            nodes(&["a", "b"], &found, true, &|_| None),
            Verdict::NotYet("b: network is not ready".into())
        );
        assert_eq!(
            nodes(&["a", "c"], &found, true, &|_| None),
            Verdict::NotYet("c to register".into())
        );
        assert_eq!(
            nodes(&["b", "c"], &found, true, &|_| None),
            Verdict::NotYet("2 nodes, b: network is not ready".into())
        );
        let silent = Objects::from([("a".into(), json!({"status": {}}))]);
        assert_eq!(
            nodes(&["a"], &silent, true, &|_| None),
            Verdict::NotYet("the kubelet of a to report".into())
        );
    }

    #[test]
    fn without_a_network_nodes_are_as_ready_as_can_be() {
        let lacking = json!({"status": {"conditions": [{
            "type": "Ready",
            "status": "False",
            "message": "container runtime network not ready: NetworkReady=false message:Network plugin returns error: cni plugin not initialized",
        }]}});
        let found = Objects::from([("a".into(), lacking), ("b".into(), node("False"))]);
        assert_eq!(nodes(&["a"], &found, false, &|_| None), Verdict::Ready);
        assert_ne!(nodes(&["a"], &found, true, &|_| None), Verdict::Ready);
        assert_ne!(nodes(&["b"], &found, false, &|_| None), Verdict::Ready);
    }

    fn deployment(generation: u32, available: u32) -> Value {
        json!({
            "metadata": {"generation": 2},
            "spec": {"replicas": 2},
            "status": {
                "observedGeneration": generation,
                "availableReplicas": available,
                "conditions": [{"type": "Available", "status": "True"}],
            },
        })
    }

    #[test]
    fn deployments_are_ready_when_the_newest_generation_is_available() {
        let spaces = System {
            namespaces: &["kube-system", "local-path-storage"],
            expected: true,
        };
        let with = |deployment| Objects::from([("kube-system/coredns".to_owned(), deployment)]);
        assert_eq!(
            deployments(&spaces, &with(deployment(2, 2))),
            Verdict::Ready
        );
        let late = Verdict::NotYet("deployment kube-system/coredns: 2 of 2 available".into());
        assert_eq!(deployments(&spaces, &with(deployment(1, 2))), late);
        let short = Verdict::NotYet("deployment kube-system/coredns: 1 of 2 available".into());
        assert_eq!(deployments(&spaces, &with(deployment(2, 1))), short);
        let none = Verdict::NotYet("the system deployments to be created".into());
        assert_eq!(deployments(&spaces, &Objects::new()), none);
        assert_eq!(
            deployments(
                &spaces,
                &Objects::from([("web/x".to_owned(), deployment(1, 0))])
            ),
            none
        );
    }
}
