//! Makes clients: from the parts we minted ourselves, or from kubeconfig files and a context.

use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kube::config::{AuthInfo, KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

use super::api::Api;
use super::error::Error;

/// A server that does not answer a connection attempt for this long is tried anew by the callers that retry.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A client out of an address and PEM texts.
pub fn from_parts(
    server: &str,
    ca_pem: &str,
    client_cert_pem: &str,
    client_key_pem: &str,
) -> Result<Api, Error> {
    let mut config = bare(server)?;
    config.root_cert = Some(authority(server, ca_pem)?);
    config.auth_info = AuthInfo {
        client_certificate_data: Some(STANDARD.encode(client_cert_pem)),
        client_key_data: Some(STANDARD.encode(client_key_pem).into()),
        ..AuthInfo::default()
    };
    client(config, server)
}

/// A client that neither knows the server nor is known to it. For questions whose answers carry no trust, such as
/// whether anybody answers.
pub fn anonymous(server: &str) -> Result<Api, Error> {
    let mut config = bare(server)?;
    config.accept_invalid_certs = true;
    client(config, server)
}

/// A client with a user name and password.
pub fn with_password(server: &str, ca_pem: &str, user: &str, password: &str) -> Result<Api, Error> {
    let mut config = bare(server)?;
    config.root_cert = Some(authority(server, ca_pem)?);
    config.auth_info = AuthInfo {
        username: Some(user.to_owned()),
        password: Some(password.to_owned().into()),
        ..AuthInfo::default()
    };
    client(config, server)
}

fn bare(server: &str) -> Result<Config, Error> {
    let url: http::Uri = server
        .parse()
        .map_err(|error: http::uri::InvalidUri| setup(server, &error))?;
    let mut config = Config::new(url);
    config.connect_timeout = Some(CONNECT_TIMEOUT);
    Ok(config)
}

fn authority(server: &str, pem: &str) -> Result<Vec<Vec<u8>>, Error> {
    certificates(pem).ok_or_else(|| setup(server, &"the certificate authority is not PEM"))
}

/// A client for `context` out of kubeconfig files, merged as `kubectl` merges them. Missing files are skipped.
pub async fn from_kubeconfig(paths: &[PathBuf], context: &str) -> Result<Api, Error> {
    let mut merged: Option<Kubeconfig> = None;
    for path in paths.iter().filter(|path| crate::fsx::is_file(path)) {
        let failed = |source| Error::Kubeconfig {
            path: path.clone(),
            source: Box::new(source),
        };
        let next = Kubeconfig::read_from(path).map_err(failed)?;
        merged = Some(match merged {
            None => next,
            Some(merged) => merged.merge(next).map_err(failed)?,
        });
    }
    let kubeconfig = merged.ok_or_else(|| Error::NoKubeconfig {
        paths: paths.to_vec(),
    })?;
    if !kubeconfig
        .contexts
        .iter()
        .any(|known| known.name == context)
    {
        return Err(Error::NoContext {
            context: context.to_owned(),
            known: kubeconfig
                .contexts
                .into_iter()
                .map(|known| known.name)
                .collect(),
        });
    }
    let options = KubeConfigOptions {
        context: Some(context.to_owned()),
        ..KubeConfigOptions::default()
    };
    let config = Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .map_err(|error| setup(context, &error))?;
    client(config, context)
}

fn client(mut config: Config, server: &str) -> Result<Api, Error> {
    // Retries are ours: they know the deadline, the kind of failure and what to tell the user meanwhile.
    config.default_retry = false;
    // The process may already have a provider; the same one, as it is the only one we link.
    drop(rustls::crypto::ring::default_provider().install_default());
    let url = config.cluster_url.to_string();
    let client = Client::try_from(config).map_err(|error| setup(server, &error))?;
    Ok(Api::new(client, server, &url))
}

fn setup(server: &str, why: &dyn std::fmt::Display) -> Error {
    Error::Setup {
        server: server.to_owned(),
        why: why.to_string(),
    }
}

/// The DER form of every block of a PEM text.
fn certificates(pem: &str) -> Option<Vec<Vec<u8>>> {
    let blocks = pem.split("-----BEGIN CERTIFICATE-----").skip(1);
    let decoded: Option<Vec<Vec<u8>>> = blocks
        .map(|block| {
            let body: String = block
                .split("-----END")
                .next()?
                .split_ascii_whitespace()
                .collect();
            STANDARD.decode(body).ok()
        })
        .collect();
    decoded.filter(|certificates| !certificates.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_taken_out_of_pem() {
        let block = "-----BEGIN CERTIFICATE-----\nAAEC\nAwQ=\n-----END CERTIFICATE-----\n";
        assert_eq!(
            certificates(&block.repeat(2)),
            Some(vec![vec![0, 1, 2, 3, 4]; 2])
        );
        assert_eq!(certificates("nothing"), None);
    }

    #[tokio::test]
    async fn an_unknown_context_is_named_with_the_known_ones() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config");
        let text = "apiVersion: v1\nkind: Config\nclusters: []\nusers: []\ncontexts:\n- name: kind-a\n  context: {cluster: a, user: a}\n";
        crate::fsx::write_atomic(&path, text.as_bytes(), 0o600).unwrap();
        let error = from_kubeconfig(&[path], "kind-b").await.err().unwrap();
        assert_eq!(
            error.to_string(),
            "no context `kind-b` in the kubeconfig; it has `kind-a`"
        );
        let error = from_kubeconfig(&["/nonexistent".into()], "x")
            .await
            .err()
            .unwrap();
        assert_eq!(error.to_string(), "no kubeconfig found at `/nonexistent`");
    }
}
