//! Rules for what extends, limits or guards a cluster, and for what is on its way out of it.

use serde_json::Value;

use super::Readiness::{self, Failed, NotYet, Ready};
use super::facts::{
    condition, condition_true, explain, holding, is_false, is_true, items, text, unseen,
};

/// Conditions in which a namespace says what keeps it from going away.
const REMAINING: [&str; 5] = [
    "NamespaceDeletionDiscoveryFailure",
    "NamespaceDeletionGroupVersionParsingFailure",
    "NamespaceDeletionContentFailure",
    "NamespaceContentRemaining",
    "NamespaceFinalizersRemaining",
];

/// That an object is being deleted, and what it waits for.
pub(super) fn deletion(object: &Value) -> String {
    const GOING: &str = "it is being deleted";
    let told: Vec<&str> = REMAINING
        .iter()
        .filter_map(|kind| text(holding(object, kind)?, "/message"))
        .collect();
    if !told.is_empty() {
        return format!("{GOING}: {}", told.join("; "));
    }
    let finalizers: Vec<String> = items(object, "/metadata/finalizers")
        .iter()
        .filter_map(|name| Some(format!("`{}`", name.as_str()?)))
        .collect();
    match finalizers.as_slice() {
        [] => GOING.to_owned(),
        names => format!("{GOING}, held by {}", names.join(", ")),
    }
}

pub(super) fn definition(object: &Value) -> Readiness {
    if let Some(names) = condition(object, "NamesAccepted").filter(|found| is_false(found)) {
        return Failed(explain(names));
    }
    match condition(object, "Established") {
        Some(found) if is_false(found) && text(found, "/reason") != Some("Installing") => {
            Failed(explain(found))
        }
        _ => condition_true(object, "Established"),
    }
}

/// Ready once the quota that is enforced is the quota that is meant.
pub(super) fn quota(object: &Value) -> Readiness {
    let [meant, enforced] = ["/spec/hard", "/status/hard"].map(|path| object.pointer(path));
    let empty = |value: Option<&Value>| {
        value
            .and_then(Value::as_object)
            .is_none_or(serde_json::Map::is_empty)
    };
    if meant == enforced || (empty(meant) && empty(enforced)) {
        Ready
    } else if enforced.is_none() {
        NotYet("what it limits is not counted yet".into())
    } else {
        NotYet("its new limits are not enforced yet".into())
    }
}

/// Ready once the allowed disruptions are computed, whatever their number.
pub(super) fn disruption_budget(object: &Value) -> Readiness {
    if let Some(unseen) = unseen(object) {
        return unseen;
    }
    match condition(object, "DisruptionAllowed") {
        Some(found) if text(found, "/reason") == Some("SyncFailed") => NotYet(explain(found)),
        _ => Ready,
    }
}

/// Ready unless what it scales cannot be scaled. Missing metrics are not its fault, see `remark`.
pub(super) fn autoscaler(object: &Value) -> Readiness {
    match condition(object, "AbleToScale") {
        Some(found) if is_false(found) => NotYet(explain(found)),
        _ => Ready,
    }
}

pub(super) fn signing_request(object: &Value) -> Readiness {
    if let Some(end) = ["Denied", "Failed"]
        .iter()
        .find_map(|kind| holding(object, kind))
    {
        return Failed(explain(end));
    }
    if text(object, "/status/certificate").is_some_and(|pem| !pem.is_empty()) {
        return Ready;
    }
    NotYet(match holding(object, "Approved") {
        Some(_) => "approved, but its signer has issued no certificate yet".into(),
        None => "nobody has approved it yet".into(),
    })
}

pub(super) fn certificate_request(object: &Value) -> Readiness {
    if let Some(end) = ["Denied", "Failed"]
        .iter()
        .find_map(|kind| holding(object, kind))
    {
        return Failed(explain(end));
    }
    condition_true(object, "Issued")
}

/// One that names a priority level which does not exist has no effect.
pub(super) fn flow_schema(object: &Value) -> Readiness {
    match condition(object, "Dangling") {
        Some(found) if is_true(found) => NotYet(explain(found)),
        _ => Ready,
    }
}

pub(super) fn migration(object: &Value) -> Readiness {
    match holding(object, "Failed") {
        Some(failed) => Failed(explain(failed)),
        None => condition_true(object, "Succeeded"),
    }
}
