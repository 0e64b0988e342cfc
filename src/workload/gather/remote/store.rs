//! Folders of repositories, one for each commit, kept between runs as long as they are used.

mod tidy;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::super::place::Refusal;
use super::address::{Address, without_password};
use super::git::{Clone, is_commit};
use crate::fsx;

/// How the names of folders begin that are not complete.
const TEMPORARY: &str = ".tmp-";

/// What the repositories of one build are fetched with.
pub(in crate::workload::gather) struct Store {
    /// Where they are kept; nowhere if the user has no such place.
    folder: Option<PathBuf>,
    /// What references meant when they were looked up in this build.
    resolved: Mutex<HashMap<(String, String), String>>,
}

impl Store {
    /// A store in a folder, which need not exist.
    pub(in crate::workload::gather) fn new(folder: Option<PathBuf>) -> Self {
        Self {
            folder,
            resolved: Mutex::default(),
        }
    }

    /// The folder with the files of the commit that an address means. A commit that is there is not fetched again.
    pub(in crate::workload::gather) fn checkout(
        &self,
        address: &Address,
    ) -> Result<PathBuf, Refusal> {
        check(address)?;
        let folder = self.folder.as_deref().ok_or_else(|| {
            Refusal::new("is in a repository, and there is no folder to keep it in")
                .with_hint("set `XDG_CACHE_HOME` or `HOME`")
        })?;
        let folder = folder.join(name(&address.repository));
        let place = |commit: &str| folder.join(directory_name(commit, address.submodules));
        let known = |commit: &str| Some(place(commit)).filter(|path| tidy::keep(path));
        if is_commit(&address.reference)
            && let Some(known) = known(&address.reference.to_ascii_lowercase())
        {
            return Ok(known);
        }
        fsx::create_dirs_as(&folder, 0o700).map_err(|error| unusable(&error))?;
        // Whoever waits here finds what was fetched meanwhile.
        let _lock = fsx::lock(&folder.join("lock")).map_err(|error| unusable(&error))?;
        if is_commit(&address.reference)
            && let Some(known) = known(&address.reference.to_ascii_lowercase())
        {
            return Ok(known);
        }
        let resolved = self.resolved(address);
        if let Some(known) = resolved.as_deref().and_then(known) {
            return Ok(known);
        }
        tidy::tidy(&folder);
        let temporary =
            fsx::create_private_temporary(&folder, TEMPORARY).map_err(|error| unusable(&error))?;
        let fetched = self.fetch(address, &temporary, &known);
        let fetched = fetched.and_then(|fetched| match fetched {
            Fetched::Known(path) => Ok(path),
            Fetched::New(commit) => {
                // Nobody needs it any more, and it names the URL.
                fsx::remove_tree(&temporary.join(".git")).map_err(|error| unusable(&error))?;
                fsx::rename(&temporary, &place(&commit)).map_err(|error| unusable(&error))?;
                Ok(place(&commit))
            }
        });
        if fsx::exists(&temporary) {
            drop(fsx::remove_tree(&temporary));
        }
        fetched
    }

    fn fetch(
        &self,
        address: &Address,
        temporary: &Path,
        known: &dyn Fn(&str) -> Option<PathBuf>,
    ) -> Result<Fetched, Refusal> {
        let clone = Clone::new(temporary, address)?;
        if !is_commit(&address.reference) {
            let commit = clone.resolve()?;
            self.remember(address, &commit);
            if let Some(known) = known(&commit) {
                return Ok(Fetched::Known(known));
            }
        }
        let commit = clone.fetch()?;
        self.remember(address, &commit);
        Ok(match known(&commit) {
            Some(known) => Fetched::Known(known),
            None => Fetched::New(commit),
        })
    }

    fn resolved(&self, address: &Address) -> Option<String> {
        let resolved = self.resolved.lock().unwrap_or_else(PoisonError::into_inner);
        resolved.get(&key(address)).cloned()
    }

    fn remember(&self, address: &Address, commit: &str) {
        let mut resolved = self.resolved.lock().unwrap_or_else(PoisonError::into_inner);
        resolved.insert(key(address), commit.to_owned());
    }
}

enum Fetched {
    /// It was there already.
    Known(PathBuf),
    /// A commit that was not.
    New(String),
}

fn key(address: &Address) -> (String, String) {
    (address.repository.clone(), address.reference.clone())
}

/// Refuses what `git` could take for something else than a URL and a reference.
fn check(address: &Address) -> Result<(), Refusal> {
    let is_odd = |c: char| c.is_control() || c.is_whitespace();
    let reference = address.reference.as_str();
    let special = reference.starts_with(['-', '+', '^'])
        || reference.contains([':', '*', '?', '[', '\\', '~'])
        || reference.contains("..");
    if special || reference.contains(is_odd) {
        return Err(Refusal::new(
            "names a reference that can be no branch, tag or commit",
        ));
    }
    if address.repository.starts_with('-') || address.repository.contains(is_odd) {
        return Err(Refusal::new("is no URL"));
    }
    Ok(())
}

/// Name of the folder of a repository: something to recognize it by, and a hash.
fn name(repository: &str) -> String {
    let repository = without_password(repository);
    let digest = Sha256::digest(repository.as_bytes());
    let (head, _) = digest.split_at(8);
    let digest = head
        .iter()
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let digest = format!("{digest:016x}");
    let last = repository.trim_end_matches('/').rsplit(['/', ':']).next();
    let last: String = last
        .unwrap_or_default()
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .take(40)
        .collect();
    format!("{last}-{digest}")
}

fn directory_name(commit: &str, submodules: bool) -> String {
    if submodules {
        commit.to_owned()
    } else {
        format!("{commit}-alone")
    }
}

fn unusable(error: &fsx::Error) -> Refusal {
    let why = crate::error::chain(error);
    Refusal::new(format!("cannot be kept: {why}"))
}

#[cfg(test)]
mod tests;
