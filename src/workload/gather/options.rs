//! What a gathering may do, and by what means.

use std::path::PathBuf;

use super::mentions::Form;
use crate::workload::Error;
use crate::yaml::Source;

/// Which files a kustomization may name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Restriction {
    /// Those in its own folder or below.
    #[default]
    RootOnly,
    /// Any.
    None,
}

/// A file as it came out of decryption.
#[derive(Clone)]
pub(crate) struct Opened {
    /// Its content in clear.
    pub bytes: Vec<u8>,
    /// It was encrypted.
    pub confidential: bool,
}

/// Decrypts a file that may be encrypted.
pub(crate) type Decrypt<'a> = dyn Fn(&Source, Vec<u8>, &Form) -> Result<Opened, Error> + Sync + 'a;

/// Why a URL yields no file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreachable(
    /// The end of a sentence that begins with the URL.
    pub String,
);

/// The content behind a URL of HTTP.
pub(crate) type Download<'a> = dyn Fn(&str) -> Result<Vec<u8>, Unreachable> + Sync + 'a;

/// How `helm` is run.
#[derive(Debug, Clone)]
pub(crate) struct HelmOptions {
    /// The program.
    pub command: String,
    /// `--helm-api-versions`
    pub api_versions: Vec<String>,
    /// `--helm-kube-version`
    pub kube_version: Option<String>,
    /// `--helm-debug`
    pub debug: bool,
}

/// What a gathering may do, and by what means.
pub(crate) struct Options<'a> {
    /// Which files kustomizations may name; those of other repositories stay in their folders anyway.
    pub restriction: Restriction,
    /// Without it, files are taken as they are.
    pub decrypt: Option<&'a Decrypt<'a>>,
    /// Reads URLs of HTTP.
    pub download: &'a Download<'a>,
    /// Where repositories are kept; nowhere if the user has no such place.
    pub repositories: Option<PathBuf>,
    /// How `helm` is run, if it may be.
    pub helm: Option<HelmOptions>,
}
