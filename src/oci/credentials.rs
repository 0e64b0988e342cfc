//! Registry credentials as the Docker client stores them: inline, or in a helper program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::env::EnvMap;
use crate::fsx;
use crate::secret::Secret;

/// Key of Docker Hub in the client configuration.
const HUB: &str = "https://index.docker.io/v1/";
/// What images call it.
const HUB_HOST: &str = "docker.io";
/// A helper may ask the user to unlock a key ring, but not forever.
const HELPER: Duration = Duration::from_mins(1);

/// What to show a registry.
#[derive(Debug)]
pub enum Credentials {
    /// User name and password.
    Password(String, Secret<String>),
    /// An identity token.
    Token(Secret<String>),
}

#[derive(Deserialize, Default)]
struct Configuration {
    #[serde(default)]
    auths: BTreeMap<String, Auth>,
    #[serde(default, rename = "credsStore")]
    store: String,
    #[serde(default, rename = "credHelpers")]
    helpers: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
struct Auth {
    #[serde(default, rename = "auth")]
    pair: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    identitytoken: String,
}

enum Place<'a> {
    Helper(&'a str),
    Inline(&'a Auth),
    Nowhere,
}

/// Directory of the Docker client configuration.
pub fn directory(env: &EnvMap) -> Option<PathBuf> {
    env.get("DOCKER_CONFIG")
        .map(PathBuf::from)
        .or_else(|| Some(Path::new(env.get("HOME")?).join(".docker")))
}

/// The file in it that says what to show whom.
pub fn file(directory: &Path) -> PathBuf {
    directory.join("config.json")
}

/// The registry host of an image reference, `docker.io` if it names none.
pub fn registry(reference: &str) -> &str {
    match reference.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host,
        _ => HUB_HOST,
    }
}

/// Credentials for a registry host. `Err` says why there are none although there should be; most images are public, so
/// that is no failure yet.
pub async fn find(directory: Option<&Path>, registry: &str) -> Result<Option<Credentials>, String> {
    let Some(path) = directory.map(file) else {
        return Ok(None);
    };
    let bytes = match fsx::read_optional(&path) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    let configuration: Configuration = serde_json::from_slice(&bytes)
        .map_err(|error| format!("cannot understand `{}`: {error}", path.display()))?;
    let registry = match registry {
        "index.docker.io" | "registry-1.docker.io" => HUB_HOST,
        other => other,
    };
    match place(&configuration, registry) {
        Place::Helper(name) => ask(name, key(registry)).await,
        Place::Inline(auth) => {
            inline(auth).map_err(|why| format!("`{}` has {why} for `{registry}`", path.display()))
        }
        Place::Nowhere => Ok(None),
    }
}

fn key(registry: &str) -> &str {
    if registry == HUB_HOST { HUB } else { registry }
}

fn place<'a>(configuration: &'a Configuration, registry: &str) -> Place<'a> {
    let wanted = key(registry);
    if let Some(name) = configuration.helpers.get(wanted) {
        return Place::Helper(name);
    }
    if let Some(name) = configuration.helpers.get(registry) {
        return Place::Helper(name);
    }
    if !configuration.store.is_empty() {
        return Place::Helper(&configuration.store);
    }
    // Keys are host names, or URLs in files written by old clients.
    let host = |key: &'a str| {
        let key = key.split_once("://").map_or(key, |(_, rest)| rest);
        key.split('/').next().unwrap_or(key)
    };
    let found = configuration.auths.get(wanted).or_else(|| {
        configuration
            .auths
            .iter()
            .find_map(|(key, auth)| (host(key) == registry).then_some(auth))
    });
    found.map_or(Place::Nowhere, Place::Inline)
}

fn inline(auth: &Auth) -> Result<Option<Credentials>, &'static str> {
    if !auth.identitytoken.is_empty() {
        let token = Secret::new(auth.identitytoken.clone());
        return Ok(Some(Credentials::Token(token)));
    }
    if auth.pair.is_empty() {
        // Written by hand, or by other tools.
        let password = Secret::new(auth.password.clone());
        return Ok((!auth.username.is_empty())
            .then(|| Credentials::Password(auth.username.clone(), password)));
    }
    let broken = "a broken `auth` entry";
    let decoded = STANDARD.decode(auth.pair.trim()).map_err(|_| broken)?;
    let decoded = Secret::new(String::from_utf8(decoded).map_err(|_| broken)?);
    let (user, password) = decoded.expose().split_once(':').ok_or(broken)?;
    let password = password.trim_end_matches('\0').to_owned();
    Ok(Some(Credentials::Password(
        user.to_owned(),
        Secret::new(password),
    )))
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default, rename = "Username")]
    user: String,
    #[serde(default, rename = "Secret")]
    secret: String,
}

/// Runs `docker-credential-<name> get` with the server on its standard input.
async fn ask(name: &str, server: &str) -> Result<Option<Credentials>, String> {
    let program = format!("docker-credential-{name}");
    let failed = |why: &dyn std::fmt::Display| format!("`{program}` failed: {why}");
    let mut child = Command::new(&program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(&error))?;
    if let Some(mut input) = child.stdin.take() {
        // A helper that does not read its input answers all the same.
        drop(input.write_all(server.as_bytes()).await);
    }
    let output = tokio::time::timeout(HELPER, child.wait_with_output())
        .await
        .map_err(|_| failed(&"no answer within a minute"))?
        .map_err(|error| failed(&error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        return if said.contains("credentials not found") {
            Ok(None)
        } else {
            Err(failed(&said))
        };
    }
    let answer: Answer =
        serde_json::from_slice(&output.stdout).map_err(|_| failed(&"its answer is not JSON"))?;
    let secret = Secret::new(answer.secret);
    Ok(Some(match answer.user.as_str() {
        "<token>" => Credentials::Token(secret),
        _ => Credentials::Password(answer.user, secret),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_the_first_component_with_a_dot_or_port() {
        for (reference, expected) in [
            ("kindest/node:v1", "docker.io"),
            ("busybox", "docker.io"),
            ("docker.io/envoyproxy/envoy:v1", "docker.io"),
            ("ghcr.io/a/b@sha256:0", "ghcr.io"),
            ("localhost:5000/x", "localhost:5000"),
            ("localhost/x", "localhost"),
        ] {
            assert_eq!(registry(reference), expected, "{reference}");
        }
    }

    fn described(configuration: &str, registry: &str) -> String {
        let configuration: Configuration = serde_json::from_str(configuration).unwrap();
        match place(&configuration, registry) {
            Place::Helper(name) => format!("helper {name}"),
            Place::Inline(auth) => match inline(auth).unwrap() {
                Some(Credentials::Password(user, password)) => {
                    format!("{user} {}", password.expose())
                }
                Some(Credentials::Token(token)) => format!("token {}", token.expose()),
                None => "nothing".to_owned(),
            },
            Place::Nowhere => "nowhere".to_owned(),
        }
    }

    #[test]
    fn entries_are_found_as_the_docker_client_writes_them() {
        let auth = STANDARD.encode("me:se:cret");
        let file = format!(
            r#"{{"auths": {{"{HUB}": {{"auth": "{auth}"}}, "https://ghcr.io/v2/": {{"identitytoken": "t"}}, "empty.io": {{}},
                "plain.io": {{"username": "me", "password": "word"}}}},
                "credHelpers": {{"gcr.io": "gcloud"}}}}"#
        );
        assert_eq!(described(&file, "docker.io"), "me se:cret");
        assert_eq!(described(&file, "ghcr.io"), "token t");
        assert_eq!(described(&file, "gcr.io"), "helper gcloud");
        assert_eq!(described(&file, "empty.io"), "nothing");
        assert_eq!(described(&file, "plain.io"), "me word");
        assert_eq!(described(&file, "quay.io"), "nowhere");
        let store = r#"{"credsStore": "pass", "auths": {"quay.io": {}}}"#;
        assert_eq!(described(store, "quay.io"), "helper pass");
    }
}
