//! Docker contexts: named endpoints in the configuration directory of the Docker client.

use std::fmt::Write;
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::address::{Endpoint, Files, Origin, TLS_FILES, Tls, endpoint};
use super::error::Error;
use crate::env::EnvMap;

#[derive(Deserialize)]
struct ClientConfiguration {
    #[serde(default, rename = "currentContext")]
    current_context: String,
}

/// The context in use and who named it; `None` for the default one.
pub(super) fn current(
    env: &EnvMap,
    configuration: Option<&Path>,
    files: &impl Files,
) -> Result<Option<(String, &'static str)>, Error> {
    let found = if let Some(name) = env.get("DOCKER_CONTEXT") {
        Some((name.to_owned(), "from DOCKER_CONTEXT"))
    } else if let Some(directory) = configuration {
        let path = directory.join("config.json");
        match files.read(&path)? {
            Some(bytes) => {
                let parsed: ClientConfiguration = serde_json::from_slice(&bytes)
                    .map_err(|source| Error::Configuration { path, source })?;
                Some((
                    parsed.current_context,
                    "the current context of the Docker client",
                ))
            }
            None => None,
        }
    } else {
        None
    };
    Ok(found.filter(|(name, _)| !name.is_empty() && name != "default"))
}

#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "Name")]
    name: String,
    #[serde(default, rename = "Endpoints")]
    endpoints: Endpoints,
}

#[derive(Deserialize, Default)]
struct Endpoints {
    docker: Option<DockerEndpoint>,
}

#[derive(Deserialize)]
struct DockerEndpoint {
    #[serde(default, rename = "Host")]
    host: String,
    #[serde(default, rename = "SkipTLSVerify")]
    skip_tls_verify: bool,
}

/// Endpoint and TLS files of a context.
pub(super) fn find(
    name: &str,
    by: &'static str,
    configuration: Option<&Path>,
    files: &impl Files,
) -> Result<(Endpoint, Origin), Error> {
    let unknown = || Error::UnknownContext {
        name: name.to_owned(),
        origin: by.to_owned(),
        known: configuration.map_or_else(Vec::new, |directory| known_contexts(directory, files)),
    };
    let contexts = configuration.ok_or_else(unknown)?.join("contexts");
    let id = directory_name(name);
    let path = contexts.join("meta").join(&id).join("meta.json");
    let bytes = files.read(&path)?.ok_or_else(unknown)?;
    let meta: Meta =
        serde_json::from_slice(&bytes).map_err(|source| Error::Configuration { path, source })?;
    let docker = meta.endpoints.docker.ok_or_else(unknown)?;
    let directory = contexts.join("tls").join(&id).join("docker");
    let [authority, certificate, key] = TLS_FILES.map(|name| {
        let path = directory.join(name);
        files.exists(&path).then_some(path)
    });
    let identity = certificate.zip(key);
    let wanted = authority.is_some() || identity.is_some() || docker.skip_tls_verify;
    let tls = wanted.then_some(Tls {
        authority,
        identity,
        skip_verification: docker.skip_tls_verify,
    });
    let origin = Origin::Context(name.to_owned(), by);
    Ok((endpoint(&docker.host, &origin.to_string(), tls)?, origin))
}

/// Contexts live in directories named by the digest of their name.
pub(super) fn directory_name(context: &str) -> String {
    let digest = Sha256::digest(context.as_bytes());
    digest.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn known_contexts(configuration: &Path, files: &impl Files) -> Vec<String> {
    let mut names: Vec<String> = files
        .entries(&configuration.join("contexts/meta"))
        .iter()
        .filter_map(|entry| files.read(&entry.join("meta.json")).ok().flatten())
        .filter_map(|bytes| serde_json::from_slice::<Meta>(&bytes).ok())
        .map(|meta| meta.name)
        .collect();
    names.sort();
    names
}
