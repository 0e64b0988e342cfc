//! Why a file of the user was not changed. It is then as it was.

use std::borrow::Cow;
use std::path::PathBuf;

use super::document::{Kind, Malformed};
use crate::error::Hint;

/// A change that was not made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file operation failed.
    #[error("cannot update the {}", kind.name)]
    File {
        /// Which sort of file.
        kind: &'static Kind,
        /// What failed.
        source: crate::fsx::Error,
    },
    /// The file is not what it should be.
    #[error("cannot understand the {} `{}`", kind.name, path.display())]
    Malformed {
        /// Which sort of file.
        kind: &'static Kind,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Malformed,
    },
    /// Another process holds the lock.
    #[error("the {} `{}` is locked by another program", kind.name, path.display())]
    Locked {
        /// Which sort of file.
        kind: &'static Kind,
        /// The file.
        path: PathBuf,
    },
    /// The lock was left behind.
    #[error("the {} `{}` is locked by a program that is gone", kind.name, path.display())]
    Stale {
        /// Which sort of file.
        kind: &'static Kind,
        /// The file.
        path: PathBuf,
        /// Its lock.
        lock: PathBuf,
    },
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::File { kind, source } => source.hint().or(Some(kind.elsewhere.into())),
            Self::Malformed { kind, .. } => Some(kind.repair.into()),
            Self::Locked { .. } => Some("run the command again when the other one is done".into()),
            Self::Stale { kind, lock, .. } => Some(
                format!(
                    "if no {} is running, remove it: rm {}",
                    kind.programs,
                    lock.display()
                )
                .into(),
            ),
        }
    }
}
