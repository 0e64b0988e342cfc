//! What the registry and its token server answer.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Method, Request, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::http::Body;
use super::{Access, PASSWORD, USER};

pub(super) struct State {
    pub(super) access: Access,
    pub(super) base: String,
    pub(super) blobs: BTreeMap<String, Vec<u8>>,
    pub(super) manifests: BTreeMap<String, Vec<u8>>,
    pub(super) tokens: BTreeSet<String>,
    pub(super) issued: usize,
    pub(super) calls: Vec<String>,
    pub(super) shown: Vec<(String, String)>,
    pub(super) faults: Vec<Fault>,
}

/// Requests of a pattern that are answered with a status and headers, so many times.
pub(super) type Fault = (String, usize, u16, Vec<(&'static str, String)>);

pub(super) async fn answer(
    state: Arc<Mutex<State>>,
    request: Request<Incoming>,
) -> Result<Response<Body>, io::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let path = head.uri.path().to_owned();
    let query = head.uri.query().unwrap_or_default().to_owned();
    let header = |name: &str| {
        let value = head.headers.get(name);
        value.map(|value| value.to_str().unwrap().to_owned())
    };
    let mut state = state.lock().unwrap();
    let short: Vec<&str> = path.split("sha256:").collect();
    let call = match short.as_slice() {
        [front, digest] => format!("{} {front}{}", head.method, &digest[..6]),
        _ => format!("{} {path}", head.method),
    };
    let authorization = header("authorization");
    if let Some(value) = &authorization {
        state.shown.push((call.clone(), value.clone()));
    }
    let fault = state
        .faults
        .iter_mut()
        .find(|(pattern, times, ..)| *times > 0 && call.contains(pattern.as_str()));
    let fault = fault.map(|(_, times, status, headers)| {
        *times -= 1;
        (*status, headers.clone())
    });
    state.calls.push(call);
    if let Some((status, headers)) = fault {
        let headers: Vec<(&str, String)> = headers;
        return Ok(response(status, &headers, b"<html>not now</html>"));
    }
    if path == "/token" {
        return Ok(state.token(&head.method, &query, authorization.as_deref(), &body));
    }
    if !state.lets_in(authorization.as_deref()) {
        let challenge = match state.access {
            Access::Token => format!(
                "Bearer realm=\"{}/token\",service=\"fake registry\"",
                state.base
            ),
            _ => "Basic realm=\"fake\"".to_owned(),
        };
        let body = error("UNAUTHORIZED", "authentication required");
        return Ok(response(401, &[("WWW-Authenticate", challenge)], &body));
    }
    let kind = header("content-type");
    Ok(state.route(&head.method, &path, &query, kind.as_deref(), &body))
}

impl State {
    fn lets_in(&self, shown: Option<&str>) -> bool {
        match self.access {
            Access::Open => true,
            Access::Basic => shown == Some(basic().as_str()),
            Access::Token => shown
                .and_then(|shown| shown.strip_prefix("Bearer "))
                .is_some_and(|token| self.tokens.contains(token)),
        }
    }

    fn token(
        &mut self,
        method: &Method,
        query: &str,
        shown: Option<&str>,
        body: &[u8],
    ) -> Response<Body> {
        let form = String::from_utf8(body.to_vec()).unwrap();
        let asked = if method == Method::POST { &form } else { query };
        let has = |pair: &str| asked.split('&').any(|found| found == pair);
        let scoped =
            has("scope=repository%3Aorg%2Fapp%3Apull%2Cpush") && has("service=fake%20registry");
        let known = if method == Method::POST {
            has("grant_type=refresh_token") && has("refresh_token=identity%2Btoken%2F%3D")
        } else {
            shown == Some(basic().as_str())
        };
        if !known || !scoped {
            let body = error("UNAUTHORIZED", "who are you?");
            return response(401, &[], &body);
        }
        self.issued += 1;
        let token = format!("token-{}", self.issued);
        self.tokens.insert(token.clone());
        let field = if method == Method::POST {
            "access_token"
        } else {
            "token"
        };
        response(200, &[], json!({ field: token }).to_string().as_bytes())
    }

    fn route(
        &mut self,
        method: &Method,
        path: &str,
        query: &str,
        kind: Option<&str>,
        body: &Bytes,
    ) -> Response<Body> {
        if path == "/v2/" {
            return response(200, &[], b"{}");
        }
        let rest = path.strip_prefix("/v2/").unwrap();
        if let Some((repository, "")) = rest.split_once("/blobs/uploads/") {
            assert_eq!(method, Method::POST);
            let location = format!("/v2/{repository}/blobs/uploads/1?state=x");
            return response(202, &[("Location", location)], b"");
        }
        if rest.contains("/blobs/uploads/") {
            let digest = query
                .split('&')
                .find_map(|pair| pair.strip_prefix("digest="));
            let digest = digest.unwrap().replace("%3A", ":");
            if digest != sha256(body) || !query.contains("state=x") {
                return response(400, &[], &error("DIGEST_INVALID", "not what was promised"));
            }
            self.blobs.insert(digest, body.to_vec());
            return response(201, &[], b"");
        }
        if let Some((_, digest)) = rest.split_once("/blobs/") {
            let status = if self.blobs.contains_key(digest) {
                200
            } else {
                404
            };
            return response(status, &[], b"");
        }
        let (repository, tag) = rest.split_once("/manifests/").unwrap();
        let name = format!("{repository}:{tag}");
        if method == Method::HEAD {
            return match self.manifests.get(&name) {
                Some(bytes) => response(200, &[("Docker-Content-Digest", sha256(bytes))], b""),
                None => response(404, &[], b""),
            };
        }
        let manifest: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(kind, manifest["mediaType"].as_str());
        let blobs = [&manifest["config"], &manifest["layers"][0]];
        for blob in blobs {
            let known = self.blobs.get(blob["digest"].as_str().unwrap());
            if known.map(Vec::len)
                != blob["size"]
                    .as_u64()
                    .map(|size| usize::try_from(size).unwrap())
            {
                return response(404, &[], &error("MANIFEST_BLOB_UNKNOWN", "blob unknown"));
            }
        }
        self.manifests.insert(name, body.to_vec());
        response(201, &[("Docker-Content-Digest", sha256(body))], b"")
    }
}

fn basic() -> String {
    format!("Basic {}", STANDARD.encode(format!("{USER}:{PASSWORD}")))
}

fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

fn error(code: &str, message: &str) -> Vec<u8> {
    json!({ "errors": [{ "code": code, "message": message }] })
        .to_string()
        .into_bytes()
}

fn response(status: u16, headers: &[(&str, String)], body: &[u8]) -> Response<Body> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, value);
    }
    let body = Full::new(Bytes::copy_from_slice(body)).map_err(|never| match never {});
    response.body(body.boxed_unsync()).unwrap()
}
