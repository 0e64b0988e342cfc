//! Requests and answers: redirects of questions followed, locations resolved, credentials kept where they belong.

use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, LOCATION, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;

use super::error::Error;
use super::tls::Route;
use crate::secret::Secret;

/// One answer may take this long, and a second more for each of [`RATE`] bytes sent.
const ANSWER: Duration = Duration::from_mins(1);
const RATE: usize = 64 * 1024;
/// Answers that matter are short.
const MAX_ANSWER: usize = 4 << 20;
const REDIRECTS: usize = 5;

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// Words for messages, e.g. `upload the layer`.
    pub(super) action: &'static str,
    pub(super) method: Method,
    /// Path, or a whole URL that the registry gave.
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// Statuses that are answers; others are refusals.
    pub(super) accept: &'static [u16],
}

/// One answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Sends requests; knows no credentials.
pub(super) struct Transport {
    pub(super) client: Client<HttpsConnector<Route>, Full<Bytes>>,
    /// Scheme and host of the registry.
    pub(super) base: Uri,
}

impl Transport {
    /// Whether the registry is talked to in plain HTTP.
    pub(super) fn is_plain(&self) -> bool {
        self.base.scheme_str() == Some("http")
    }

    /// Sends a request and takes any status but the accepted ones for a refusal.
    pub(super) async fn send(
        &self,
        call: &Call,
        header: Option<&Secret<String>>,
    ) -> Result<Answer, Error> {
        let answer = self.raw(call, header).await?;
        self.accepted(call, answer)
    }

    pub(super) fn accepted(&self, call: &Call, answer: Answer) -> Result<Answer, Error> {
        if call.accept.contains(&answer.status) {
            return Ok(answer);
        }
        let seconds = answer.headers.get(RETRY_AFTER);
        let seconds = seconds.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let target: Option<Uri> = call.target.parse().ok();
        let host = target
            .as_ref()
            .and_then(Uri::authority)
            .or(self.base.authority());
        Err(Error::Refused {
            action: call.action,
            host: host.map(ToString::to_string).unwrap_or_default(),
            status: answer.status,
            message: message(answer.status, &answer.body),
            retry_after: seconds.map(Duration::from_secs),
        })
    }

    /// Sends a request and follows redirects of questions.
    pub(super) async fn raw(
        &self,
        call: &Call,
        header: Option<&Secret<String>>,
    ) -> Result<Answer, Error> {
        let mut uri = self.resolve(&self.base, &call.target, call.action)?;
        for _ in 0..REDIRECTS {
            let answer = self.once(call, &uri, header).await?;
            let asks = call.method == Method::GET || call.method == Method::HEAD;
            let redirects = matches!(answer.status, 301 | 302 | 303 | 307 | 308);
            match answer.headers.get(LOCATION).map(|value| value.to_str()) {
                Some(Ok(location)) if asks && redirects => {
                    uri = self.resolve(&uri, location, call.action)?;
                }
                _ => return Ok(answer),
            }
        }
        Err(self.protocol(call.action, "too many redirects".to_owned()))
    }

    async fn once(
        &self,
        call: &Call,
        uri: &Uri,
        header: Option<&Secret<String>>,
    ) -> Result<Answer, Error> {
        let host = uri.authority().map(ToString::to_string).unwrap_or_default();
        let mut request = Request::new(Full::new(call.body.clone()));
        *request.method_mut() = call.method.clone();
        *request.uri_mut() = uri.clone();
        *request.headers_mut() = call.headers.clone();
        let agent = http::HeaderValue::from_static(concat!("ksail/", env!("CARGO_PKG_VERSION")));
        request.headers_mut().insert(USER_AGENT, agent);
        // What opens the registry is shown to nobody else.
        if let Some(header) = header
            && uri.authority() == self.base.authority()
        {
            let mut value = http::HeaderValue::from_str(header.expose()).map_err(|_| {
                self.protocol(call.action, "a token that fits no header".to_owned())
            })?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        let unreachable = |why: String, connected: bool| Error::Unreachable {
            action: call.action,
            host: host.clone(),
            why,
            tls: connected && uri.scheme_str() == Some("https"),
        };
        let broken = |error: &(dyn std::error::Error + 'static)| {
            let (why, refused) = innermost(error);
            unreachable(why, !refused)
        };
        let answer = async {
            let response = self.client.request(request).await;
            let response = response.map_err(|error| broken(&error))?;
            let (head, body) = response.into_parts();
            let body = Limited::new(body, MAX_ANSWER).collect().await;
            let body = body.map_err(|error| broken(error.as_ref()))?;
            Ok(Answer {
                status: head.status.as_u16(),
                headers: head.headers,
                body: body.to_bytes(),
            })
        };
        let seconds = u64::try_from(call.body.len() / RATE).unwrap_or(u64::MAX);
        let patience = ANSWER.saturating_add(Duration::from_secs(seconds));
        tokio::time::timeout(patience, answer)
            .await
            .map_err(|_| unreachable("it took too long".to_owned(), false))?
    }

    /// A path or URL that stands in an answer. A registry behind a proxy may not know that it is reached through TLS;
    /// nothing is sent to others without it.
    fn resolve(&self, from: &Uri, target: &str, action: &'static str) -> Result<Uri, Error> {
        let broken = || self.protocol(action, format!("the location `{}`", shown(target)));
        let scheme = from.scheme_str().unwrap_or("https");
        let authority = from
            .authority()
            .map(http::uri::Authority::as_str)
            .unwrap_or_default();
        let whole = if target.contains("://") {
            target.to_owned()
        } else if target.starts_with('/') {
            format!("{scheme}://{authority}{target}")
        } else {
            let path = from
                .path()
                .rsplit_once('/')
                .map_or("", |(folder, _)| folder);
            format!("{scheme}://{authority}{path}/{target}")
        };
        let uri: Uri = whole.parse().map_err(|_| broken())?;
        if uri.authority().is_none() {
            return Err(broken());
        }
        if uri.scheme_str() == Some("https") || self.is_plain() {
            return Ok(uri);
        }
        if uri.host() != self.base.host() {
            return Err(self.protocol(action, "a location without TLS".to_owned()));
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let base = self.base.to_string();
        format!("{}{path}", base.trim_end_matches('/'))
            .parse()
            .map_err(|_| broken())
    }

    pub(super) fn protocol(&self, action: &'static str, why: String) -> Error {
        Error::Protocol {
            action,
            host: self
                .base
                .authority()
                .map(ToString::to_string)
                .unwrap_or_default(),
            why,
        }
    }
}

/// A URL without its query, which may hold what opens a door.
fn shown(target: &str) -> &str {
    target.split('?').next().unwrap_or(target)
}

/// What a registry says, as the API words it: `CODE: message`, or the status if it says nothing.
pub(super) fn message(status: u16, body: &[u8]) -> String {
    let said: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let said = said.as_ref().map(|said| &said["errors"][0]);
    let part = |name: &str| {
        said.and_then(|said| said[name].as_str())
            .filter(|text| !text.is_empty())
    };
    let text = match (part("code"), part("message")) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => {
            let reason = StatusCode::from_u16(status).ok();
            let reason = reason.and_then(|status| status.canonical_reason());
            return reason.unwrap_or("without a word").to_lowercase();
        }
    };
    crate::text::plain(&text).chars().take(300).collect()
}

/// The innermost message, as the layers above it repeat each other, and whether nobody listens.
pub(super) fn innermost(error: &(dyn std::error::Error + 'static)) -> (String, bool) {
    let mut innermost = error;
    let mut refused = false;
    loop {
        if let Some(error) = innermost.downcast_ref::<std::io::Error>() {
            refused |= error.kind() == std::io::ErrorKind::ConnectionRefused;
        }
        match innermost.source() {
            Some(source) => innermost = source,
            None => return (innermost.to_string(), refused),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_in_the_words_of_the_registry() {
        let body = br#"{"errors":[{"code":"DENIED","message":"no \u001b[31mway"}]}"#;
        assert_eq!(message(403, body), "DENIED: no way");
        assert_eq!(
            message(404, br#"{"errors":[{"code":"NAME_UNKNOWN"}]}"#),
            "NAME_UNKNOWN"
        );
        assert_eq!(message(502, b"<html>"), "bad gateway");
        assert_eq!(message(418, b"{}"), "i'm a teapot");
    }

    #[test]
    fn queries_of_locations_are_not_shown() {
        assert_eq!(shown("https://s3/x?signature=1"), "https://s3/x");
    }
}
