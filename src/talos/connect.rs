//! Makes clients: with the certificates of a cluster, or with none for a node that has no configuration yet.

use std::sync::Arc;
use std::time::Duration;

use rustls::client::WantsClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ConfigBuilder, DigitallySignedStruct, RootCertStore, SignatureScheme,
    WantsVerifier,
};
use tonic::transport::Endpoint;

use super::call::Client;
use super::error::Error;
use super::transport::Connector;
use crate::pem;
use crate::secret::Secret;

/// A node that does not take a connection for this long is tried anew by the callers that retry.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The port of the API where an address names none.
const PORT: u16 = 50000;

/// What it takes to be known to a cluster, and to know it; all PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Certificate of the authority that signs the nodes' certificates.
    pub authority: String,
    /// Our certificate.
    pub certificate: String,
    /// Its key, in any form that Talos' programs write.
    pub key: Secret<String>,
}

impl Client {
    /// A client of the node at `endpoint` (`https://host:port`). Nothing is sent before the first call. Must be called
    /// within the runtime.
    pub fn connect_lazy(endpoint: &str, credentials: &Credentials) -> Result<Self, Error> {
        let tls = trusting(credentials).and_then(|builder| identified(builder, credentials));
        client(endpoint, tls)
    }

    /// A client of a node without configuration, which knows nobody and has a certificate that nobody has signed. Such
    /// a node takes a configuration from anyone, so send one only where nobody else can answer.
    pub fn maintenance(endpoint: &str) -> Result<Self, Error> {
        let anybody = Arc::new(Anybody(Arc::new(ring::default_provider())));
        let tls = builder().map(|builder| {
            let builder = builder.dangerous();
            builder
                .with_custom_certificate_verifier(anybody)
                .with_no_client_auth()
        });
        client(endpoint, tls)
    }
}

fn client(endpoint: &str, tls: Result<ClientConfig, String>) -> Result<Client, Error> {
    let made = || {
        let tls = tls?;
        // No pings: a node breaks off connections of clients that ask more often than every five minutes.
        let made = Endpoint::from_shared(endpoint.to_owned()).map_err(|error| error.to_string())?;
        let host = made.uri().host().ok_or("there is no host in it")?;
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let name = ServerName::try_from(host.clone()).map_err(|error| error.to_string())?;
        let port = made.uri().port_u16().unwrap_or(PORT);
        let connector = Connector::new(tls, (host, port), name);
        let made = made.connect_timeout(CONNECT_TIMEOUT);
        Ok(Client::new(made.connect_with_connector_lazy(connector)))
    };
    made().map_err(|why| Error::Setup {
        endpoint: endpoint.to_owned(),
        why,
    })
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, String> {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())
}

/// Believes nodes whose certificate the cluster's authority has signed.
fn trusting(
    credentials: &Credentials,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("the authority's certificate: {error}");
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(credentials.authority.as_bytes()) {
        let certificate = certificate.map_err(|error| wrong(&error))?;
        roots.add(certificate).map_err(|error| wrong(&error))?;
    }
    if roots.is_empty() {
        return Err(wrong(&"there is none"));
    }
    Ok(builder()?.with_root_certificates(roots))
}

fn identified(
    builder: ConfigBuilder<ClientConfig, WantsClientCert>,
    credentials: &Credentials,
) -> Result<ClientConfig, String> {
    let certificates: Result<Vec<_>, _> =
        CertificateDer::pem_slice_iter(credentials.certificate.as_bytes()).collect();
    let certificates = certificates.map_err(|error| format!("our certificate: {error}"))?;
    let key = pem::to_pkcs8(&credentials.key);
    let key = PrivateKeyDer::from_pem_slice(key.expose().as_bytes());
    let key = key.map_err(|error| format!("our key: {error}"))?;
    builder
        .with_client_auth_cert(certificates, key)
        .map_err(|error| format!("our certificate and key: {error}"))
}

/// Takes any certificate, if only its owner speaks.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
