//! What the rules read: fields, conditions and phases of an object's JSON.

use serde_json::Value;

use super::Readiness::{self, NotYet, Ready};

pub(super) fn text<'a>(object: &'a Value, path: &str) -> Option<&'a str> {
    object.pointer(path)?.as_str()
}

pub(super) fn number(object: &Value, path: &str) -> i64 {
    object.pointer(path).and_then(Value::as_i64).unwrap_or(0)
}

pub(super) fn flag(object: &Value, path: &str) -> bool {
    object.pointer(path).and_then(Value::as_bool) == Some(true)
}

pub(super) fn items<'a>(object: &'a Value, path: &str) -> &'a [Value] {
    object
        .pointer(path)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

pub(super) fn condition<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    items(object, "/status/conditions")
        .iter()
        .find(|condition| text(condition, "/type") == Some(kind))
}

pub(super) fn is_true(condition: &Value) -> bool {
    text(condition, "/status") == Some("True")
}

pub(super) fn is_false(condition: &Value) -> bool {
    text(condition, "/status") == Some("False")
}

/// The condition of this type if it holds.
pub(super) fn holding<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    condition(object, kind).filter(|condition| is_true(condition))
}

/// `Reason: message` of a condition, as far as it has them.
pub(super) fn explain(condition: &Value) -> String {
    let reason = text(condition, "/reason").filter(|reason| !reason.is_empty());
    let message = text(condition, "/message").filter(|message| !message.is_empty());
    match (reason, message) {
        (Some(reason), Some(message)) => format!("{reason}: {message}"),
        (Some(text), None) | (None, Some(text)) => text.to_owned(),
        (None, None) => match text(condition, "/type") {
            Some(kind) => format!("condition `{kind}` gives no reason"),
            None => "no reason given".to_owned(),
        },
    }
}

pub(super) const STALE: &str = "its controller has not seen the latest change";
const UNSEEN: &str = "its controller has not looked at it yet";

/// Why the status does not count: it is about another generation than the current one.
pub(super) fn current(object: &Value) -> Option<Readiness> {
    let [generation, seen] = ["/metadata/generation", "/status/observedGeneration"]
        .map(|path| object.pointer(path).and_then(Value::as_i64));
    (generation.is_some() && seen.is_some() && seen != generation).then(|| NotYet(STALE.into()))
}

/// For controllers that always report the generation: silence means that they have not looked yet.
pub(super) fn unseen(object: &Value) -> Option<Readiness> {
    object
        .pointer("/status/observedGeneration")
        .is_none()
        .then(|| NotYet(UNSEEN.into()))
}

/// A condition whose own generation is older than the object's.
pub(super) fn is_stale(object: &Value, condition: &Value) -> bool {
    let seen = condition.get("observedGeneration").and_then(Value::as_i64);
    seen.is_some_and(|seen| seen < number(object, "/metadata/generation"))
}

pub(super) fn condition_true(object: &Value, kind: &str) -> Readiness {
    match condition(object, kind) {
        Some(condition) if is_stale(object, condition) => NotYet(STALE.into()),
        Some(condition) if is_true(condition) => Ready,
        Some(condition) => NotYet(explain(condition)),
        None => NotYet(format!("no condition `{kind}` yet")),
    }
}

pub(super) fn phase(object: &Value, want: &str) -> Readiness {
    match text(object, "/status/phase") {
        Some(phase) if phase == want => Ready,
        Some(phase) => NotYet(format!("its phase is {phase}")),
        None => NotYet("it has no phase yet".into()),
    }
}

pub(super) fn enough(have: i64, want: i64, what: &str) -> Option<Readiness> {
    (have < want).then(|| NotYet(format!("{have} of {want} {what}")))
}
