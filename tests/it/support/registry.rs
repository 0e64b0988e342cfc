//! A registry on a TCP socket, with a token server beside it: blobs and manifests in memory. It checks digests as the
//! distribution specification wants, logs every request, and misbehaves on demand.

mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::authority::Authority;
use super::http;
use server::{State, answer};

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
    let state = Arc::clone(state);
    http::run(listener, tls, stopped, move |request| {
        answer(Arc::clone(&state), request)
    });
}
