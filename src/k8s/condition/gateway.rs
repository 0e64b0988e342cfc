//! Rules for the Gateway API: an object works when a controller took it and could do what it says.

use serde_json::Value;

use super::Readiness::{self, NotYet, Ready};
use super::facts::{STALE, condition_true, explain, is_false, is_stale, is_true, items, text};

pub(super) fn gateway(object: &Value) -> Readiness {
    match condition_true(object, "Accepted") {
        Ready => condition_true(object, "Programmed"),
        other => other,
    }
}

/// A route works when every parent accepted it and found what it refers to.
pub(super) fn route(object: &Value) -> Readiness {
    let (wanted, parents) = (
        items(object, "/spec/parentRefs").len(),
        items(object, "/status/parents"),
    );
    for parent in parents {
        let conditions = items(parent, "/conditions");
        let name = text(parent, "/parentRef/name").unwrap_or_default();
        let find = |kind: &str| {
            conditions
                .iter()
                .find(|found| text(found, "/type") == Some(kind))
        };
        let why = match (find("Accepted"), find("ResolvedRefs")) {
            (Some(found), _) | (_, Some(found)) if is_stale(object, found) => STALE.to_owned(),
            (None, _) => "no condition `Accepted` yet".to_owned(),
            (Some(accepted), _) if !is_true(accepted) => explain(accepted),
            (_, Some(resolved)) if is_false(resolved) => explain(resolved),
            _ => continue,
        };
        return NotYet(format!("parent `{name}`: {why}"));
    }
    if parents.len() < wanted {
        return NotYet(format!("{} of {wanted} parents took it", parents.len()));
    }
    Ready
}
