//! Why a deleted object is still there, in words. Pure.

use serde_json::Value;

use crate::text::List;

/// Finalizers of Kubernetes itself, and what removes them.
const KNOWN: [(&str, &str); 8] = [
    (
        "foregroundDeletion",
        "the objects that it owns are still there",
    ),
    ("orphan", "the objects that it owns are being released"),
    ("kubernetes.io/pvc-protection", "a pod still uses it"),
    (
        "kubernetes.io/pv-protection",
        "a claim is still bound to it",
    ),
    (
        "customresourcecleanup.apiextensions.k8s.io",
        "custom resources of this kind are still there",
    ),
    (
        "service.kubernetes.io/load-balancer-cleanup",
        "its load balancer is being removed",
    ),
    (
        "batch.kubernetes.io/job-tracking",
        "its job has not counted it yet",
    ),
    ("kubernetes", "its contents are being deleted"),
];

/// Why `object`, which was deleted, is not gone.
pub fn why(object: &Value) -> String {
    let conditions = namespace_conditions(object);
    if !conditions.is_empty() {
        return conditions.join("; ");
    }
    let finalizers = texts(object.pointer("/metadata/finalizers"))
        .chain(texts(object.pointer("/spec/finalizers")));
    let mut reasons = Vec::new();
    let mut foreign = Vec::new();
    for finalizer in finalizers {
        match KNOWN.iter().find(|(known, _)| *known == finalizer) {
            Some((_, meaning)) => reasons.push(format!("{meaning} (`{finalizer}`)")),
            None => foreign.push(finalizer),
        }
    }
    if !foreign.is_empty() {
        let noun = if foreign.len() == 1 {
            "finalizer"
        } else {
            "finalizers"
        };
        reasons.push(format!(
            "its controller has not removed the {noun} {}",
            List::and(foreign)
        ));
    }
    if reasons.is_empty() {
        return if object.pointer("/spec/containers").is_some() {
            "its containers are ending".to_owned()
        } else {
            "it is being deleted".to_owned()
        };
    }
    reasons.join("; ")
}

/// What a terminating namespace says about itself. Items of lists do not say what kind they are of.
fn namespace_conditions(object: &Value) -> Vec<String> {
    let is_about_deletion = |condition: &&Value| {
        let kind = condition["type"].as_str();
        kind.is_some_and(|kind| kind.starts_with("Namespace"))
    };
    let conditions = object.pointer("/status/conditions");
    let conditions = conditions.and_then(Value::as_array).into_iter().flatten();
    conditions
        .filter(is_about_deletion)
        .filter(|condition| condition["status"] == "True")
        .filter_map(|condition| condition["message"].as_str())
        .map(str::to_owned)
        .collect()
}

fn texts(list: Option<&Value>) -> impl Iterator<Item = &str> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn finalizers_are_named_and_explained() {
        for (object, expected) in [
            (
                json!({ "kind": "Thing", "metadata": { "finalizers": ["x.io/cleanup"] } }),
                "its controller has not removed the finalizer `x.io/cleanup`",
            ),
            (
                json!({ "kind": "Thing", "metadata": { "finalizers": ["foregroundDeletion", "x.io/a", "x.io/b"] } }),
                "the objects that it owns are still there (`foregroundDeletion`); \
                 its controller has not removed the finalizers `x.io/a` and `x.io/b`",
            ),
            (
                json!({ "kind": "PersistentVolumeClaim", "metadata": { "finalizers": ["kubernetes.io/pvc-protection"] } }),
                "a pod still uses it (`kubernetes.io/pvc-protection`)",
            ),
            (
                json!({ "metadata": {}, "spec": { "containers": [] } }),
                "its containers are ending",
            ),
            (
                json!({ "kind": "Thing", "metadata": {} }),
                "it is being deleted",
            ),
            (
                json!({ "spec": { "finalizers": ["kubernetes"] } }),
                "its contents are being deleted (`kubernetes`)",
            ),
        ] {
            assert_eq!(why(&object), expected);
        }
    }

    #[test]
    fn namespaces_say_themselves_what_is_left() {
        let object = json!({
            "spec": { "finalizers": ["kubernetes"] }, "status": { "conditions": [
                { "type": "NamespaceDeletionDiscoveryFailure", "status": "False", "message": "all good" },
                { "type": "NamespaceFinalizersRemaining", "status": "True",
                  "message": "Some content in the namespace has finalizers remaining: x.io/y in 1 resource instances" },
            ]}
        });
        assert_eq!(
            why(&object),
            "Some content in the namespace has finalizers remaining: x.io/y in 1 resource instances"
        );
    }
}
