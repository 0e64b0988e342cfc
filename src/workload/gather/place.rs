//! One folder, and which files it may reach.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::options::Restriction;
use super::remote::{Address, Store, without_password};
use super::source::Shown;
use crate::fsx;
use crate::workload::build::kustomize::tree::Remote;

/// No file that a kustomization names is longer.
pub(crate) const MAX_FILE: usize = 64 << 20;

/// A folder and the way to it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Its path, absolute and without links.
    pub root: PathBuf,
    /// What messages call it.
    pub shown: Shown,
    /// Which files it may name.
    pub restriction: Restriction,
    /// The folder of the repository it is in, if it was fetched.
    pub repository: Option<Arc<Path>>,
    /// Who names it.
    pub named_by: Option<Arc<Place>>,
    /// Where it was fetched from, if it is the root of something fetched.
    pub fetched: Option<Fetched>,
    /// Namespace of charts that name none: that of whoever leads here.
    pub namespace: String,
}

/// Where a folder was fetched from.
#[derive(Debug, Clone)]
pub(super) struct Fetched {
    /// As it was written.
    pub url: String,
    /// What it means.
    pub remote: Remote,
}

/// Why a path leads nowhere: the end of a sentence that begins with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// What is wrong.
    pub why: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Refusal {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            hint: None,
        }
    }

    pub(super) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// What reading a file led to.
pub(super) enum Read {
    /// The file.
    File(Vec<u8>),
    /// It is a folder.
    Folder,
    /// There is nothing of this name.
    Nothing,
}

impl Place {
    /// Reads a file that this folder names.
    pub(super) fn read(&self, path: &str) -> Result<Read, Refusal> {
        let full = self.root.join(path);
        // Nearly all files are here, and for those there is nothing to find out.
        if !path.contains(std::path::MAIN_SEPARATOR) && fsx::is_plain_file(&full) {
            return read_file(&full);
        }
        let Some(canonical) = canonical(&full)? else {
            return Ok(Read::Nothing);
        };
        if fsx::is_dir(&canonical) {
            return Ok(Read::Folder);
        }
        if self.restriction == Restriction::RootOnly && !canonical.starts_with(&self.root) {
            let mut refusal = Refusal::new(format!(
                "is not in or below the folder of the kustomization, `{}`",
                self.shown
            ));
            if self.repository.is_none() {
                refusal = refusal.with_hint(
                    "allow it with `--load-restrictor LoadRestrictionsNone`, or move it",
                );
            }
            return Err(refusal);
        }
        read_file(&canonical)
    }

    /// The folder that a path of this one leads to, if there is one and it may be a base.
    pub(super) fn folder(self: &Arc<Self>, path: &str) -> Result<Option<Place>, Refusal> {
        if Path::new(path).is_absolute() {
            return Err(Refusal::new(
                "is an absolute path, and folders need relative ones",
            ));
        }
        let Some(root) = canonical(&self.root.join(path))? else {
            return Ok(None);
        };
        if !fsx::is_dir(&root) {
            return Ok(None);
        }
        if let Some(repository) = &self.repository
            && !root.starts_with(repository)
        {
            return Err(Refusal::new("is outside of the repository that names it"));
        }
        let place = Place {
            root,
            shown: self.shown.join(path),
            restriction: self.restriction,
            repository: self.repository.clone(),
            named_by: Some(Arc::clone(self)),
            fetched: None,
            namespace: String::new(),
        };
        match place.cycle() {
            Some(chain) => Err(Refusal::new(format!(
                "leads back to where it came from: {chain}"
            ))),
            None => Ok(Some(place)),
        }
    }

    /// The folder of a repository. `named_by` is where its URL stands, if in a kustomization.
    pub(super) fn remote(
        address: &Address,
        store: &Store,
        named_by: Option<&Arc<Self>>,
    ) -> Result<Self, Refusal> {
        let before =
            std::iter::successors(named_by.map(Arc::as_ref), |place| place.named_by.as_deref());
        let mut urls = before.filter_map(|place| Some(place.fetched.as_ref()?.url.as_str()));
        if let Some(url) = urls.find(|url| url.starts_with(&address.raw)) {
            let url = without_password(url);
            return Err(Refusal::new(format!(
                "leads back to where it came from: `{url}`"
            )));
        }
        let checkout = store.checkout(address)?;
        let Some(checkout) = canonical(&checkout)? else {
            return Err(Refusal::new("was taken away while it was read"));
        };
        let Some(root) = canonical(&checkout.join(&address.path))? else {
            return Err(Refusal::new(format!("has no folder `{}`", address.path)));
        };
        if !root.starts_with(&checkout) {
            return Err(Refusal::new("is a folder outside of its repository"));
        }
        if !fsx::is_dir(&root) {
            return Err(Refusal::new("is a file, where a folder is expected"));
        }
        let repository = address.shown();
        let shown = match address.reference.as_str() {
            "" => repository.clone(),
            reference => format!("{repository}@{reference}"),
        };
        Ok(Self {
            root,
            shown: Shown::remote(shown, &address.path),
            // Nothing that was fetched may read what else is on this machine.
            restriction: Restriction::RootOnly,
            repository: Some(checkout.into()),
            named_by: named_by.map(Arc::clone),
            fetched: Some(Fetched {
                url: address.raw.clone(),
                remote: Remote {
                    repository,
                    reference: address.reference.clone(),
                    path: address.path.trim_end_matches('/').to_owned(),
                },
            }),
            namespace: String::new(),
        })
    }

    /// Everyone who led here, the nearest first.
    pub(super) fn ancestors(&self) -> impl Iterator<Item = &Place> {
        std::iter::successors(self.named_by.as_deref(), |place| place.named_by.as_deref())
    }

    /// The way to this folder, if it is or contains one that led to it.
    fn cycle(&self) -> Option<String> {
        let around = |place: &Place| place.root.starts_with(&self.root);
        let first = self.ancestors().position(around)?;
        let mut chain: Vec<String> = self
            .ancestors()
            .take(first + 1)
            .map(|place| format!("`{}`", place.shown))
            .collect();
        chain.reverse();
        chain.push(format!("`{}`", self.shown));
        Some(chain.join(" → "))
    }

    /// Names in the folder that holds a path, for guesses.
    pub(super) fn neighbours(&self, path: &str) -> Vec<String> {
        let (parent, _) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = self.root.join(parent);
        // What is fetched must not tell what else is on this machine.
        let inside = |repository: &Arc<Path>| {
            canonical(&folder)
                .is_ok_and(|folder| folder.is_some_and(|folder| folder.starts_with(repository)))
        };
        let entries = if self.repository.as_ref().is_none_or(inside) {
            fsx::entries(&folder).unwrap_or_default()
        } else {
            Vec::new()
        };
        let names = entries
            .iter()
            .filter_map(|entry| entry.file_name()?.to_str());
        names
            .map(|name| match parent {
                "" => name.to_owned(),
                parent => format!("{parent}/{name}"),
            })
            .collect()
    }
}

fn read_file(path: &Path) -> Result<Read, Refusal> {
    match fsx::read_regular(path, MAX_FILE as u64) {
        Ok(bytes) => Ok(Read::File(bytes)),
        Err(error) => Err(Refusal::new(format!("cannot be read: {}", error.source))),
    }
}

/// The path without links; `None` if there is nothing.
pub(super) fn canonical(path: &Path) -> Result<Option<PathBuf>, Refusal> {
    use std::io::ErrorKind;
    match fsx::canonical(path) {
        Ok(path) => Ok(Some(path)),
        Err(error) => match error.kind() {
            // A file may stand where a folder of the path is expected, and what is no path may be a text.
            ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::InvalidFilename
            | ErrorKind::InvalidInput => Ok(None),
            _ => Err(Refusal::new(format!("cannot be read: {}", error.source))),
        },
    }
}
