//! An authority with a server's and an administrator's certificate.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use serde_json::json;
use tokio_rustls::TlsAcceptor;

use super::super::http::Connection;

impl Connection for tokio_rustls::server::TlsStream<tokio::net::TcpStream> {
    fn is_known(&self) -> bool {
        self.get_ref().1.peer_certificates().is_some()
    }
}

/// What a server needs to be sure of itself and of its administrator.
pub(super) struct Identity {
    /// Takes strangers too.
    pub(super) acceptor: TlsAcceptor,
    /// The administrator's kubeconfig as K3s writes it.
    pub(super) kubeconfig: String,
}

impl Identity {
    /// A new authority that knows one server, `127.0.0.1`, and one administrator.
    pub(super) fn new() -> Self {
        let authority_key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = params.self_signed(&authority_key).unwrap();
        let issuer = Issuer::new(params, authority_key);
        let sign = |name: &str| {
            let key = KeyPair::generate().unwrap();
            let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
            let certificate = params.signed_by(&key, &issuer).unwrap();
            (certificate.pem(), key.serialize_pem())
        };
        let (server, admin) = (sign("127.0.0.1"), sign("admin"));
        let certificate = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(certificate(&authority.pem())).unwrap();
        let clients =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .allow_unauthenticated();
        let key = PrivateKeyDer::from_pem_slice(server.1.as_bytes()).unwrap();
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(clients.build().unwrap())
            .with_single_cert(vec![certificate(&server.0)], key)
            .unwrap();
        let kubeconfig = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "default", "preferences": {},
            "clusters": [{"name": "default", "cluster": {
                "certificate-authority-data": STANDARD.encode(authority.pem()),
                "server": "https://127.0.0.1:6443",
            }}],
            "contexts": [{"name": "default", "context": {"cluster": "default", "user": "default"}}],
            "users": [{"name": "default", "user": {
                "client-certificate-data": STANDARD.encode(&admin.0),
                "client-key-data": STANDARD.encode(&admin.1),
            }}],
        });
        Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            kubeconfig: kubeconfig.to_string(),
        }
    }
}
