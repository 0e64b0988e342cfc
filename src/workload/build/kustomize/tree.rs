//! What a build reads: kustomizations and the files they name, all gathered before it begins.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::error::Error;
use super::file::Kustomization;
use crate::yaml::Source;

/// What the file is called that makes a folder a kustomization.
pub(crate) const FILE_NAMES: [&str; 3] =
    ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// One file, already decrypted if it was encrypted.
#[derive(Clone)]
pub(crate) struct SourceFile {
    /// What messages call it.
    pub source: Source,
    /// Its content; only generators take what is not UTF-8.
    pub bytes: Vec<u8>,
    /// It was encrypted: nothing of it may get into messages.
    pub confidential: bool,
}

impl fmt::Debug for SourceFile {
    /// Without the content, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SourceFile").field(&self.source).finish()
    }
}

impl SourceFile {
    /// Its text, with what errors in it are located by.
    pub(crate) fn text(&self) -> Result<(&str, Source), Error> {
        let Ok(text) = std::str::from_utf8(&self.bytes) else {
            return Err(Error::at(&self.source.whole(), "this is not a UTF-8 text"));
        };
        let source = self.source.clone();
        let source = if self.confidential {
            source.confidential()
        } else {
            source
        };
        Ok((text, source))
    }
}

/// What a path or URL of a kustomization leads to.
#[derive(Debug, Clone)]
pub(crate) enum Link {
    /// A file.
    File(Arc<SourceFile>),
    /// A folder with a kustomization: its place in [`SourceTree::directories`].
    Directory(usize),
    /// Nothing usable, and why: the end of a sentence that begins with the path.
    Missing(String),
}

/// Where a folder that was fetched comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remote {
    /// URL of the repository.
    pub repository: String,
    /// Branch, tag or commit as the kustomization names it; empty for the default.
    pub reference: String,
    /// Path of the folder within the repository.
    pub path: String,
}

/// A folder with a kustomization.
#[derive(Debug, Clone)]
pub(crate) struct Directory {
    /// Path for messages; never absolute unless the user gave an absolute one.
    pub shown: String,
    /// Name of the kustomization file within it.
    pub file_name: String,
    /// What messages call that file.
    pub source: Source,
    /// Its text, for excerpts.
    pub text: Arc<str>,
    /// What it says.
    pub kustomization: Kustomization,
    /// What is odd about the file, though it can be read.
    pub oddities: Vec<String>,
    /// Every path and URL that the kustomization or a plugin configuration of it names, as written.
    pub links: BTreeMap<String, Link>,
    /// What helm rendered for each entry of `helmCharts`, in that order.
    pub charts: Vec<Arc<SourceFile>>,
    /// Where it was fetched from, if it is the root of something fetched.
    pub remote: Option<Remote>,
}

/// Everything one build reads. Folders form no cycles.
#[derive(Debug, Clone)]
pub(crate) struct SourceTree {
    /// All folders; one that is named twice may be there once.
    pub directories: Vec<Directory>,
    /// The folder to build.
    pub root: usize,
}

impl SourceTree {
    /// The folder to build.
    pub(crate) fn root(&self) -> &Directory {
        &self.directories[self.root]
    }
}
