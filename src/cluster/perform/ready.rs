//! When nodes and Deployments count as ready, and why not yet. Pure.

use serde_json::Value;

use crate::k8s::watch::{Objects, Verdict};
use crate::text::Count;

/// All of `names` are Ready.
pub(super) fn nodes(names: &[&str], found: &Objects) -> Verdict {
    let waiting: Vec<String> = names
        .iter()
        .filter_map(|name| {
            let Some(node) = found.get(*name) else {
                return Some(format!("{name} to register"));
            };
            let ready = condition(node, "Ready")?;
            if ready["status"] == "True" {
                return None;
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

/// There are Deployments in the first of `namespaces`, and all Deployments in any of them are available.
pub(super) fn deployments(namespaces: &[&str], found: &Objects) -> Verdict {
    let namespace = |key: &String| key.split('/').next().unwrap_or_default().to_owned();
    if namespaces
        .first()
        .is_some_and(|first| found.keys().all(|key| namespace(key) != *first))
    {
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
    fn nodes_are_ready_when_all_say_so() {
        let found = Objects::from([("a".into(), node("True")), ("b".into(), node("False"))]);
        assert_eq!(nodes(&["a"], &found), Verdict::Ready);
        assert_eq!(
            nodes(&["a", "b"], &found),
            Verdict::NotYet("b: network is not ready".into())
        );
        assert_eq!(
            nodes(&["a", "c"], &found),
            Verdict::NotYet("c to register".into())
        );
        assert_eq!(
            nodes(&["b", "c"], &found),
            Verdict::NotYet("2 nodes, b: network is not ready".into())
        );
        let silent = Objects::from([("a".into(), json!({"status": {}}))]);
        assert_eq!(
            nodes(&["a"], &silent),
            Verdict::NotYet("the kubelet of a to report".into())
        );
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
        let spaces = ["kube-system", "local-path-storage"];
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
