//! HTTP on a Unix socket: parses, logs, misbehaves as planned, routes.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::os::unix::net::UnixListener as StdListener;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::{Request, Response};
use serde_json::{Value, json};
use tokio::net::UnixListener;
use tokio::sync::watch;

use super::super::http::{self, Body};
use super::faults::Effect;
use super::state::{Call, Refusal, Shared};
use super::{containers, images, networks, streams, volumes};

/// What an endpoint answers.
pub(super) enum Reply {
    /// A JSON document.
    Json(u16, Value),
    /// Bytes of another type.
    Bytes(&'static str, Vec<u8>),
    /// No body.
    Empty(u16),
    /// No body, but what there is to say of a file.
    Stat(String),
    /// Chunks as they come.
    Stream(&'static str, streams::Chunks),
}

/// Serves until `stopped` says so, then removes the socket and breaks every connection.
pub(super) fn run(
    listener: StdListener,
    state: &Shared,
    stop: &watch::Sender<bool>,
    stopped: watch::Receiver<bool>,
) {
    let socket = listener
        .local_addr()
        .unwrap()
        .as_pathname()
        .unwrap()
        .to_owned();
    http::block_on(async {
        let listener = UnixListener::from_std(listener).unwrap();
        let accept = async || Ok(listener.accept().await?.0);
        let (state, stop) = (state.clone(), stop.clone());
        let answer = move |request| answer(state.clone(), stop.clone(), request);
        let mut open = http::serve(accept, stopped, answer).await;
        drop(std::fs::remove_file(&socket));
        open.shutdown().await;
    });
}

async fn answer(
    state: Shared,
    stop: watch::Sender<bool>,
    request: Request<Incoming>,
) -> Result<Response<Body>, io::Error> {
    let call = parse(request).await?;
    let effects: Vec<Effect> = {
        let mut state = state.lock().unwrap();
        state.calls.push(call.clone());
        let text = call.to_string();
        state
            .faults
            .iter_mut()
            .filter_map(|fault| fault.hit(&text))
            .collect()
    };
    let mut cut = false;
    for effect in effects {
        match effect {
            Effect::Refuse(status, message) => return Ok(respond(refusal(status, &message))),
            Effect::Delay(delay) => wait(delay).await,
            Effect::Cut => cut = true,
            Effect::Die => {
                stop.send_replace(true);
                return std::future::pending().await;
            }
        }
    }
    let reply = route(&state, &call).unwrap_or_else(|(status, message)| refusal(status, &message));
    doom(&state);
    let response = respond(reply);
    Ok(if cut {
        halved(response).await
    } else {
        response
    })
}

async fn wait(delay: Duration) {
    tokio::time::sleep(delay).await;
}

/// Starts the timers of containers that end by themselves.
fn doom(state: &Shared) {
    let due = std::mem::take(&mut state.lock().unwrap().doomed);
    for (id, delay, code, oom) in due {
        let state = state.clone();
        tokio::spawn(async move {
            wait(delay).await;
            let mut state = state.lock().unwrap();
            if let (true, Some(ix)) = (oom, state.index(&id)) {
                state.event(ix, "oom", json!({}));
            }
            state.end(&id, code);
        });
    }
}

async fn parse(request: Request<Incoming>) -> Result<Call, io::Error> {
    let (parts, body) = request.into_parts();
    let full = parts.uri.path();
    let (version, path) = match full
        .strip_prefix("/v1.")
        .and_then(|rest| rest.split_once('/'))
    {
        Some((minor, path)) => (format!("v1.{minor}"), format!("/{path}")),
        None => (String::new(), full.to_owned()),
    };
    let query: BTreeMap<String, String> = parts.uri.query().map_or_else(BTreeMap::new, decoded);
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("").to_owned()))
        .collect();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let follow = query
        .get("follow")
        .is_some_and(|follow| follow == "true" || follow == "1");
    Ok(Call {
        method: parts.method.to_string(),
        stream: path == "/events" || path.ends_with("/wait") || (path.ends_with("/logs") && follow),
        path,
        version,
        query,
        headers,
        body: body.into(),
    })
}

/// Pairs of a query string, percent-decoded.
fn decoded(query: &str) -> BTreeMap<String, String> {
    let decode = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'+' => b' ',
                b'%' => {
                    let digits = [rest.next().unwrap(), rest.next().unwrap()];
                    u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
                }
                other => other,
            });
        }
        String::from_utf8(bytes).unwrap()
    };
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect()
}

fn route(state: &Shared, call: &Call) -> Result<Reply, Refusal> {
    let mut guard = state.lock().unwrap();
    let parts: Vec<&str> = call.path.trim_matches('/').split('/').collect();
    if !call.version.is_empty() {
        check_version(&call.version, &guard.minimum_api, &guard.api)?;
    }
    match (call.method.as_str(), parts.as_slice()) {
        ("GET" | "HEAD", ["_ping"]) => Ok(Reply::Bytes("text/plain", b"OK".to_vec())),
        ("GET", ["version"]) => Ok(Reply::Json(200, images::version(&guard))),
        ("GET", ["info"]) => Ok(Reply::Json(200, images::info(&guard))),
        ("GET", ["events"]) => Ok(streams::events(state, &guard, call)),
        ("GET", ["containers", id, "logs"]) => streams::logs(state, &guard, id, call),
        ("POST", ["containers", id, "wait"]) => streams::wait(state, &guard, id),
        (_, ["containers", rest @ ..]) => containers::route(&mut guard, call, rest),
        (_, ["volumes", rest @ ..]) => volumes::route(&mut guard, call, rest),
        (_, ["networks", rest @ ..]) => networks::route(&mut guard, call, rest),
        (_, ["images", rest @ ..]) => images::route(&mut guard, call, rest),
        _ => Err((404, "page not found".to_owned())),
    }
}

fn check_version(used: &str, oldest: &str, newest: &str) -> Result<(), Refusal> {
    let minor = |version: &str| -> u32 { version.rsplit('.').next().unwrap().parse().unwrap() };
    let used = used.trim_start_matches('v');
    if minor(used) > minor(newest) {
        return Err((
            400,
            format!("client version {used} is too new. Maximum supported API version is {newest}"),
        ));
    }
    if minor(used) < minor(oldest) {
        return Err((
            400,
            format!(
                "client version {used} is too old. Minimum supported API version is {oldest}, please upgrade your client to a newer version"
            ),
        ));
    }
    Ok(())
}

fn refusal(status: u16, message: &str) -> Reply {
    Reply::Json(status, json!({"message": message}))
}

fn respond(reply: Reply) -> Response<Body> {
    let full = |bytes: Vec<u8>| {
        Full::new(Bytes::from(bytes))
            .map_err(|never: Infallible| match never {})
            .boxed_unsync()
    };
    let mut head = Response::builder();
    let (status, kind, body) = match reply {
        Reply::Json(status, value) => (status, "application/json", full(value.to_string().into())),
        Reply::Bytes(kind, bytes) => (200, kind, full(bytes)),
        Reply::Empty(status) => (status, "application/json", full(Vec::new())),
        Reply::Stat(stat) => {
            head = head.header("x-docker-container-path-stat", stat);
            (200, "application/json", full(Vec::new()))
        }
        Reply::Stream(kind, chunks) => {
            let frames = chunks.map(|chunk| Ok(Frame::data(Bytes::from(chunk))));
            (200, kind, BodyExt::boxed_unsync(StreamBody::new(frames)))
        }
    };
    head.status(status)
        .header("content-type", kind)
        .header("server", "Docker/fake (linux)")
        .body(body)
        .unwrap()
}

/// The same answer, but the connection breaks after the first half of its body.
async fn halved(response: Response<Body>) -> Response<Body> {
    let (parts, body) = response.into_parts();
    let first = match body.into_data_stream().next().await {
        Some(Ok(bytes)) => bytes.slice(..bytes.len() / 2),
        _ => Bytes::new(),
    };
    let broken = io::Error::other("cut");
    let frames = stream::iter([Ok(Frame::data(first)), Err(broken)]);
    Response::from_parts(parts, BodyExt::boxed_unsync(StreamBody::new(frames)))
}
