//! What a server does when it is asked to delete an object.

use hyper::Response;
use serde_json::{Value, json};

use super::super::http::Body;
use super::faults;
use super::server::{Shared, refusal, respond};
use super::state::State;

/// Deletes the object at `path`, on the conditions in `body`.
pub(super) fn delete(
    state: &Shared,
    locked: &mut State,
    path: &str,
    body: &[u8],
) -> Response<Body> {
    let Some(object) = locked.objects.get(path).cloned() else {
        return refusal(404, "NotFound", &format!("{path} not found"));
    };
    let options: Value = serde_json::from_slice(body).unwrap_or_default();
    locked.deletions.push((path.to_owned(), options.clone()));
    for field in ["uid", "resourceVersion"] {
        let wanted = &options["preconditions"][field];
        if !wanted.is_null() && *wanted != object["metadata"][field] {
            let message = format!(
                "Precondition failed: {field} is {}",
                object["metadata"][field]
            );
            return refusal(409, "Conflict", &message);
        }
    }
    if options["dryRun"] == json!(["All"]) {
        return respond(200, &gone());
    }
    let delay = locked.deletion_delay;
    if !delay.is_zero() {
        return faults::delete_later(state, locked, path, delay);
    }
    let held = object["metadata"]["finalizers"]
        .as_array()
        .is_some_and(|held| !held.is_empty());
    if held {
        let mut object = object;
        object["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
        return respond(200, &locked.store(path, object));
    }
    locked.remove(path);
    // The kubelet of a node that runs registers it again.
    if locked.k3s.is_some() && path.starts_with("/api/v1/nodes/") {
        locked.store(path, object.clone());
    }
    contents(locked, path, &object);
    respond(200, &gone())
}

/// What goes with a namespace or a definition.
fn contents(locked: &mut State, path: &str, object: &Value) {
    let inside = match object["kind"].as_str() {
        Some("Namespace") => format!("/namespaces/{}/", path.rsplit_once('/').unwrap().1),
        Some("CustomResourceDefinition") => {
            let group = object["spec"]["group"].as_str().unwrap();
            let kind = object["spec"]["names"]["kind"].clone();
            let of_group = |version: &str| version.split('/').next() == Some(group);
            locked
                .kinds
                .retain(|(version, known, ..)| !of_group(version) || kind != **known);
            format!("/apis/{group}/")
        }
        _ => return,
    };
    let all: Vec<String> = locked
        .objects
        .keys()
        .filter(|path| path.contains(&inside))
        .cloned()
        .collect();
    for path in all {
        locked.remove(&path);
    }
}

fn gone() -> Value {
    json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success" })
}
