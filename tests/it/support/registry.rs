//! A registry on a TCP socket, with a token server beside it: blobs and manifests in memory. It checks digests as the
//! distribution specification wants, logs every request, and misbehaves on demand.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Method, Request, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::authority::Authority;
use super::http::{self, Body};

/// User and password that the registry knows.
pub(crate) const USER: &str = "me";
pub(crate) const PASSWORD: &str = "pässword:1";
/// Identity token that the token server knows.
pub(crate) const IDENTITY: &str = "identity+token/=";

/// Who may push.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Access {
    /// Everybody.
    Open,
    /// Who shows the password.
    Basic,
    /// Who shows a token of the token server.
    Token,
}

/// A running registry; stops when dropped.
pub(crate) struct Registry {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    certificate: Option<String>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

struct State {
    access: Access,
    base: String,
    blobs: BTreeMap<String, Vec<u8>>,
    manifests: BTreeMap<String, Vec<u8>>,
    tokens: BTreeSet<String>,
    issued: usize,
    calls: Vec<String>,
    shown: Vec<(String, String)>,
    faults: Vec<(String, usize, u16, Vec<(&'static str, String)>)>,
}

impl Registry {
    /// An empty registry without TLS.
    pub(crate) fn start(access: Access) -> Self {
        Self::with(access, None)
    }

    /// One with TLS.
    pub(crate) fn secure(access: Access) -> Self {
        Self::with(access, Some(Authority::new()))
    }

    fn with(access: Access, authority: Option<Authority>) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if authority.is_some() { "https" } else { "http" };
        let state = Arc::new(Mutex::new(State {
            access,
            base: format!("{scheme}://{address}"),
            blobs: BTreeMap::new(),
            manifests: BTreeMap::new(),
            tokens: BTreeSet::new(),
            issued: 0,
            calls: Vec::new(),
            shown: Vec::new(),
            faults: Vec::new(),
        }));
        let tls = authority.as_ref().map(acceptor);
        let (stop, stopped) = watch::channel(false);
        let shared = Arc::clone(&state);
        let thread = std::thread::spawn(move || run(listener, tls, &shared, stopped));
        Self {
            address,
            state,
            certificate: authority.map(|authority| authority.certificate),
            stop,
            thread: Some(thread),
        }
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    /// PEM certificate of the authority that signed the registry's.
    pub(crate) fn certificate(&self) -> &str {
        self.certificate.as_deref().unwrap()
    }

    /// The next `times` requests whose `METHOD PATH` contains `pattern` are answered with this.
    pub(crate) fn fault(
        self,
        pattern: &str,
        times: usize,
        status: u16,
        headers: &[(&'static str, &str)],
    ) -> Self {
        let headers = headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        let fault = (pattern.to_owned(), times, status, headers.collect());
        self.state.lock().unwrap().faults.push(fault);
        self
    }

    /// Requests so far, as `METHOD PATH`; digests are cut short.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.state.lock().unwrap().calls.clone()
    }

    /// Forgets the requests so far.
    pub(crate) fn forget(&self) {
        self.state.lock().unwrap().calls.clear();
    }

    /// Every `Authorization` that was shown, each with its request.
    pub(crate) fn shown(&self) -> Vec<(String, String)> {
        self.state.lock().unwrap().shown.clone()
    }

    /// No token is worth anything any more.
    pub(crate) fn expire_tokens(&self) {
        self.state.lock().unwrap().tokens.clear();
    }

    /// A manifest by `REPOSITORY:TAG`.
    pub(crate) fn manifest(&self, name: &str) -> Option<Value> {
        let state = self.state.lock().unwrap();
        let bytes = state.manifests.get(name)?;
        Some(serde_json::from_slice(bytes).unwrap())
    }

    /// Files of the only layer of a manifest.
    pub(crate) fn files(&self, name: &str) -> BTreeMap<String, String> {
        let manifest = self.manifest(name).unwrap();
        let digest = manifest["layers"][0]["digest"].as_str().unwrap();
        let layer = self.state.lock().unwrap().blobs[digest].clone();
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(&layer[..]));
        archive
            .entries()
            .unwrap()
            .map(|entry| {
                let mut entry = entry.unwrap();
                let mut text = String::new();
                io::Read::read_to_string(&mut entry, &mut text).unwrap();
                (entry.path().unwrap().display().to_string(), text)
            })
            .collect()
    }

    /// A Docker configuration that holds the password for this registry.
    pub(crate) fn login(&self) -> String {
        let auth = STANDARD.encode(format!("{USER}:{PASSWORD}"));
        json!({ "auths": { self.host(): { "auth": auth } } }).to_string()
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        let ended = self.thread.take().unwrap().join();
        if !std::thread::panicking() {
            ended.unwrap();
        }
    }
}

fn acceptor(authority: &Authority) -> TlsAcceptor {
    let (certificate, key) = authority.server(&["127.0.0.1"]);
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(certificate, key)
    .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

fn run(
    listener: std::net::TcpListener,
    tls: Option<TlsAcceptor>,
    state: &Arc<Mutex<State>>,
    stopped: watch::Receiver<bool>,
) {
    http::block_on(async {
        let listener = TcpListener::from_std(listener).unwrap();
        let state = Arc::clone(state);
        let answer = move |request| answer(Arc::clone(&state), request);
        let mut open = if let Some(tls) = tls {
            let accept = http::agreed(listener, tls);
            let accept = async || {
                let next = accept.lock().await.recv().await;
                next.ok_or_else(|| io::Error::other("no more connections"))
            };
            http::serve(accept, stopped, answer).await
        } else {
            let accept = async || Ok(listener.accept().await?.0);
            http::serve(accept, stopped, answer).await
        };
        open.shutdown().await;
    });
}

async fn answer(
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
    Ok(state.route(&head.method, &path, &query, header("content-type"), body))
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
        kind: Option<String>,
        body: Bytes,
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
            if digest != sha256(&body) || !query.contains("state=x") {
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
        let manifest: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(kind.as_deref(), manifest["mediaType"].as_str());
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
        response(201, &[("Docker-Content-Digest", sha256(&body))], b"")
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
