//! Why something is not ready, beyond its own status: what its pods say, else the last warning about it.

use serde_json::Value;

use super::api::Api;
use super::condition::{self, Readiness};
use super::path::encode;
use super::wait::Target;

/// Different reasons that are told; more do not help.
const REASONS: usize = 3;

/// Pods that are looked at.
const PODS: usize = 100;

/// Why the pods of a workload are not ready, as far as they say so: at most three different reasons.
pub async fn pod_reasons(api: &Api, target: &Target) -> Vec<String> {
    let selector = target.object.as_ref().and_then(selector);
    let (Some(selector), Some(namespace)) = (selector, &target.namespace) else {
        return Vec::new();
    };
    let path = format!(
        "/api/v1/namespaces/{}/pods?limit={PODS}&labelSelector={}",
        encode(namespace),
        encode(&selector)
    );
    // Whoever may not list pods still gets the reason that the object itself gives.
    let Ok(pods) = api.get(&path).await else {
        return Vec::new();
    };
    let mut reasons = Vec::new();
    let pods = pods.get("items").and_then(Value::as_array);
    for pod in pods.into_iter().flatten() {
        if let Readiness::NotYet(why) | Readiness::Failed(why) = condition::pod(pod)
            && !reasons.contains(&why)
        {
            reasons.push(why);
        }
    }
    reasons.truncate(REASONS);
    reasons
}

/// The last warning about an object, as `Reason: message`.
pub async fn last_warning(api: &Api, target: &Target) -> Option<String> {
    let uid = target.object.as_ref()?.pointer("/metadata/uid")?.as_str()?;
    let namespace = target.namespace.as_deref().unwrap_or("default");
    let fields = format!("involvedObject.uid={uid},type=Warning");
    let path = format!(
        "/api/v1/namespaces/{}/events?fieldSelector={}",
        encode(namespace),
        encode(&fields)
    );
    let events = api.get(&path).await.ok()?;
    latest(events.get("items")?.as_array()?)
}

fn latest(events: &[Value]) -> Option<String> {
    let time = |event: &Value| {
        ["lastTimestamp", "eventTime", "firstTimestamp"]
            .iter()
            .find_map(|field| event.get(field)?.as_str().map(str::to_owned))
            .unwrap_or_default()
    };
    let event = events.iter().max_by_key(|event| time(event))?;
    let message = event.get("message")?.as_str()?.trim();
    Some(match event.get("reason").and_then(Value::as_str) {
        Some(reason) => format!("{reason}: {message}"),
        None => message.to_owned(),
    })
}

/// The label selector of a workload in the form of a query.
fn selector(object: &Value) -> Option<String> {
    let selector = object.pointer("/spec/selector")?.as_object()?;
    let is_nested =
        selector.contains_key("matchLabels") || selector.contains_key("matchExpressions");
    let labels = if is_nested {
        selector.get("matchLabels").and_then(Value::as_object)
    } else if object.get("kind").and_then(Value::as_str) == Some("ReplicationController") {
        Some(selector)
    } else {
        return None;
    };
    let mut terms: Vec<String> = labels
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?)))
        .collect();
    let expressions = selector.get("matchExpressions").and_then(Value::as_array);
    for expression in expressions.into_iter().flatten() {
        terms.push(term(expression)?);
    }
    (!terms.is_empty()).then(|| terms.join(","))
}

fn term(expression: &Value) -> Option<String> {
    let key = expression.get("key")?.as_str()?;
    let values = expression.get("values").and_then(Value::as_array);
    let values: Vec<&str> = values
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let values = values.join(",");
    Some(match expression.get("operator")?.as_str()? {
        "In" => format!("{key} in ({values})"),
        "NotIn" => format!("{key} notin ({values})"),
        "Exists" => key.to_owned(),
        "DoesNotExist" => format!("!{key}"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn selectors_become_queries() {
        for (object, expected) in [
            (
                json!({ "kind": "Deployment", "spec": { "selector": {
                    "matchLabels": { "app": "web" },
                    "matchExpressions": [
                        { "key": "tier", "operator": "In", "values": ["a", "b"] },
                        { "key": "old", "operator": "DoesNotExist" }
                    ]
                }}}),
                Some("app=web,tier in (a,b),!old"),
            ),
            (
                json!({ "kind": "ReplicationController", "spec": { "selector": { "app": "web" } } }),
                Some("app=web"),
            ),
            (
                json!({ "kind": "Service", "spec": { "selector": { "app": "web" } } }),
                None,
            ),
            (
                json!({ "kind": "Deployment", "spec": { "selector": { "matchLabels": {} } } }),
                None,
            ),
            (json!({ "kind": "Job" }), None),
        ] {
            assert_eq!(selector(&object).as_deref(), expected, "{object}");
        }
    }

    #[test]
    fn the_last_event_counts() {
        let events = [
            json!({ "reason": "A", "message": "old", "lastTimestamp": "2026-01-01T00:00:00Z" }),
            json!({ "reason": "B", "message": "new\n", "eventTime": "2026-01-02T00:00:00.5Z" }),
        ];
        assert_eq!(latest(&events), Some("B: new".to_owned()));
        assert_eq!(latest(&[]), None);
    }
}
