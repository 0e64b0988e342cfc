//! What is worth knowing about an object that counts as ready.

use serde_json::Value;

use super::facts::{condition, explain, flag, is_false, items, number, text};
use super::{Surroundings, group, jobs, storage, workloads};

/// Why a ready object may do less than one would expect, e.g. a claim that nobody uses yet.
pub fn remark(object: &Value, surroundings: &Surroundings) -> Option<String> {
    let kind = text(object, "/kind")?;
    let words = match (group(text(object, "/apiVersion")?), kind) {
        ("", "PersistentVolumeClaim") if storage::waits_for_consumer(object, surroundings) => {
            "its volume is made when the first pod uses it (WaitForFirstConsumer)".to_owned()
        }
        ("", "PersistentVolume") if text(object, "/status/phase") == Some("Released") => {
            "released by its claim, but not reclaimed".to_owned()
        }
        ("", "Node") if flag(object, "/spec/unschedulable") => "cordoned".to_owned(),
        ("", "Pod") if text(object, "/status/phase") == Some("Succeeded") => "completed".to_owned(),
        ("batch", "Job") if jobs::is_suspended(object) => "suspended".to_owned(),
        ("batch", "Job") => "completed".to_owned(),
        ("batch", "CronJob") if flag(object, "/spec/suspend") => "suspended".to_owned(),
        ("apps", "Deployment") if flag(object, "/spec/paused") => "paused".to_owned(),
        ("apps", "StatefulSet" | "DaemonSet")
            if workloads::is_on_delete(object) && is_behind(object) =>
        {
            "some pods are of an old revision until they are deleted (OnDelete)".to_owned()
        }
        ("apps", "DaemonSet") if number(object, "/status/desiredNumberScheduled") == 0 => {
            "no node matches".to_owned()
        }
        ("apps", "Deployment" | "StatefulSet" | "ReplicaSet") | ("", "ReplicationController")
            if workloads::wanted(object) == 0 =>
        {
            "scaled to zero".to_owned()
        }
        ("autoscaling", "HorizontalPodAutoscaler") => {
            explain(condition(object, "ScalingActive").filter(|found| is_false(found))?)
        }
        ("policy", "PodDisruptionBudget")
            if number(object, "/status/disruptionsAllowed") == 0
                && number(object, "/status/expectedPods") > 0 =>
        {
            "allows no disruption at present".to_owned()
        }
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy") => {
            let warning = items(object, "/status/typeChecking/expressionWarnings").first()?;
            let field = text(warning, "/fieldRef").unwrap_or_default();
            let words = text(warning, "/warning").unwrap_or_default();
            format!("`{field}`: {}", words.lines().next().unwrap_or_default())
        }
        _ => return None,
    };
    Some(words)
}

fn is_behind(object: &Value) -> bool {
    match text(object, "/kind") {
        Some("StatefulSet") => {
            text(object, "/status/currentRevision") != text(object, "/status/updateRevision")
        }
        _ => {
            number(object, "/status/updatedNumberScheduled")
                < number(object, "/status/desiredNumberScheduled")
        }
    }
}
