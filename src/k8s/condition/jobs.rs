//! The rule for jobs, which are ready when they are done.

use serde_json::Value;

use super::Readiness::{self, Failed, NotYet, Ready};
use super::facts::{explain, flag, holding, number, text};

pub(super) fn job(object: &Value) -> Readiness {
    if let Some(failed) = holding(object, "Failed") {
        return Failed(explain(failed));
    }
    if holding(object, "Complete").is_some() || is_suspended(object) {
        return Ready;
    }
    let failed = number(object, "/status/failed");
    let failures = match failed {
        0 => String::new(),
        failed => format!(", {failed} failed"),
    };
    if let Some(failing) = holding(object, "FailureTarget") {
        return NotYet(format!("it is failing: {}", explain(failing)));
    }
    if text(object, "/status/startTime").is_none() {
        return NotYet("it has not started yet".into());
    }
    let done = number(object, "/status/succeeded");
    NotYet(format!(
        "{done} of {} pods completed{failures}",
        completions(object)
    ))
}

/// Nobody expects a suspended job to get on.
pub(super) fn is_suspended(object: &Value) -> bool {
    flag(object, "/spec/suspend")
}

/// `spec.completions`, else `spec.parallelism`, else 1.
fn completions(object: &Value) -> i64 {
    ["/spec/completions", "/spec/parallelism"]
        .iter()
        .find_map(|path| object.pointer(path).and_then(Value::as_i64))
        .unwrap_or(1)
}
