//! Rules for whatever keeps a number of pods running.

use serde_json::Value;

use super::Readiness::{self, Failed, NotYet, Ready};
use super::facts::{condition, enough, explain, flag, holding, is_true, number, text, unseen};

/// `spec.replicas`, which is 1 if absent.
pub(super) fn wanted(object: &Value) -> i64 {
    object
        .pointer("/spec/replicas")
        .and_then(Value::as_i64)
        .unwrap_or(1)
}

pub(super) fn is_on_delete(object: &Value) -> bool {
    text(object, "/spec/updateStrategy/type") == Some("OnDelete")
}

fn counted<const N: usize>(object: &Value, fields: [&str; N]) -> [i64; N] {
    fields.map(|field| number(object, &format!("/status/{field}")))
}

fn surplus(have: i64, want: i64) -> Option<Readiness> {
    let more = have - want;
    (more > 0).then(|| NotYet(format!("{more} of {have} replicas still to be removed")))
}

/// Pods that cannot be created say so in a condition of what should create them.
fn with_failure(object: &Value, state: Readiness) -> Readiness {
    match (state, holding(object, "ReplicaFailure")) {
        (NotYet(why), Some(failure)) => NotYet(format!("{why}; {}", explain(failure))),
        (state, _) => state,
    }
}

pub(super) fn deployment(object: &Value) -> Readiness {
    if let Some(progress) = condition(object, "Progressing")
        && text(progress, "/reason") == Some("ProgressDeadlineExceeded")
    {
        return with_failure(object, Failed(explain(progress)));
    }
    let want = wanted(object);
    let [have, updated, ready, available] = counted(
        object,
        [
            "replicas",
            "updatedReplicas",
            "readyReplicas",
            "availableReplicas",
        ],
    );
    let paused = flag(object, "/spec/paused");
    let state = unseen(object)
        .or_else(|| enough(have, want, "replicas created"))
        .or_else(|| enough(updated, want, "replicas updated"))
        .or_else(|| surplus(have, want))
        .or_else(|| enough(available, updated, "replicas available"))
        .or_else(|| enough(ready, want, "replicas ready"))
        .or_else(|| if paused { None } else { progress(object) })
        .or_else(|| availability(object))
        .unwrap_or(Ready);
    match state {
        NotYet(why) if paused => NotYet(format!("it is paused: {why}")),
        state => with_failure(object, state),
    }
}

/// Without a progress deadline the controller does not report progress.
fn progress(object: &Value) -> Option<Readiness> {
    let deadline = object
        .pointer("/spec/progressDeadlineSeconds")
        .and_then(Value::as_i64)?;
    if deadline == i64::from(i32::MAX) {
        return None;
    }
    match condition(object, "Progressing") {
        Some(found)
            if is_true(found) && text(found, "/reason") == Some("NewReplicaSetAvailable") =>
        {
            None
        }
        Some(found) => Some(NotYet(explain(found))),
        None => Some(NotYet("no condition `Progressing` yet".into())),
    }
}

fn availability(object: &Value) -> Option<Readiness> {
    match condition(object, "Available") {
        Some(found) if is_true(found) => None,
        Some(found) => Some(NotYet(explain(found))),
        None => Some(NotYet("no condition `Available` yet".into())),
    }
}

pub(super) fn stateful_set(object: &Value) -> Readiness {
    let want = wanted(object);
    let [have, ready, available, current, updated] = counted(
        object,
        [
            "replicas",
            "readyReplicas",
            "availableReplicas",
            "currentReplicas",
            "updatedReplicas",
        ],
    );
    let counts = unseen(object)
        .or_else(|| enough(have, want, "replicas created"))
        .or_else(|| enough(ready, want, "replicas ready"))
        .or_else(|| {
            let patient = number(object, "/spec/minReadySeconds") > 0;
            patient
                .then(|| enough(available, want, "replicas available"))
                .flatten()
        })
        .or_else(|| surplus(have, want));
    if is_on_delete(object) {
        return counts.unwrap_or(Ready);
    }
    let partition = object
        .pointer("/spec/updateStrategy/rollingUpdate/partition")
        .and_then(Value::as_i64);
    counts
        .or_else(|| enough(updated, want - partition?, "replicas updated"))
        .or_else(|| match partition {
            Some(1..) => None,
            // Servers fill in a partition of 0, which is none.
            _ => revision(object, want, current, updated),
        })
        .unwrap_or(Ready)
}

fn revision(object: &Value, want: i64, current: i64, updated: i64) -> Option<Readiness> {
    let [old, new] =
        ["/status/currentRevision", "/status/updateRevision"].map(|path| text(object, path));
    if old == new {
        return enough(current, want, "replicas of the current revision");
    }
    enough(updated, want, "replicas updated")
        .or_else(|| Some(NotYet("the new revision is not current yet".into())))
}

pub(super) fn daemon_set(object: &Value) -> Readiness {
    if let Some(unseen) = unseen(object) {
        return unseen;
    }
    let Some(want) = object
        .pointer("/status/desiredNumberScheduled")
        .and_then(Value::as_i64)
    else {
        return NotYet("it is not known yet how many nodes it runs on".into());
    };
    let [scheduled, updated, available, ready] = counted(
        object,
        [
            "currentNumberScheduled",
            "updatedNumberScheduled",
            "numberAvailable",
            "numberReady",
        ],
    );
    enough(scheduled, want, "pods created")
        .or_else(|| {
            (!is_on_delete(object))
                .then(|| enough(updated, want, "pods updated"))
                .flatten()
        })
        .or_else(|| enough(available, want, "pods available"))
        .or_else(|| enough(ready, want, "pods ready"))
        .unwrap_or(Ready)
}

pub(super) fn replica_set(object: &Value) -> Readiness {
    let want = wanted(object);
    let [have, labelled, available, ready] = counted(
        object,
        [
            "replicas",
            "fullyLabeledReplicas",
            "availableReplicas",
            "readyReplicas",
        ],
    );
    if let Some(failure) = holding(object, "ReplicaFailure") {
        return NotYet(format!("{have} of {want} replicas; {}", explain(failure)));
    }
    unseen(object)
        .or_else(|| enough(labelled, want, "replicas carry the labels of the template"))
        .or_else(|| enough(available, want, "replicas available"))
        .or_else(|| enough(ready, want, "replicas ready"))
        .or_else(|| surplus(have, want))
        .unwrap_or(Ready)
}
