//! What all commands that read manifests share: which paths, computing off the main thread, decrypting what can be.

use std::path::PathBuf;

use super::workload_context::WorkloadContext;
use crate::cli::workload::Sources;
use crate::env::EnvMap;
use crate::sops::Keyring;
use crate::workload::Error;
use crate::workload::build::{self, Parsed};
use crate::workload::discover::Text;
use crate::workload::validate::{self, Finding};

/// Runs a computation. It, and commands that print keys, must not keep the signal listener from listening.
pub(super) async fn compute<T: Send + 'static>(
    context: &WorkloadContext<'_>,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work);
    tokio::select! {
        done = done => done.unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::Interrupted),
        }),
        () = context.cancel.cancelled() => Err(Error::Interrupted),
    }
}

/// What flags and project name, in this order.
pub(super) fn source_paths(
    sources: &Sources,
    context: &WorkloadContext<'_>,
) -> Result<Vec<PathBuf>, Error> {
    match (&sources.path, &context.project.source_directory) {
        _ if !sources.filenames.is_empty() => Ok(sources.filenames.clone()),
        (Some(path), _) => Ok(vec![path.clone()]),
        (None, Some(directory)) => Ok(vec![directory.clone()]),
        (None, None) => Err(Error::NoSource),
    }
}

/// Decrypts what the keys at hand open. The rest stays encrypted; why is told beside it.
pub(super) fn decrypt_each(parsed: Vec<Parsed>, env: &EnvMap) -> (Vec<Parsed>, Vec<Error>) {
    if !parsed.iter().any(Parsed::is_encrypted) {
        return (parsed, Vec::new());
    }
    build::decrypt_each(parsed, &Keyring::discover(env))
}

/// Whether a file stays encrypted only because no key is at hand.
pub(super) fn is_missing_key(error: &Error) -> bool {
    matches!(error, Error::Decrypt { source, .. } if source.class() == "no_key")
}

/// What could be read, and what was wrong with the rest.
pub(super) struct Reading {
    pub(super) parsed: Vec<Parsed>,
    pub(super) findings: Vec<Finding>,
    /// Why files stayed encrypted.
    pub(super) sealed: Vec<Error>,
}

/// Reads as much as can be read.
pub(super) fn read(texts: Vec<Text>, no_decrypt: bool, env: &EnvMap) -> Reading {
    let mut findings = Vec::new();
    let mut parsed = Vec::new();
    for text in build::parse_each(texts) {
        match text {
            Ok(text) => parsed.push(text),
            Err(error) => findings.push(validate::unreadable(&error)),
        }
    }
    let (parsed, errors) = if no_decrypt {
        (parsed, Vec::new())
    } else {
        decrypt_each(parsed, env)
    };
    let (sealed, broken): (Vec<_>, Vec<_>) = errors.into_iter().partition(is_missing_key);
    findings.extend(broken.iter().map(validate::unreadable));
    Reading {
        parsed,
        findings,
        sealed,
    }
}
