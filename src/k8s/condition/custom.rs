//! Rules for objects of which nothing is known but the conditions they may have.

use serde_json::Value;

use super::Readiness::{self, Failed, NotYet, Ready};
use super::facts::{STALE, condition, explain, is_false, is_stale, is_true, items, text};

/// What the two conditions say that kstatus proposes to all controllers: they hold while something is out of order.
pub(super) fn standard_conditions(object: &Value) -> Option<Readiness> {
    items(object, "/status/conditions")
        .iter()
        .filter(|found| is_true(found))
        .find_map(|found| match text(found, "/type") {
            Some("Reconciling") => Some(NotYet(explain(found))),
            Some("Stalled") => Some(Failed(explain(found))),
            _ => None,
        })
}

/// Goes by `Ready`, else by `Available`, else by `Succeeded`. An object with none of them is ready.
pub(super) fn by_conditions(object: &Value) -> Readiness {
    let found = ["Ready", "Available", "Succeeded"]
        .into_iter()
        .find_map(|kind| Some((kind, condition(object, kind)?)));
    match found {
        None => Ready,
        Some((_, found)) if is_stale(object, found) => NotYet(STALE.into()),
        Some((_, found)) if is_true(found) => Ready,
        // Whatever runs once reports the end with it.
        Some(("Succeeded", found)) if is_false(found) => Failed(explain(found)),
        Some((_, found)) => NotYet(explain(found)),
    }
}
