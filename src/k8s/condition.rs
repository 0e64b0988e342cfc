//! When an object is ready, and why not yet: pure functions over its JSON.
//!
//! The rules are those of kstatus (`sigs.k8s.io/cli-utils/pkg/kstatus`), except where they would call something ready
//! that does not work yet; `docs/design/workload.md` lists the differences, and `tests/live/readiness.rs` compares. A
//! status counts only if its controller has seen the current generation.

mod cluster;
mod custom;
mod facts;
mod gateway;
mod jobs;
mod network;
mod pods;
mod remark;
mod storage;
mod workloads;

use serde_json::Value;

use facts::{current, text};
pub use pods::pod;
pub use remark::remark;

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

use Readiness::{NotYet, Ready};

/// Facts about the cluster that a rule may need besides the object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Storage classes that provision only when a pod uses the claim.
    pub lazy_storage_classes: Vec<String>,
}

/// Judges an object whose controller has seen its current generation and that is not being deleted.
type Rule = fn(&Value, &Surroundings) -> Readiness;

/// The groups of Kubernetes itself that look like those of custom resources.
const BUILT_IN: [&str; 18] = [
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "internal.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
    "storagemigration.k8s.io",
];

/// Whether objects of this kind can be anything but ready after they were stored.
pub fn needs_wait(api_version: &str, kind: &str) -> bool {
    rule(group(api_version), kind).is_some()
}

/// Judges one object.
pub fn readiness(object: &Value, surroundings: &Surroundings) -> Readiness {
    if is_terminating(object) {
        return NotYet(cluster::deletion(object));
    }
    if let Some(unsettled) = current(object).or_else(|| custom::standard_conditions(object)) {
        return unsettled;
    }
    let kind = text(object, "/kind").unwrap_or_default();
    match rule(group(text(object, "/apiVersion").unwrap_or_default()), kind) {
        Some(rule) => rule(object, surroundings),
        None => custom::by_conditions(object),
    }
}

/// Whether a condition has a status, in any case of letters and for the current generation.
pub fn has(object: &Value, kind: &str, status: &str) -> Readiness {
    let mut conditions = facts::items(object, "/status/conditions").iter();
    let found = conditions
        .find(|found| text(found, "/type").is_some_and(|own| own.eq_ignore_ascii_case(kind)));
    let Some(found) = found else {
        return NotYet(format!("no condition `{kind}` yet"));
    };
    let own_generation = found.get("observedGeneration").is_some();
    if facts::is_stale(object, found) || (!own_generation && current(object).is_some()) {
        return NotYet(facts::STALE.into());
    }
    match text(found, "/status") {
        Some(is) if is.eq_ignore_ascii_case(status) => Ready,
        Some(is) => NotYet(format!(
            "condition `{kind}` is {is}: {}",
            facts::explain(found)
        )),
        None => NotYet(format!("condition `{kind}` has no status")),
    }
}

/// Whether somebody asked for the object to be deleted.
pub fn is_terminating(object: &Value) -> bool {
    text(object, "/metadata/deletionTimestamp").is_some()
}

/// The rule of a kind; kinds without one do their work as soon as they are stored.
fn rule(group: &str, kind: &str) -> Option<Rule> {
    let rule: Rule = match (group, kind) {
        ("apps" | "extensions", "Deployment") => |object, _| workloads::deployment(object),
        ("apps", "StatefulSet") => |object, _| workloads::stateful_set(object),
        ("apps" | "extensions", "DaemonSet") => |object, _| workloads::daemon_set(object),
        ("apps" | "extensions", "ReplicaSet") | ("", "ReplicationController") => {
            |object, _| workloads::replica_set(object)
        }
        ("batch", "Job") => |object, _| jobs::job(object),
        ("", "Pod") => |object, _| pods::pod(object),
        ("", "PersistentVolumeClaim") => storage::claim,
        ("", "PersistentVolume") => |object, _| storage::volume(object),
        ("storage.k8s.io", "VolumeAttachment") => |object, _| storage::attachment(object),
        ("snapshot.storage.k8s.io", "VolumeSnapshot" | "VolumeSnapshotContent") => {
            |object, _| storage::snapshot(object)
        }
        ("", "Service") => |object, _| network::service(object),
        ("networking.k8s.io", "ServiceCIDR") | ("", "Node") => {
            |object, _| facts::condition_true(object, "Ready")
        }
        ("", "Namespace") => |object, _| facts::phase(object, "Active"),
        ("", "ResourceQuota") => |object, _| cluster::quota(object),
        ("policy", "PodDisruptionBudget") => |object, _| cluster::disruption_budget(object),
        ("autoscaling", "HorizontalPodAutoscaler") => |object, _| cluster::autoscaler(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            |object, _| cluster::definition(object)
        }
        ("apiregistration.k8s.io", "APIService") => {
            |object, _| facts::condition_true(object, "Available")
        }
        ("certificates.k8s.io", "CertificateSigningRequest") => {
            |object, _| cluster::signing_request(object)
        }
        ("certificates.k8s.io", "PodCertificateRequest") => {
            |object, _| cluster::certificate_request(object)
        }
        ("flowcontrol.apiserver.k8s.io", "FlowSchema") => |object, _| cluster::flow_schema(object),
        ("storagemigration.k8s.io", "StorageVersionMigration") => {
            |object, _| cluster::migration(object)
        }
        ("gateway.networking.k8s.io", "Gateway" | "ListenerSet") => {
            |object, _| gateway::gateway(object)
        }
        ("gateway.networking.k8s.io", "GatewayClass") => {
            |object, _| facts::condition_true(object, "Accepted")
        }
        (
            "gateway.networking.k8s.io",
            "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" | "UDPRoute",
        ) => |object, _| gateway::route(object),
        _ if is_custom(group) => |object, _| custom::by_conditions(object),
        _ => return None,
    };
    Some(rule)
}

fn group(api_version: &str) -> &str {
    api_version.rsplit_once('/').map_or("", |(group, _)| group)
}

/// Whether a group is none of Kubernetes's own. Groups of definitions always have a dot.
pub fn is_custom(group: &str) -> bool {
    group.contains('.') && !BUILT_IN.contains(&group)
}

#[cfg(test)]
mod tests;
