//! TCP with TLS. The client library insists on a client certificate and on a flawless system certificate store; Docker
//! contexts promise neither, so this connector is ours.

use std::path::Path;
use std::sync::Arc;

use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::address::Tls;
use super::error::Error;
use crate::fsx;

pub(super) fn client(host: &str, tls: &Tls, answer: u64) -> Result<Docker, Error> {
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(configuration(tls)?)
        .https_only()
        .enable_http1()
        .build();
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let transport = move |request: BollardRequest| {
        let sent = client.request(request);
        async move { sent.await.map_err(bollard::errors::Error::from) }
    };
    let address = format!("https://{host}");
    Docker::connect_with_custom_transport(transport, Some(address), answer, API_DEFAULT_VERSION)
        .map_err(|error| broken(&error))
}

fn configuration(tls: &Tls) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match &tls.authority {
        _ if tls.skip_verification => Arc::new(Anyone(Arc::clone(&provider))),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(authority)? {
                roots.add(certificate).map_err(|error| broken(&error))?;
            }
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
                .map_err(|error| broken(&error))?
        }
        None => {
            return Err(Error::Tls {
                why: "a client certificate without `ca.pem` does not say whom to trust".to_owned(),
            });
        }
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| broken(&error))?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    match &tls.identity {
        Some((certificate, key)) => {
            let private = PrivateKeyDer::from_pem_slice(&fsx::read(key)?)
                .map_err(|error| broken(&format!("`{}`: {error}", key.display())))?;
            builder
                .with_client_auth_cert(certificates(certificate)?, private)
                .map_err(|error| broken(&error))
        }
        None => Ok(builder.with_no_client_auth()),
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    CertificateDer::pem_slice_iter(&fsx::read(path)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| broken(&format!("`{}`: {error}", path.display())))
}

fn broken(error: &dyn std::fmt::Display) -> Error {
    Error::Tls {
        why: error.to_string(),
    }
}

/// Trusts every certificate, because the Docker context says `SkipTLSVerify`. Signatures are still checked, so that
/// the peer at least owns the certificate it shows.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let supported = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, supported)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let supported = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, supported)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
