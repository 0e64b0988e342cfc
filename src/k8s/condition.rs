//! When an object is ready, and why not yet: pure functions over its JSON.
//!
//! A status counts only if its controller has seen the current generation. Kinds without a rule of their own are ready
//! if they have no `Ready` condition or if it is true.

mod workloads;

use serde_json::Value;

/// What an object's status says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// It does its work.
    Ready,
    /// Not yet, and why.
    NotYet(String),
    /// It will not get there without help, and why.
    Failed(String),
}

use Readiness::{Failed, NotYet, Ready};
pub use workloads::pod;
use workloads::{daemon_set, deployment, job, replica_set, stateful_set};

/// Facts about the cluster that a rule may need besides the object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Storage classes that provision only when a pod uses the claim.
    pub lazy_storage_classes: Vec<String>,
}

/// Whether objects of this kind can be anything but ready after they were stored.
pub fn needs_wait(api_version: &str, kind: &str) -> bool {
    let group = group(api_version);
    match (group, kind) {
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("batch", "Job")
        | ("apiextensions.k8s.io", "CustomResourceDefinition")
        | ("apiregistration.k8s.io", "APIService")
        | (
            "",
            "Node"
            | "Pod"
            | "PersistentVolumeClaim"
            | "Namespace"
            | "Service"
            | "ReplicationController",
        ) => true,
        _ => is_custom(group),
    }
}

/// Judges one object.
pub fn readiness(object: &Value, surroundings: &Surroundings) -> Readiness {
    if text(object, "/metadata/deletionTimestamp").is_some() {
        return NotYet("it is being deleted".into());
    }
    let kind = text(object, "/kind").unwrap_or_default();
    match (group(text(object, "/apiVersion").unwrap_or_default()), kind) {
        ("apps", "Deployment") => current(object, deployment),
        ("apps", "StatefulSet") => current(object, stateful_set),
        ("apps", "DaemonSet") => current(object, daemon_set),
        ("apps", "ReplicaSet") | ("", "ReplicationController") => current(object, replica_set),
        ("batch", "Job") => job(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition(object),
        ("apiregistration.k8s.io", "APIService") => condition_true(object, "Available"),
        ("", "Node") => condition_true(object, "Ready"),
        ("", "Pod") => pod(object),
        ("", "PersistentVolumeClaim") => claim(object, surroundings),
        ("", "Namespace") => phase(object, "Active"),
        ("", "Service") => service(object),
        (group, _) if is_custom(group) => current(object, custom),
        _ => Ready,
    }
}

fn group(api_version: &str) -> &str {
    api_version.rsplit_once('/').map_or("", |(group, _)| group)
}

/// Groups without a dot and those below `k8s.io` belong to Kubernetes; the Gateway API does so in name only.
pub fn is_custom(group: &str) -> bool {
    group.contains('.') && (!group.ends_with(".k8s.io") || group == "gateway.networking.k8s.io")
}

fn text<'a>(object: &'a Value, path: &str) -> Option<&'a str> {
    object.pointer(path)?.as_str()
}

fn number(object: &Value, path: &str) -> i64 {
    object.pointer(path).and_then(Value::as_i64).unwrap_or(0)
}

fn condition<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    object
        .pointer("/status/conditions")?
        .as_array()?
        .iter()
        .find(|condition| condition.get("type").and_then(Value::as_str) == Some(kind))
}

fn is_true(condition: &Value) -> bool {
    text(condition, "/status") == Some("True")
}

/// `Reason: message` of a condition, as far as it has them.
fn explain(condition: &Value) -> String {
    match (text(condition, "/reason"), text(condition, "/message")) {
        (Some(reason), Some(message)) if !message.is_empty() => format!("{reason}: {message}"),
        (Some(reason), _) => reason.to_owned(),
        (None, Some(message)) => message.to_owned(),
        (None, None) => "no reason given".to_owned(),
    }
}

/// Applies `rule` once the controller has seen the current generation.
fn current(object: &Value, rule: fn(&Value) -> Readiness) -> Readiness {
    let seen = object
        .pointer("/status/observedGeneration")
        .and_then(Value::as_i64);
    if seen.is_some_and(|seen| seen < number(object, "/metadata/generation")) {
        return NotYet("its controller has not seen the latest change".into());
    }
    rule(object)
}

fn definition(object: &Value) -> Readiness {
    match condition(object, "NamesAccepted") {
        Some(names) if !is_true(names) && text(names, "/status") == Some("False") => {
            Failed(explain(names))
        }
        _ => condition_true(object, "Established"),
    }
}

fn condition_true(object: &Value, kind: &str) -> Readiness {
    match condition(object, kind) {
        Some(condition) if is_true(condition) => Ready,
        Some(condition) => NotYet(explain(condition)),
        None => NotYet(format!("no condition `{kind}` yet")),
    }
}

fn phase(object: &Value, want: &str) -> Readiness {
    match text(object, "/status/phase") {
        Some(phase) if phase == want => Ready,
        Some(phase) => NotYet(format!("its phase is {phase}")),
        None => NotYet("it has no phase yet".into()),
    }
}

fn claim(object: &Value, surroundings: &Surroundings) -> Readiness {
    let class = text(object, "/spec/storageClassName").unwrap_or_default();
    let lazy = surroundings
        .lazy_storage_classes
        .iter()
        .any(|lazy| lazy == class);
    match phase(object, "Bound") {
        // Its pod waits for the volume, and waiting for the pod is what counts.
        NotYet(_) if lazy && text(object, "/status/phase") == Some("Pending") => Ready,
        NotYet(why) if text(object, "/status/phase") == Some("Lost") => Failed(why),
        other => other,
    }
}

fn service(object: &Value) -> Readiness {
    let balanced = text(object, "/spec/type") == Some("LoadBalancer");
    let address = object
        .pointer("/status/loadBalancer/ingress")
        .and_then(Value::as_array)
        .is_some_and(|ingress| !ingress.is_empty());
    if balanced && !address {
        NotYet("its load balancer has no address".into())
    } else {
        Ready
    }
}

fn custom(object: &Value) -> Readiness {
    if let Some(stalled) = condition(object, "Stalled").filter(|condition| is_true(condition)) {
        return Failed(explain(stalled));
    }
    let Some(ready) = condition(object, "Ready") else {
        return Ready;
    };
    let seen = ready.get("observedGeneration").and_then(Value::as_i64);
    if seen.is_some_and(|seen| seen < number(object, "/metadata/generation")) {
        return NotYet("its controller has not seen the latest change".into());
    }
    if is_true(ready) {
        Ready
    } else {
        NotYet(explain(ready))
    }
}

#[cfg(test)]
mod tests;
