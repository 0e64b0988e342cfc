//! One file at a URL, with what registries need anyway: TLS, proxies, redirects.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, LOCATION, USER_AGENT};
use http::{HeaderValue, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use super::tls::{self, Fault};
use super::transport::innermost;
use crate::env::EnvMap;

/// Connection, redirects and content together.
const PATIENCE: Duration = Duration::from_mins(2);
const REDIRECTS: usize = 10;

/// The content behind a URL. The error is the end of a sentence that begins with the URL.
pub async fn download(url: &str, limit: usize, env: &EnvMap) -> Result<Vec<u8>, String> {
    match tokio::time::timeout(PATIENCE, follow(url, limit, env)).await {
        Ok(done) => done,
        Err(_) => Err("took too long to answer".to_owned()),
    }
}

async fn follow(url: &str, limit: usize, env: &EnvMap) -> Result<Vec<u8>, String> {
    let connector = tls::connector(None, env).map_err(|fault| match fault {
        Fault::File(error) => format!("cannot be fetched: {error}"),
        Fault::Other(why) => format!("cannot be fetched: {why}"),
    })?;
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let (url, header) = credentials(url);
    let first: Uri = url.parse().map_err(|_| "is no URL".to_owned())?;
    let mut uri = first.clone();
    for _ in 0..REDIRECTS {
        let mut request = Request::new(Full::<Bytes>::default());
        *request.uri_mut() = uri.clone();
        let agent = HeaderValue::from_static(concat!("ksail/", env!("CARGO_PKG_VERSION")));
        request.headers_mut().insert(USER_AGENT, agent);
        // What opens this server is shown to no other.
        if let Some(header) = &header
            && uri.authority() == first.authority()
        {
            request.headers_mut().insert(AUTHORIZATION, header.clone());
        }
        let response = client.request(request).await;
        let response = response.map_err(|error| broken(&error))?;
        let (head, body) = response.into_parts();
        let location = head.headers.get(LOCATION);
        let location = location.and_then(|value| value.to_str().ok());
        match location {
            Some(location) if head.status.is_redirection() => uri = resolve(&uri, location)?,
            _ if head.status.is_success() => {
                let body = Limited::new(body, limit).collect().await;
                let body = body.map_err(|error| broken(error.as_ref()))?;
                return Ok(body.to_bytes().into());
            }
            _ => return Err(refused(head.status)),
        }
    }
    Err("redirects without end".to_owned())
}

/// The URL without user and password, and the header that they make.
fn credentials(url: &str) -> (String, Option<HeaderValue>) {
    let Some((scheme, rest)) = url.split_once("://") else {
        return (url.to_owned(), None);
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let Some((user, host)) = rest[..end].rsplit_once('@') else {
        return (url.to_owned(), None);
    };
    let user = if user.contains(':') {
        user.to_owned()
    } else {
        format!("{user}:")
    };
    let mut header = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(user))).ok();
    if let Some(header) = &mut header {
        header.set_sensitive(true);
    }
    (format!("{scheme}://{host}{}", &rest[end..]), header)
}

fn resolve(from: &Uri, location: &str) -> Result<Uri, String> {
    let scheme = from.scheme_str().unwrap_or("https");
    let authority = from.authority().map(ToString::to_string);
    let authority = authority.unwrap_or_default();
    let whole = if location.contains("://") {
        location.to_owned()
    } else if let Some(rest) = location.strip_prefix("//") {
        format!("{scheme}://{rest}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else {
        let folder = from
            .path()
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        format!("{scheme}://{authority}{folder}/{location}")
    };
    let uri: Uri = whole
        .parse()
        .map_err(|_| "redirects to what is no URL".to_owned())?;
    if scheme == "https" && uri.scheme_str() != Some("https") {
        return Err("redirects to a URL without TLS".to_owned());
    }
    Ok(uri)
}

fn refused(status: StatusCode) -> String {
    let reason = status.canonical_reason().unwrap_or("without a word");
    format!("answers {} ({})", status.as_u16(), reason.to_lowercase())
}

fn broken(error: &(dyn std::error::Error + 'static)) -> String {
    format!("cannot be fetched: {}", innermost(error).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_become_a_header() {
        for (url, expected, header) in [
            ("https://a/b", "https://a/b", None),
            ("https://u:p@a/b@c", "https://a/b@c", Some("Basic dTpw")),
            ("https://u@a?x", "https://a?x", Some("Basic dTo=")),
            ("a@b", "a@b", None),
        ] {
            let header = header.map(HeaderValue::from_static);
            assert_eq!(credentials(url), (expected.to_owned(), header), "{url}");
        }
    }

    #[test]
    fn redirects_keep_tls() {
        let from = Uri::from_static("https://a/b/c?d");
        for (location, expected) in [
            ("e", Ok("https://a/b/e")),
            ("/e", Ok("https://a/e")),
            ("//x/e", Ok("https://x/e")),
            ("https://x/e", Ok("https://x/e")),
            ("http://a/e", Err("redirects to a URL without TLS")),
        ] {
            let found = resolve(&from, location).map(|uri| uri.to_string());
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(found, expected, "{location}");
        }
    }
}
