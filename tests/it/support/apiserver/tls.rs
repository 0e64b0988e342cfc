//! TLS of a server that takes strangers too, and an administrator's certificate.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use serde_json::json;
use tokio_rustls::TlsAcceptor;

use super::super::authority::Authority;
use super::super::http::Connection;

impl Connection for tokio_rustls::server::TlsStream<tokio::net::TcpStream> {
    fn is_known(&self) -> bool {
        self.get_ref().1.peer_certificates().is_some()
    }
}

/// Takes connections of those whose certificate the authority has signed, and of strangers without one.
pub(super) fn acceptor(authority: &Authority) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(authority.root()).unwrap();
    let clients =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .allow_unauthenticated();
    let (certificate, key) = authority.server(&["127.0.0.1"]);
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(clients.build().unwrap())
        .with_single_cert(certificate, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// The administrator's kubeconfig as K3s writes it.
pub(super) fn kubeconfig(authority: &Authority) -> String {
    let (certificate, key) = authority.sign(&["admin"]);
    let kubeconfig = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "default", "preferences": {},
        "clusters": [{"name": "default", "cluster": {
            "certificate-authority-data": STANDARD.encode(&authority.certificate),
            "server": "https://127.0.0.1:6443",
        }}],
        "contexts": [{"name": "default", "context": {"cluster": "default", "user": "default"}}],
        "users": [{"name": "default", "user": {
            "client-certificate-data": STANDARD.encode(certificate),
            "client-key-data": STANDARD.encode(key),
        }}],
    });
    kubeconfig.to_string()
}
