//! Rules for claims, volumes, attachments and snapshots.

use serde_json::Value;

use super::Readiness::{self, Failed, NotYet, Ready};
use super::Surroundings;
use super::facts::{flag, phase, text};

/// Set on a claim when a pod that uses it was assigned to a node.
const SELECTED_NODE: &str = "/metadata/annotations/volume.kubernetes.io~1selected-node";

pub(super) fn claim(object: &Value, surroundings: &Surroundings) -> Readiness {
    match phase(object, "Bound") {
        NotYet(why) if text(object, "/status/phase") == Some("Lost") => Failed(why),
        // No pod uses it yet; only then a volume is made.
        NotYet(_) if waits_for_consumer(object, surroundings) => Ready,
        other => other,
    }
}

/// A pending claim whose class makes no volume before a pod uses it, and no pod does.
pub(super) fn waits_for_consumer(object: &Value, surroundings: &Surroundings) -> bool {
    let class = text(object, "/spec/storageClassName").unwrap_or_default();
    let mut lazy = surroundings.lazy_storage_classes.iter();
    text(object, "/status/phase") == Some("Pending")
        && text(object, SELECTED_NODE).is_none()
        && lazy.any(|lazy| lazy == class)
}

pub(super) fn volume(object: &Value) -> Readiness {
    match text(object, "/status/phase") {
        Some("Available" | "Bound" | "Released") => Ready,
        Some("Failed") => Failed(match text(object, "/status/message") {
            Some(message) => message.to_owned(),
            None => "its phase is Failed".to_owned(),
        }),
        Some(phase) => NotYet(format!("its phase is {phase}")),
        None => NotYet("it has no phase yet".into()),
    }
}

pub(super) fn attachment(object: &Value) -> Readiness {
    if flag(object, "/status/attached") {
        return Ready;
    }
    NotYet(match text(object, "/status/attachError/message") {
        Some(message) => message.to_owned(),
        None => "it is not attached yet".to_owned(),
    })
}

pub(super) fn snapshot(object: &Value) -> Readiness {
    if flag(object, "/status/readyToUse") {
        return Ready;
    }
    NotYet(match text(object, "/status/error/message") {
        Some(message) => message.to_owned(),
        None => "the snapshot is not ready to use".to_owned(),
    })
}
