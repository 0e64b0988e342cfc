//! Bad days of a server, and what validation says about changes that cannot be.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::Response;
use hyper::body::Frame;
use serde_json::{Value, json};

use super::super::http::Body;
use super::server::{Shared, refusal, respond};
use super::state::State;

/// The beginning of an answer; then the connection breaks.
pub(super) fn half() -> Response<Body> {
    let parts = [
        Ok(Frame::data(Bytes::from_static(b"{\"kind\": "))),
        Err(io::Error::other("broken as planned")),
    ];
    Response::new(BodyExt::boxed_unsync(StreamBody::new(stream::iter(parts))))
}

/// An answer that never gets far.
pub(super) fn dribble(pause: Duration) -> Response<Body> {
    let parts = stream::unfold((), move |()| async move {
        tokio::time::sleep(pause).await;
        let byte = Frame::data(Bytes::from_static(b" "));
        Some((Ok::<_, io::Error>(byte), ()))
    });
    Response::new(BodyExt::boxed_unsync(StreamBody::new(parts)))
}

/// Nothing new goes into a namespace that is on its way out.
pub(super) fn terminating(locked: &State, path: &str) -> Option<Response<Body>> {
    let (_, rest) = path.split_once("/namespaces/")?;
    let (namespace, _) = rest.split_once('/')?;
    if !locked.is_terminating(namespace) || locked.objects.contains_key(path) {
        return None;
    }
    let message = format!(
        "forbidden: unable to create new content in namespace {namespace} because it is being terminated"
    );
    Some(refusal(403, "Forbidden", &message))
}

/// The template of a job stays what it was.
pub(super) fn immutable(known: Option<&Value>, patch: &Value) -> Option<Response<Body>> {
    let known = known.filter(|known| known["kind"] == "Job")?;
    let changed = patch["spec"]["template"] != known["spec"]["template"];
    let cause = json!({
        "reason": "FieldValueInvalid", "field": "spec.template",
        "message": "Invalid value: {\"spec\":{}}: field is immutable"
    });
    let status = json!({
        "kind": "Status", "status": "Failure", "code": 422, "reason": "Invalid",
        "message": "Job.batch is invalid: spec.template: Invalid value: field is immutable",
        "details": { "causes": [cause] }
    });
    changed.then(|| respond(422, &status))
}

/// Marks an object as deleted, and takes it away later.
pub(super) fn delete_later(
    state: &Shared,
    locked: &mut State,
    path: &str,
    delay: Duration,
) -> Response<Body> {
    let mut object = locked.objects[path].clone();
    object["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
    object["metadata"]["finalizers"] = json!(["foregroundDeletion"]);
    let object = locked.store(path, object);
    let (state, path) = (Arc::clone(state), path.to_owned());
    tokio::spawn(async move {
        tokio::time::sleep(delay).await;
        state.lock().unwrap().remove(&path);
    });
    respond(200, &object)
}
