//! What all commands that read manifests share: which paths, computing off the main thread, decrypting what can be.

use std::path::PathBuf;

use super::workload_context::WorkloadContext;
use super::workload_kustomize::Kustomizer;
use crate::cli::workload::Sources;
use crate::env::EnvMap;
use crate::sops::Keyring;
use crate::workload::Error;
use crate::workload::build::kustomize::Resource;
use crate::workload::build::{self, Parsed};
use crate::workload::discover::{Input, Place};
use crate::workload::unseal::Wanted;
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
        _ if sources.kustomize.is_some() => Ok(sources.kustomize.iter().cloned().collect()),
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
pub(super) fn read(
    inputs: Vec<Input>,
    no_decrypt: bool,
    kustomizer: &Kustomizer,
    env: &EnvMap,
) -> Reading {
    let mut findings = Vec::new();
    let mut parsed = Vec::new();
    let mut built = Vec::new();
    let mut texts = Vec::new();
    let mut sealed_sources = Vec::new();
    for input in inputs {
        match input {
            Input::Text(text) => texts.push(text),
            Input::Kustomization(place) => {
                match build_or_leave_sealed(&place, no_decrypt, kustomizer) {
                    Ok((resources, why)) => {
                        built.extend(build::documents_of(resources));
                        sealed_sources.extend(why);
                    }
                    Err(error) => findings.push(validate::unreadable(&error)),
                }
            }
        }
    }
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
    let (mut sealed, broken): (Vec<_>, Vec<_>) = errors.into_iter().partition(is_missing_key);
    sealed.extend(sealed_sources);
    findings.extend(broken.iter().map(validate::unreadable));
    Reading {
        parsed: parsed.into_iter().chain(built).collect(),
        findings,
        sealed,
    }
}

/// Builds a kustomization with what the keys at hand open; if none of them opens something, why, and all of it sealed.
pub(super) fn build_or_leave_sealed(
    place: &Place,
    no_decrypt: bool,
    kustomizer: &Kustomizer,
) -> Result<(Vec<Resource>, Option<Error>), Error> {
    if no_decrypt {
        return Ok((kustomizer.build(place, Wanted::Nothing)?, None));
    }
    match kustomizer.build(place, Wanted::All) {
        Ok(resources) => Ok((resources, None)),
        Err(why) if is_missing_key(&why) => {
            Ok((kustomizer.build(place, Wanted::Nothing)?, Some(why)))
        }
        Err(error) => Err(error),
    }
}
