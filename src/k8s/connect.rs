//! Clients for API servers, from parts at hand.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use kube::config::AuthInfo;

use super::api::Api;
use super::error::Error;

/// A server that does not answer a connection attempt for this long is tried anew by the callers that retry.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A client that authenticates with a certificate. All parts are PEM, `server` is `https://host:port`.
pub fn from_parts(server: &str, ca: &str, certificate: &str, key: &str) -> Result<Api, Error> {
    let setup = |why: String| Error::Setup {
        server: server.to_owned(),
        why,
    };
    let url: http::Uri = server.parse().map_err(|error| setup(format!("{error}")))?;
    let mut config = kube::Config::new(url);
    let authority = der(ca).ok_or_else(|| setup("the certificate authority is not PEM".into()))?;
    config.root_cert = Some(vec![authority]);
    config.connect_timeout = Some(CONNECT_TIMEOUT);
    config.default_retry = false;
    config.auth_info = AuthInfo {
        client_certificate_data: Some(BASE64.encode(certificate)),
        client_key_data: Some(BASE64.encode(key).into()),
        ..AuthInfo::default()
    };
    let client = kube::Client::try_from(config).map_err(|error| setup(error.to_string()))?;
    Ok(Api::new(client, server))
}

/// The first certificate of a PEM text.
fn der(pem: &str) -> Option<Vec<u8>> {
    let body = pem
        .split("-----BEGIN CERTIFICATE-----")
        .nth(1)?
        .split("-----END CERTIFICATE-----")
        .next()?;
    BASE64
        .decode(body.split_whitespace().collect::<String>())
        .ok()
}
