//! HTTP: parses, logs, misbehaves as planned, routes.

use std::convert::Infallible;
use std::io;
use std::net::TcpListener as StdListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::{Method, Request, Response};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::super::http::{self, Body, Known};
use super::deletion;
use super::discovery::{aggregate, groups, resources, respond_tagged};
use super::faults;
use super::k3s;
use super::state::{Effect, State};

pub(super) type Shared = Arc<Mutex<State>>;

/// Serves until told to stop, with this TLS if any.
pub(super) fn run(
    listener: StdListener,
    tls: Option<TlsAcceptor>,
    state: &Shared,
    stopped: watch::Receiver<bool>,
) {
    let state = Arc::clone(state);
    http::run(listener, tls, stopped, move |request| {
        answer(Arc::clone(&state), request)
    });
}

async fn answer(state: Shared, request: Request<Incoming>) -> Result<Response<Body>, io::Error> {
    let (head, body) = request.into_parts();
    let (path, query) = (
        head.uri.path().to_owned(),
        head.uri.query().unwrap_or("").to_owned(),
    );
    let call = if query.is_empty() {
        format!("{} {path}", head.method)
    } else {
        format!("{} {path}?{query}", head.method)
    };
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let effect = {
        let mut state = state.lock().unwrap();
        state.calls.push(call.clone());
        state.open += 1;
        state.peak = state.peak.max(state.open);
        state.hit(&call)
    };
    let response = async {
        match effect {
            Some(Effect::Refuse(code, reason, message)) => {
                return Ok(refusal(code, reason, message));
            }
            Some(Effect::Answer(code, headers, body)) => {
                let mut response = Response::builder().status(code);
                for (name, value) in headers {
                    response = response.header(*name, *value);
                }
                return Ok(response.body(full(body.into_bytes())).unwrap());
            }
            Some(Effect::Delay(delay)) => tokio::time::sleep(delay).await,
            Some(Effect::Reset) => return Err(io::Error::other("reset as planned")),
            Some(Effect::Half) => return Ok(faults::half()),
            Some(Effect::Dribble(pause)) => return Ok(faults::dribble(pause)),
            None => {}
        }
        let known = head.extensions.get::<Known>().is_some_and(|known| known.0);
        let password = k3s::password(&head.headers);
        if let Some((code, text)) = k3s::answer(&state, &path, known, password) {
            let response = Response::builder().status(code);
            return Ok(response.body(full(text)).unwrap());
        }
        let header = |name: &str| head.headers.get(name).map(|value| value.to_str().unwrap());
        let aggregated = header("accept").is_some_and(|accept| accept.contains("apidiscovery"));
        let tagged = header("if-none-match");
        Ok(route(
            &state,
            &head.method,
            &path,
            &query,
            &body,
            aggregated,
            tagged,
        ))
    }
    .await;
    state.lock().unwrap().open -= 1;
    response
}

fn route(
    state: &Shared,
    method: &Method,
    path: &str,
    query: &str,
    body: &[u8],
    aggregated: bool,
    tagged: Option<&str>,
) -> Response<Body> {
    let mut locked = state.lock().unwrap();
    if *method == Method::POST {
        return post(&mut locked, path, body);
    }
    if *method == Method::PATCH {
        return patch(state, &mut locked, path, query, body);
    }
    if *method == Method::DELETE {
        return deletion::delete(state, &mut locked, path, body);
    }
    if path == "/readyz" {
        return Response::builder().status(200).body(full("ok")).unwrap();
    }
    if path == "/api" || path == "/apis" {
        let discovery = if aggregated && !locked.old_discovery {
            aggregate(&locked, path)
        } else {
            groups(&locked, path)
        };
        return respond_tagged(&mut locked, &discovery, tagged);
    }
    if let Some(version) = path
        .strip_prefix("/apis/")
        .or_else(|| path.strip_prefix("/api/"))
        && locked.kinds.iter().any(|kind| kind.0 == version)
    {
        return respond(200, &resources(&locked, version));
    }
    if query.contains("watch=true") {
        drop(locked);
        return respond_watch(state, path, query);
    }
    if locked.objects.contains_key(path) {
        return respond(200, &locked.objects[path]);
    }
    if !is_served(&locked, path) {
        return Response::builder()
            .status(404)
            .body(full("404 page not found\n"))
            .unwrap();
    }
    let inside =
        |candidate: &str| member(path, candidate).is_some_and(|name| selected(query, name));
    let mut items: Vec<Value> = locked
        .objects
        .iter()
        .filter(|(path, object)| inside(path) && is_labelled(query, object))
        .map(|(_, object)| object.clone())
        .collect();
    let (api_version, kind) = kind_of(&locked, path);
    // As in real servers, only the list says what items of built-in kinds are.
    for item in &mut items {
        item.as_object_mut().unwrap().remove("apiVersion");
        item.as_object_mut().unwrap().remove("kind");
    }
    let version = locked.version.borrow().to_string();
    respond(
        200,
        &json!({
            "apiVersion": api_version, "kind": format!("{kind}List"),
            "metadata": { "resourceVersion": version }, "items": items
        }),
    )
}

fn patch(
    state: &Shared,
    locked: &mut State,
    path: &str,
    query: &str,
    body: &[u8],
) -> Response<Body> {
    let path = path.strip_suffix("/status").unwrap_or(path);
    let collection = path.rsplit_once('/').unwrap().0;
    if !is_served(locked, collection) {
        return Response::builder()
            .status(404)
            .body(full("404 page not found\n"))
            .unwrap();
    }
    if let Some((_, rest)) = collection.split_once("/namespaces/") {
        let namespace = rest.split('/').next().unwrap();
        if !locked
            .objects
            .contains_key(&format!("/api/v1/namespaces/{namespace}"))
        {
            return refusal(
                404,
                "NotFound",
                &format!("namespaces \"{namespace}\" not found"),
            );
        }
    }
    if let Some(refusal) = faults::terminating(locked, path) {
        return refusal;
    }
    let patch: Value = serde_json::from_slice(body).unwrap();
    if let Some(refusal) = faults::immutable(locked.objects.get(path), &patch) {
        return refusal;
    }
    let meant = &patch["metadata"]["resourceVersion"];
    let known = locked.objects.get(path);
    if known.is_some_and(|known| !meant.is_null() && known["metadata"]["resourceVersion"] != *meant)
    {
        return refusal(409, "Conflict", "the object has been modified");
    }
    let (created, object) = locked.apply(path, &patch, query.contains("dryRun=All"));
    match locked.controller_delay {
        None => locked.reconcile(path),
        Some(Duration::MAX) => {}
        Some(delay) => {
            let (state, path) = (Arc::clone(state), path.to_owned());
            tokio::spawn(async move {
                tokio::time::sleep(delay).await;
                state.lock().unwrap().reconcile(&path);
            });
        }
    }
    respond(if created { 201 } else { 200 }, &object)
}

/// Creates an object of a made-up name.
fn post(locked: &mut State, collection: &str, body: &[u8]) -> Response<Body> {
    let mut object: Value = serde_json::from_slice(body).unwrap();
    let prefix = object["metadata"]["generateName"].as_str().unwrap();
    let name = format!("{prefix}{}", *locked.version.borrow());
    object["metadata"]["name"] = name.as_str().into();
    let path = format!("{collection}/{name}");
    let (_, object) = locked.apply(&path, &object, false);
    if locked.controller_delay.is_none() {
        locked.reconcile(&path);
    }
    respond(201, &object)
}

/// Whether a collection path belongs to a served kind.
fn is_served(state: &State, collection: &str) -> bool {
    state.kinds.iter().any(|(version, _, plural, _)| {
        let root = if version.contains('/') { "apis" } else { "api" };
        collection.starts_with(&format!("/{root}/{version}/"))
            && collection.ends_with(&format!("/{plural}"))
    })
}

/// `apiVersion` and kind of what a collection holds.
fn kind_of(state: &State, collection: &str) -> (String, String) {
    let mut served = state.kinds.iter().filter(|(version, _, plural, _)| {
        let root = if version.contains('/') { "apis" } else { "api" };
        collection.starts_with(&format!("/{root}/{version}/"))
            && collection.ends_with(&format!("/{plural}"))
    });
    let (version, kind, ..) = served.next().unwrap();
    (version.clone(), kind.clone())
}

/// The name of an object if it belongs to a collection: of its namespace or of all.
fn member<'a>(collection: &str, object: &'a str) -> Option<&'a str> {
    let (own, name) = object.rsplit_once('/')?;
    let (root, plural) = collection.rsplit_once('/')?;
    let everywhere = || {
        let rest = own.strip_prefix(root)?.strip_prefix("/namespaces/")?;
        let (_, own_plural) = rest.split_once('/')?;
        (own_plural == plural).then_some(name)
    };
    if own == collection {
        return Some(name);
    }
    everywhere()
}

fn selected(query: &str, name: &str) -> bool {
    match query.split_once("fieldSelector=metadata.name%3D") {
        Some((_, rest)) => rest.split('&').next() == Some(name),
        None => true,
    }
}

/// Whether an object has the labels that a query asks for; equality is all that is understood.
fn is_labelled(query: &str, object: &Value) -> bool {
    let Some((_, rest)) = query.split_once("labelSelector=") else {
        return true;
    };
    let mut terms = rest.split('&').next().unwrap().split("%2C");
    let labels = &object["metadata"]["labels"];
    terms.all(|term| match term.replace("%2F", "/").split_once("%3D") {
        Some((key, value)) => labels[key] == *value,
        None => !labels[term.replace("%2F", "/")].is_null(),
    })
}

fn respond_watch(state: &Shared, path: &str, query: &str) -> Response<Body> {
    let from = query
        .split_once("resourceVersion=")
        .map_or("0", |(_, rest)| rest.split('&').next().unwrap());
    let from: u64 = from.parse().unwrap();
    let versions = state.lock().unwrap().version.subscribe();
    let (state, collection, query) = (Arc::clone(state), path.to_owned(), query.to_owned());
    let events = stream::unfold((from, versions), move |(seen, mut versions)| {
        let (state, collection, query) = (Arc::clone(&state), collection.clone(), query.clone());
        async move {
            let latest = *versions.wait_for(|version| *version > seen).await.ok()?;
            let lines: Vec<String> = state
                .lock()
                .unwrap()
                .history
                .iter()
                .filter(|change| change.version > seen && change.version <= latest)
                .filter(|change| {
                    let name = member(&collection, &change.path);
                    name.is_some_and(|name| selected(&query, name))
                })
                .map(|change| {
                    format!(
                        "{}\n",
                        json!({ "type": change.kind, "object": change.object })
                    )
                })
                .collect();
            Some((
                Ok::<_, io::Error>(Frame::data(Bytes::from(lines.concat()))),
                (latest, versions),
            ))
        }
    });
    Response::new(BodyExt::boxed_unsync(StreamBody::new(events)))
}

pub(super) fn refusal(code: u16, reason: &str, message: &str) -> Response<Body> {
    respond(
        code,
        &json!({ "kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message }),
    )
}

pub(super) fn respond(code: u16, body: &Value) -> Response<Body> {
    Response::builder()
        .status(code)
        .header("content-type", "application/json")
        .body(full(body.to_string()))
        .unwrap()
}

pub(super) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into())
        .map_err(|never: Infallible| match never {})
        .boxed_unsync()
}
