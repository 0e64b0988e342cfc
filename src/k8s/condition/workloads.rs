//! Rules for whatever runs pods.

use serde_json::Value;

use super::Readiness::{self, Failed, NotYet, Ready};
use super::{condition, explain, is_true, number, text};

/// `spec.replicas`, which is 1 if absent.
fn wanted(object: &Value) -> i64 {
    object
        .pointer("/spec/replicas")
        .and_then(Value::as_i64)
        .unwrap_or(1)
}

/// Built-in controllers always report the generation, so silence means that they have not looked yet.
fn unseen(object: &Value) -> Option<Readiness> {
    object
        .pointer("/status/observedGeneration")
        .is_none()
        .then(|| NotYet("its controller has not looked at it yet".into()))
}

fn enough(have: i64, want: i64, what: &str) -> Option<Readiness> {
    (have < want).then(|| NotYet(format!("{have} of {want} {what}")))
}

pub(super) fn deployment(object: &Value) -> Readiness {
    if let Some(progress) = condition(object, "Progressing")
        && text(progress, "/reason") == Some("ProgressDeadlineExceeded")
    {
        return Failed(explain(progress));
    }
    let want = wanted(object);
    let updated = number(object, "/status/updatedReplicas");
    let old = number(object, "/status/replicas") - updated;
    unseen(object)
        .or_else(|| enough(updated, want, "replicas updated"))
        .or_else(|| (old > 0).then(|| NotYet(format!("{old} old replicas still run"))))
        .or_else(|| {
            enough(
                number(object, "/status/availableReplicas"),
                want,
                "replicas available",
            )
        })
        .unwrap_or(Ready)
}

pub(super) fn stateful_set(object: &Value) -> Readiness {
    let want = wanted(object);
    let ready = enough(
        number(object, "/status/readyReplicas"),
        want,
        "replicas ready",
    );
    if text(object, "/spec/updateStrategy/type") == Some("OnDelete") {
        return unseen(object).or(ready).unwrap_or(Ready);
    }
    let partition = number(object, "/spec/updateStrategy/rollingUpdate/partition");
    let updated = number(object, "/status/updatedReplicas");
    let revisions =
        ["/status/currentRevision", "/status/updateRevision"].map(|path| text(object, path));
    unseen(object)
        .or_else(|| enough(updated, want - partition, "replicas updated"))
        .or(ready)
        .or_else(|| {
            (partition == 0 && want > 0 && revisions[0] != revisions[1])
                .then(|| NotYet("the new revision is not current yet".into()))
        })
        .unwrap_or(Ready)
}

pub(super) fn daemon_set(object: &Value) -> Readiness {
    let want = number(object, "/status/desiredNumberScheduled");
    let rolling = text(object, "/spec/updateStrategy/type") != Some("OnDelete");
    let updated = number(object, "/status/updatedNumberScheduled");
    unseen(object)
        .or_else(|| {
            rolling
                .then(|| enough(updated, want, "pods updated"))
                .flatten()
        })
        .or_else(|| {
            enough(
                number(object, "/status/numberAvailable"),
                want,
                "pods available",
            )
        })
        .unwrap_or(Ready)
}

pub(super) fn replica_set(object: &Value) -> Readiness {
    unseen(object)
        .or_else(|| {
            enough(
                number(object, "/status/availableReplicas"),
                wanted(object),
                "replicas available",
            )
        })
        .unwrap_or(Ready)
}

pub(super) fn job(object: &Value) -> Readiness {
    if let Some(failed) = condition(object, "Failed").filter(|condition| is_true(condition)) {
        return Failed(explain(failed));
    }
    let suspended = object.pointer("/spec/suspend").and_then(Value::as_bool) == Some(true);
    if suspended || condition(object, "Complete").is_some_and(is_true) {
        return Ready;
    }
    let want = object
        .pointer("/spec/completions")
        .and_then(Value::as_i64)
        .unwrap_or(1);
    NotYet(format!(
        "{} of {want} pods completed",
        number(object, "/status/succeeded")
    ))
}

/// Judges a pod; also what a workload gives as the reason for an unready pod.
pub fn pod(object: &Value) -> Readiness {
    match text(object, "/status/phase") {
        Some("Succeeded") => return Ready,
        Some("Failed") => {
            let message =
                text(object, "/status/message").or_else(|| text(object, "/status/reason"));
            return Failed(format!(
                "it failed: {}",
                message.unwrap_or("no reason given")
            ));
        }
        _ => {}
    }
    if condition(object, "Ready").is_some_and(is_true) {
        return Ready;
    }
    if let Some(scheduled) =
        condition(object, "PodScheduled").filter(|condition| !is_true(condition))
    {
        return NotYet(explain(scheduled));
    }
    let containers = ["initContainerStatuses", "containerStatuses"]
        .iter()
        .filter_map(|list| object.pointer(&format!("/status/{list}"))?.as_array())
        .flatten();
    let waiting = containers.clone().find_map(|status| {
        let waiting = status.pointer("/state/waiting")?;
        let reason = text(waiting, "/reason").filter(|reason| *reason != "PodInitializing")?;
        Some(match text(waiting, "/message") {
            Some(message) => format!(
                "container `{}`: {reason}: {message}",
                text(status, "/name")?
            ),
            None => format!("container `{}`: {reason}", text(status, "/name")?),
        })
    });
    let unready = || {
        let status = containers
            .clone()
            .find(|status| status.get("ready").and_then(Value::as_bool) == Some(false))?;
        Some(format!(
            "container `{}` is not ready",
            text(status, "/name")?
        ))
    };
    NotYet(waiting.or_else(unready).unwrap_or_else(|| {
        format!(
            "its phase is {}",
            text(object, "/status/phase").unwrap_or("unknown")
        )
    }))
}
