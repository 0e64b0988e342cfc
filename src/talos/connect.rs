//! Makes clients: with the certificates of a cluster, or with none for a node that has no configuration yet.

use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, SignatureScheme};
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity};

use super::call::Client;
use super::error::Error;
use crate::pem;
use crate::secret::Secret;

/// A node that does not take a connection for this long is tried anew by the callers that retry.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

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
        let failed = |error: tonic::transport::Error| setup(endpoint, &error);
        let key = pem::to_pkcs8(&credentials.key);
        let tls = ClientTlsConfig::new()
            .ca_certificate(Certificate::from_pem(&credentials.authority))
            .identity(Identity::from_pem(&credentials.certificate, key.expose()));
        let endpoint = bare(endpoint)?.tls_config(tls).map_err(failed)?;
        Ok(Self::new(endpoint.connect_lazy()))
    }

    /// A client of a node without configuration, which knows nobody and has a certificate that nobody has signed. Such
    /// a node takes a configuration from anyone, so send one only where nobody else can answer.
    pub fn maintenance(endpoint: &str) -> Result<Self, Error> {
        let failed = |error: tonic::transport::Error| setup(endpoint, &error);
        let anybody = Arc::new(Anybody(Arc::new(ring::default_provider())));
        let endpoint = bare(endpoint)?
            .tls_config_with_verifier(ClientTlsConfig::new(), anybody)
            .map_err(failed)?;
        Ok(Self::new(endpoint.connect_lazy()))
    }
}

fn bare(endpoint: &str) -> Result<Endpoint, Error> {
    // The process may already have a provider; the same one, as it is the only one we link.
    drop(ring::default_provider().install_default());
    // No pings: a node breaks off connections of clients that ask more often than every five minutes.
    let made =
        Endpoint::from_shared(endpoint.to_owned()).map_err(|error| setup(endpoint, &error))?;
    Ok(made.connect_timeout(CONNECT_TIMEOUT))
}

/// The innermost message: the outer one is "transport error".
fn setup(endpoint: &str, error: &tonic::transport::Error) -> Error {
    let source = std::error::Error::source(error);
    Error::Setup {
        endpoint: endpoint.to_owned(),
        why: source.map_or_else(|| error.to_string(), ToString::to_string),
    }
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
