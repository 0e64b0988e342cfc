//! Pulls images: progress over all layers, retries for failures that pass, credentials of the Docker client.

use std::collections::BTreeMap;
use std::time::Duration;

use bollard::auth::DockerCredentials;
use bollard::models::CreateImageInfo;
use bollard::query_parameters::CreateImageOptionsBuilder;
use futures_util::TryStreamExt;

use super::connect::Engine;
use super::error::Error;
use super::refusal::Call;
use crate::exec::backoff::Backoff;
use crate::oci::credentials::{self, Credentials};

/// Further attempts after the first, as many as kind makes.
const RETRIES: usize = 4;

/// How far a pull has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PullProgress {
    /// Layers known so far.
    pub layers: usize,
    /// Layers downloaded and unpacked, or already there.
    pub complete: usize,
    /// Bytes downloaded so far.
    pub received: u64,
    /// Bytes to download, as far as the registry has said.
    pub total: u64,
}

/// `POST /images/create`. `progress` is called for every change; after a retry it starts again from nothing.
pub async fn pull(
    engine: &Engine,
    reference: &str,
    mut progress: impl FnMut(PullProgress),
) -> Result<(), Error> {
    let found = credentials::find(
        engine.address().configuration.as_deref(),
        credentials::registry(reference),
    )
    .await;
    let (found, trouble) = match found {
        Ok(found) => (found, None),
        Err(why) => (None, Some(why)),
    };
    let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(8));
    for _ in 0..RETRIES {
        match attempt(engine, reference, found.as_ref(), &mut progress).await {
            Err(error) if passes(&error) => backoff.pause().await,
            other => return other.map_err(|error| explained(error, reference, trouble)),
        }
    }
    let last = attempt(engine, reference, found.as_ref(), &mut progress).await;
    last.map_err(|error| explained(error, reference, trouble))
}

async fn attempt(
    engine: &Engine,
    reference: &str,
    credentials: Option<&Credentials>,
    progress: &mut impl FnMut(PullProgress),
) -> Result<(), Error> {
    let call = Call {
        verb: "pull the image",
        object: reference,
    };
    let (name, tag) = split(reference);
    let options = CreateImageOptionsBuilder::new()
        .from_image(name)
        .tag(tag)
        .build();
    let shown = credentials.map(|credentials| wire(credentials, reference));
    let mut lines = engine.client.create_image(Some(options), None, shown);
    let mut layers = Layers::default();
    while let Some(line) = lines.try_next().await.map_err(|error| call.failed(error))? {
        if let Some(state) = layers.note(&line) {
            progress(state);
        }
    }
    Ok(())
}

fn wire(credentials: &Credentials, reference: &str) -> DockerCredentials {
    let mut wire = DockerCredentials {
        serveraddress: Some(credentials::registry(reference).to_owned()),
        ..DockerCredentials::default()
    };
    match credentials {
        Credentials::Password(user, password) => {
            wire.username = Some(user.clone());
            wire.password = Some(password.expose().clone());
        }
        Credentials::Token(token) => wire.identitytoken = Some(token.expose().clone()),
    }
    wire
}

/// Name and tag as the Engine wants them. A digest wins over a tag; without either the Engine would pull every tag
/// there is, so `latest` is said aloud.
fn split(reference: &str) -> (&str, &str) {
    let (name, digest) = match reference.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (reference, None),
    };
    let (name, tag) = match name.rsplit_once(':') {
        // A colon before the last slash belongs to the port of the registry.
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (name, None),
    };
    (name, digest.or(tag).unwrap_or("latest"))
}

/// Whether the same request may succeed a moment later.
fn passes(error: &Error) -> bool {
    let Error::Engine {
        status, message, ..
    } = error
    else {
        return false;
    };
    let text = message.to_lowercase();
    let passing = [
        "timeout",
        "timed out",
        "connection reset",
        "connection refused",
        "broken pipe",
        "unexpected eof",
        "temporary failure",
        "server misbehaving",
        "internal server error",
        "bad gateway",
        "service unavailable",
        "too many open files",
    ];
    (*status == 0 || *status >= 500)
        && (passing.iter().any(|part| text.contains(part)) || text.ends_with(": eof"))
}

/// Refusals by the registry become one error that says so; a broken connection to the Engine stays what it is.
fn explained(error: Error, reference: &str, credentials: Option<String>) -> Error {
    match error {
        Error::Engine { message, .. } | Error::NotFound { message, .. } => Error::NotPullable {
            reference: reference.to_owned(),
            message,
            credentials,
        },
        Error::NoSuchImage { .. } => Error::NotPullable {
            reference: reference.to_owned(),
            message: "no such image".to_owned(),
            credentials,
        },
        other => other,
    }
}

#[derive(Default)]
struct Layers(BTreeMap<String, Layer>);

#[derive(Default, Clone, Copy)]
struct Layer {
    received: u64,
    total: u64,
    complete: bool,
}

impl Layers {
    /// Takes one line of the Engine's report; `None` if it changes nothing.
    fn note(&mut self, line: &CreateImageInfo) -> Option<PullProgress> {
        let (id, status) = (line.id.as_ref()?, line.status.as_deref()?);
        let number = |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok());
        let detail = line.progress_detail.as_ref();
        let current = detail.and_then(|detail| number(detail.current));
        let total = detail.and_then(|detail| number(detail.total));
        // "Pulling from library/x" carries the tag where layers have their id.
        if status.starts_with("Pulling from") {
            return None;
        }
        let layer = self.0.entry(id.clone()).or_default();
        match status {
            "Downloading" => {
                layer.received = current.unwrap_or(layer.received);
                layer.total = total.unwrap_or(layer.total).max(layer.received);
            }
            "Download complete" | "Extracting" => layer.received = layer.total,
            "Pull complete" | "Already exists" => {
                layer.received = layer.total;
                layer.complete = true;
            }
            _ => {}
        }
        let mut sum = PullProgress {
            layers: self.0.len(),
            ..PullProgress::default()
        };
        for layer in self.0.values() {
            sum.complete += usize::from(layer.complete);
            sum.received += layer.received;
            sum.total += layer.total;
        }
        Some(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_split_as_the_docker_client_does() {
        for (reference, expected) in [
            ("busybox", ("busybox", "latest")),
            ("kindest/node:v1", ("kindest/node", "v1")),
            ("localhost:5000/x", ("localhost:5000/x", "latest")),
            ("localhost:5000/x:1", ("localhost:5000/x", "1")),
            ("a/b:v1@sha256:00", ("a/b", "sha256:00")),
        ] {
            assert_eq!(split(reference), expected);
        }
    }

    #[test]
    fn only_passing_failures_are_retried() {
        let refused = |status, message: &str| Error::Engine {
            action: String::new(),
            status,
            message: message.to_owned(),
        };
        for (status, message, expected) in [
            (
                500,
                "Get https://r/v2/: net/http: TLS handshake timeout",
                true,
            ),
            (0, "unexpected EOF", true),
            (500, "Get \"https://r/v2/\": EOF", true),
            (
                500,
                "dial tcp: lookup r: Temporary failure in name resolution",
                true,
            ),
            (500, "dial tcp: lookup r: no such host", false),
            (404, "manifest unknown, timeout", false),
            (
                500,
                "toomanyrequests: You have reached your pull rate limit",
                false,
            ),
            (500, "unauthorized: authentication required", false),
        ] {
            assert_eq!(passes(&refused(status, message)), expected, "{message}");
        }
    }

    #[test]
    fn progress_is_summed_over_layers() {
        let mut layers = Layers::default();
        let mut note = |text: &str| layers.note(&serde_json::from_str(text).unwrap());
        assert_eq!(
            note(r#"{"status":"Pulling from library/x","id":"latest"}"#),
            None
        );
        note(r#"{"status":"Pulling fs layer","progressDetail":{},"id":"a"}"#);
        note(r#"{"status":"Already exists","progressDetail":{},"id":"b"}"#);
        let half = note(
            r#"{"status":"Downloading","progressDetail":{"current":50,"total":100},"id":"a"}"#,
        );
        let expected = PullProgress {
            layers: 2,
            complete: 1,
            received: 50,
            total: 100,
        };
        assert_eq!(half, Some(expected));
        let done = note(r#"{"status":"Pull complete","progressDetail":{},"id":"a"}"#);
        let expected = PullProgress {
            complete: 2,
            received: 100,
            ..expected
        };
        assert_eq!(done, Some(expected));
        assert_eq!(note(r#"{"status":"Digest: sha256:0"}"#), None);
    }
}
