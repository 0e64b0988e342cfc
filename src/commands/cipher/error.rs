//! Why a cipher command failed.

use std::borrow::Cow;
use std::fmt;

use crate::error::Hint;
use crate::exit::Exit;
use crate::fsx;
use crate::sops;

/// A failure of a cipher command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// One file.
    #[error(transparent)]
    File(#[from] Failed),
    /// Several files; each was reported when it failed.
    #[error("{failed} of {total} files failed; the others are done")]
    Some {
        /// How many failed.
        failed: usize,
        /// How many there were.
        total: usize,
    },
    /// The editor.
    #[error("editor: {0}")]
    Editor(String),
    /// No directory lies in memory.
    #[error(
        "no_memory: no directory of this machine is known to lie in memory, and clear text must not reach a disk"
    )]
    NoMemory,
}

/// What became of one file.
#[derive(Debug)]
pub struct Failed {
    file: String,
    source: sops::Error,
}

impl Failed {
    /// A fault of the file with this name.
    pub fn new(file: impl Into<String>, source: sops::Error) -> Self {
        Self {
            file: file.into(),
            source,
        }
    }
}

impl fmt::Display for Failed {
    /// The class of the fault, the file, the fault.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (class, text) = (self.source.class(), self.source.to_string());
        let rest = text
            .strip_prefix(class)
            .and_then(|rest| rest.strip_prefix(": "));
        write!(f, "{class}: `{}`: {}", self.file, rest.unwrap_or(&text))
    }
}

impl std::error::Error for Failed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.source)
    }
}

impl Error {
    /// The exit code that follows.
    pub fn exit(&self) -> Exit {
        match self {
            Self::File(_) | Self::Some { .. } | Self::Editor(_) => Exit::Failed,
            Self::NoMemory => Exit::Usage,
        }
    }
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::File(failed) => failed.source.hint(),
            Self::Some { .. } => None,
            Self::Editor(_) => Some("set `SOPS_EDITOR` or `EDITOR`".into()),
            Self::NoMemory => Some(
                "mount a tmpfs and name it in `XDG_RUNTIME_DIR`, or pass `--allow-disk`".into(),
            ),
        }
    }
}

/// What can go wrong with one file of several.
pub(super) enum Fault {
    /// Reading or writing it.
    Disk(fsx::Error),
    /// What is in it.
    Content(Failed),
}

impl From<fsx::Error> for Fault {
    fn from(error: fsx::Error) -> Self {
        Self::Disk(error)
    }
}

impl From<Fault> for crate::error::Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Disk(error) => error.into(),
            Fault::Content(failed) => Error::File(failed).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_start_with_the_class_and_name_the_file() {
        let error = Failed::new("a.yaml", sops::Error::MacMissing);
        assert_eq!(
            error.to_string(),
            "mac_missing: `a.yaml`: the metadata holds no `mac`"
        );
    }
}
