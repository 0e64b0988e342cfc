use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ksail::docker::address::Tls;
use ksail::docker::{self, Address, Endpoint, Error, Origin};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, Stream};
use tempfile::TempDir;

/// An authority, and certificates it signed for the Engine and for us, as files.
struct Authority {
    directory: TempDir,
}

impl Authority {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        std::fs::write(directory.path().join("ca.pem"), root.pem()).unwrap();
        for (name, host) in [("server", "127.0.0.1"), ("client", "client")] {
            let key = KeyPair::generate().unwrap();
            let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
            let certificate = params.signed_by(&key, &issuer).unwrap();
            std::fs::write(
                directory.path().join(format!("{name}.pem")),
                certificate.pem(),
            )
            .unwrap();
            std::fs::write(
                directory.path().join(format!("{name}.key")),
                key.serialize_pem(),
            )
            .unwrap();
        }
        Self { directory }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn identity(&self) -> (PathBuf, PathBuf) {
        (self.path("client.pem"), self.path("client.key"))
    }
}

fn certificate(path: &Path) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(path).unwrap()
}

/// An Engine behind TLS that wants to see a client certificate and answers every request with its version.
fn serve(authority: &Authority) -> SocketAddr {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(certificate(&authority.path("ca.pem"))).unwrap();
    let clients =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let key = PrivateKeyDer::from_pem_file(authority.path("server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(clients.build().unwrap())
        .with_single_cert(vec![certificate(&authority.path("server.pem"))], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        while let Ok((mut socket, _)) = listener.accept() {
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = Stream::new(&mut connection, &mut socket);
            let body = r#"{"ApiVersion":"1.41","MinAPIVersion":"1.12"}"#;
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            let mut request = [0; 4096];
            // A client that does not like the certificate goes away; the next one may come.
            if stream.read(&mut request).is_ok() {
                drop(stream.write_all(answer.as_bytes()));
            }
        }
    });
    address
}

async fn connect(address: SocketAddr, tls: Tls) -> Result<docker::Engine, Error> {
    docker::Engine::connect(Address {
        endpoint: Endpoint::Tcp(address.to_string(), Some(tls)),
        origin: Origin::Environment,
        configuration: None,
    })
    .await
}

#[tokio::test]
async fn both_sides_show_certificates() {
    let authority = Authority::new();
    let address = serve(&authority);
    let trusting = |authority: &Authority| Tls {
        authority: Some(authority.path("ca.pem")),
        identity: Some(authority.identity()),
        skip_verification: false,
    };
    let engine = connect(address, trusting(&authority)).await.unwrap();
    assert_eq!(engine.version().to_string(), "1.41");

    let other = Authority::new();
    let error = connect(
        address,
        Tls {
            identity: Some(authority.identity()),
            ..trusting(&other)
        },
    )
    .await
    .unwrap_err();
    let Error::Unreachable { source, .. } = &error else {
        panic!("{error:?}");
    };
    assert!(source.to_string().contains("certificate"), "{source}");

    let careless = Tls {
        authority: None,
        identity: Some(authority.identity()),
        skip_verification: true,
    };
    connect(address, careless).await.unwrap();

    let anonymous = Tls {
        identity: None,
        ..trusting(&authority)
    };
    let error = connect(address, anonymous).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_broken_certificate_is_named() {
    let authority = Authority::new();
    std::fs::write(authority.path("ca.pem"), "no certificate").unwrap();
    let tls = Tls {
        authority: Some(authority.path("ca.pem")),
        identity: None,
        skip_verification: false,
    };
    let error = connect(([127, 0, 0, 1], 1).into(), tls).await.unwrap_err();
    assert!(matches!(error, Error::Tls { .. }), "{error:?}");
}
