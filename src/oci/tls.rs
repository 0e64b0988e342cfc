//! How connections are made: with TLS that trusts what the system trusts, and through the proxies of the environment.

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tower_service::Service;

use crate::env::EnvMap;
use crate::fsx;

/// A connector for `http` and `https`. `Err` says what is wrong with the certificates.
pub(super) fn connector(
    authority: Option<&Path>,
    env: &EnvMap,
) -> Result<HttpsConnector<Route>, Fault> {
    let mut extra: Vec<CertificateDer<'static>> = Vec::new();
    if let Some(path) = authority {
        let bytes = fsx::read(path)?;
        extra = CertificateDer::pem_slice_iter(&bytes)
            .collect::<Result<_, _>>()
            .map_err(|error| Fault::Other(format!("`{}`: {error}", path.display())))?;
        if extra.is_empty() {
            let why = format!("`{}` holds no PEM certificate", path.display());
            return Err(Fault::Other(why));
        }
    }
    let other = |error: rustls::Error| Fault::Other(error.to_string());
    let provider = Arc::new(ring::default_provider());
    let named = !extra.is_empty();
    let verifier = Verifier::new_with_extra_roots(extra, Arc::clone(&provider));
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(other)?;
    let configuration = match verifier {
        Ok(verifier) => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth(),
        Err(error) if named => return Err(other(error)),
        // A system without certificates trusts nobody, which a registry without TLS need not mind.
        Err(_) => builder
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth(),
    };
    Ok(HttpsConnectorBuilder::new()
        .with_tls_config(configuration)
        .https_or_http()
        .enable_http1()
        .wrap_connector(Route::new(env)))
}

/// Why there is no connector.
pub(super) enum Fault {
    File(fsx::Error),
    Other(String),
}

impl From<fsx::Error> for Fault {
    fn from(error: fsx::Error) -> Self {
        Self::File(error)
    }
}

/// Connections with `https` go through the proxy that the environment names for them; those without do not, because
/// plain HTTP is for registries close by.
#[derive(Clone)]
pub(super) struct Route {
    direct: HttpConnector,
    proxies: Arc<Matcher>,
}

impl Route {
    fn new(env: &EnvMap) -> Self {
        let mut direct = HttpConnector::new();
        direct.enforce_http(false);
        direct.set_nodelay(true);
        let read = |names: [&str; 2]| {
            let found = names.into_iter().find_map(|name| env.get(name));
            found.unwrap_or_default().to_owned()
        };
        let proxies = Matcher::builder()
            .https(read(["HTTPS_PROXY", "https_proxy"]))
            .no(read(["NO_PROXY", "no_proxy"]))
            .build();
        Self {
            direct,
            proxies: Arc::new(proxies),
        }
    }
}

type Connecting = Pin<
    Box<
        dyn Future<Output = Result<TokioIo<TcpStream>, Box<dyn std::error::Error + Send + Sync>>>
            + Send,
    >,
>;

impl Service<Uri> for Route {
    type Response = TokioIo<TcpStream>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = Connecting;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.direct.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Connecting {
        let proxy = (uri.scheme_str() == Some("https"))
            .then(|| self.proxies.intercept(&uri))
            .flatten();
        let Some(proxy) = proxy else {
            let connecting = self.direct.call(uri);
            return Box::pin(async move { connecting.await.map_err(Into::into) });
        };
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.direct.clone());
        if let Some(header) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(header.clone());
        }
        let connecting = tunnel.call(uri);
        Box::pin(async move { connecting.await.map_err(Into::into) })
    }
}
