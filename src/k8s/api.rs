//! Requests by path: objects are JSON values, so one function per verb serves every kind.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use kube::client::Body;
use kube::core::WatchEvent;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::{Error, Refusal};
use super::gate::Gate;
use crate::text::http_epoch;

/// No single answer takes longer; a silent connection counts as broken.
const TIMEOUT: Duration = Duration::from_mins(1);

const JSON: &str = "application/json";

/// A client bound to one API server. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    client: kube::Client,
    server: Arc<str>,
    url: Arc<str>,
    gate: Option<Entrance>,
}

/// Where requests wait until they may go out.
#[derive(Clone)]
struct Entrance {
    gate: Arc<Gate>,
    /// How long a request waits there.
    patience: Duration,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Api({})", self.server)
    }
}

/// What `/readyz` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It is ready.
    Ready,
    /// It answers, but does not tell us. One that has just started and does not know yet who may do what looks the same.
    Hidden,
    /// It does not answer, or is not ready.
    Bad,
}

/// A request on its way.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    /// Path and query.
    pub(super) path: &'a str,
    /// Media types that are understood.
    pub(super) accept: &'a str,
    /// Media type of the body.
    pub(super) content: &'a str,
    pub(super) body: Vec<u8>,
    /// `ETag` of what is known already; empty = nothing is.
    pub(super) known: &'a str,
    /// The answer must be complete within this time.
    pub(super) patience: Duration,
}

impl<'a> Call<'a> {
    /// A request for what is at `path`.
    pub(super) fn get(path: &'a str) -> Self {
        Self {
            method: Method::GET,
            path,
            accept: JSON,
            content: "",
            body: Vec::new(),
            known: "",
            patience: TIMEOUT,
        }
    }
}

/// An answer with a success code.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) code: u16,
    /// `ETag`; empty if the server gave none.
    pub(super) tag: String,
    /// `Date`, in seconds since the epoch, by the server's clock.
    pub(super) date: Option<i64>,
    body: Bytes,
    path: String,
}

impl Answer {
    /// An answer with this body.
    #[cfg(test)]
    pub(super) fn of(body: &Value) -> Self {
        Self {
            code: 200,
            tag: String::new(),
            date: None,
            body: body.to_string().into(),
            path: "/".to_owned(),
        }
    }

    /// What the caller knew is still so.
    pub(super) fn is_unchanged(&self) -> bool {
        self.code == StatusCode::NOT_MODIFIED.as_u16()
    }

    /// The body as JSON that may borrow from it.
    pub(super) fn view<'a, T: serde::Deserialize<'a>>(&'a self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|source| Error::Answer {
            path: self.path.clone(),
            source,
        })
    }

    /// The body as JSON.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|source| Error::Answer {
            path: self.path.clone(),
            source,
        })
    }
}

impl Api {
    /// Wraps a client; `server` is for messages.
    pub(super) fn new(client: kube::Client, server: &str, url: &str) -> Self {
        Self {
            client,
            server: server.into(),
            url: url.into(),
            gate: None,
        }
    }

    /// The same client, all of whose requests go through a gate. One that has to wait there for longer than `patience`,
    /// as the server is gone, fails.
    #[must_use]
    pub fn through(self, gate: Gate, patience: Duration) -> Self {
        let gate = Arc::new(gate);
        Self {
            gate: Some(Entrance { gate, patience }),
            ..self
        }
    }

    /// URL of the server.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// URL of the server, or the name of the context that leads to it.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The namespace that the context names, or `default`.
    pub fn default_namespace(&self) -> &str {
        self.client.default_namespace()
    }

    /// The plain text at `path`, e.g. `/readyz`.
    pub async fn text(&self, path: &str) -> Result<String, Error> {
        let answer = self.send(Call::get(path)).await?;
        Ok(String::from_utf8_lossy(&answer.body).into_owned())
    }

    /// How the server is, by its own word.
    pub async fn health(&self) -> Health {
        let call = Call {
            patience: Duration::from_secs(5),
            ..Call::get("/readyz")
        };
        // The gate itself asks, while nothing else passes.
        match self.exchange(call).await {
            Ok(_) => Health::Ready,
            Err(error) if error.code().is_some_and(|code| code < 500) => Health::Hidden,
            Err(_) => Health::Bad,
        }
    }

    /// Reads the object or list at `path`.
    pub async fn get(&self, path: &str) -> Result<Value, Error> {
        self.send(Call::get(path)).await?.json()
    }

    /// Creates an object in the collection at `path`.
    pub async fn create(&self, path: &str, object: &Value) -> Result<Value, Error> {
        let call = Call {
            method: Method::POST,
            content: JSON,
            body: object.to_string().into_bytes(),
            ..Call::get(path)
        };
        self.send(call).await?.json()
    }

    /// Deletes the object at `path`.
    pub async fn delete(&self, path: &str) -> Result<(), Error> {
        let call = Call {
            method: Method::DELETE,
            ..Call::get(path)
        };
        self.send(call).await.map(drop)
    }

    /// Merges `patch` (RFC 7386) into the object at `path`.
    pub async fn merge_patch(&self, path: &str, patch: &Value) -> Result<Value, Error> {
        let call = Call {
            method: Method::PATCH,
            content: "application/merge-patch+json",
            body: patch.to_string().into_bytes(),
            ..Call::get(path)
        };
        self.send(call).await?.json()
    }

    /// Sends a request, when the gate lets it pass.
    pub(super) async fn send(&self, call: Call<'_>) -> Result<Answer, Error> {
        // Boxed, because every command waits for requests somewhere deep within its own future.
        self.passing(Box::pin(self.exchange(call))).await
    }

    /// Does something when the gate lets it pass, and lets the gate learn from how it ends.
    async fn passing<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let Some(Entrance { gate, patience }) = &self.gate else {
            return work.await;
        };
        let Ok(pass) = tokio::time::timeout(*patience, gate.enter()).await else {
            return Err(self.silent("it was away, and did not come back in time"));
        };
        let done = work.await;
        pass.settle(done.as_ref().err());
        done
    }

    /// Status code and `Retry-After` survive, which they do not in the client's own error type.
    async fn exchange(&self, call: Call<'_>) -> Result<Answer, Error> {
        let request = request(call.path, &call)?
            .body(Body::from(call.body))
            .map_err(|source| malformed(call.path, source))?;
        let exchange = async {
            let response = self.client.send(request).await?;
            let (head, body) = response.into_parts();
            Ok((head, body.collect().await?.to_bytes()))
        };
        let Ok(answered) = tokio::time::timeout(call.patience, exchange).await else {
            let patience = call.patience.as_secs();
            return Err(self.silent(format!("no complete answer within {patience}s")));
        };
        let (head, body) = answered.map_err(|error| self.failed(error))?;
        let code = head.status.as_u16();
        let known = head.status == StatusCode::NOT_MODIFIED && !call.known.is_empty();
        if head.status.is_success() || known {
            return Ok(Answer {
                code,
                tag: text(&head.headers, &header::ETAG)
                    .unwrap_or_default()
                    .to_owned(),
                date: text(&head.headers, &header::DATE).and_then(http_epoch),
                body,
                path: call.path.to_owned(),
            });
        }
        Err(Refusal::read(code, retry_after(&head.headers), &body).into())
    }

    /// The events of a watch at `path`.
    pub(super) async fn events(
        &self,
        path: &str,
    ) -> Result<impl Stream<Item = Result<WatchEvent<Value>, Error>>, Error> {
        let request = request(path, &Call::get(path))?
            .body(Vec::new())
            .map_err(|source| malformed(path, source))?;
        let events = self.client.request_events::<Value>(request);
        // Only its beginning is a request like others: a watch may be open for minutes.
        let events = Box::pin(async { events.await.map_err(|error| self.failed(error)) });
        let events = self.passing(events).await?;
        let api = self.clone();
        Ok(futures_util::StreamExt::map(events, move |event| {
            event.map_err(|error| api.failed(error))
        }))
    }

    /// The client's error in our terms.
    pub(super) fn failed(&self, error: kube::Error) -> Error {
        let error = match error {
            kube::Error::Api(status) => {
                return Refusal {
                    code: status.code,
                    reason: status.reason.clone(),
                    message: status.message.clone(),
                    causes: Vec::new(),
                    retry_after: None,
                }
                .into();
            }
            other => other,
        };
        // The innermost cause says what happened; the layers around it only say that something did.
        let mut innermost: &dyn StdError = &error;
        while let Some(source) = innermost.source() {
            innermost = source;
        }
        let why = innermost.to_string();
        // The TLS library points to its manual.
        let why = why.split(": https://docs.rs/").next().unwrap_or_default();
        self.silent(why)
    }

    /// The run that would have sent a request has ended.
    pub fn stopped(&self) -> Error {
        self.silent("the run was stopped")
    }

    /// No answer came.
    pub(super) fn silent(&self, why: impl Into<String>) -> Error {
        Error::Unreachable {
            server: self.server.to_string(),
            why: why.into(),
        }
    }
}

fn request(path: &str, call: &Call<'_>) -> Result<http::request::Builder, Error> {
    let uri: http::Uri = path
        .parse()
        .map_err(|source: http::uri::InvalidUri| malformed(path, source.into()))?;
    let mut builder = Request::builder()
        .method(call.method.clone())
        .uri(uri)
        .header(header::ACCEPT, call.accept);
    if !call.known.is_empty() {
        builder = builder.header(header::IF_NONE_MATCH, call.known);
    }
    Ok(match call.content {
        "" => builder,
        content => builder.header(header::CONTENT_TYPE, content),
    })
}

fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// When to come back: in seconds, or as a date, which counts from the server's own clock.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = text(headers, &header::RETRY_AFTER)?;
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let now = http_epoch(text(headers, &header::DATE)?)?;
    let seconds = http_epoch(value)?.saturating_sub(now);
    u64::try_from(seconds).ok().map(Duration::from_secs)
}

fn malformed(path: &str, source: http::Error) -> Error {
    Error::Request {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests;
