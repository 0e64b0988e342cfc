//! Why there is no profile or no trace.

use std::borrow::Cow;
use std::fmt;

use crate::error::Hint;
use crate::fsx;

/// What is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The CPU profile.
    Profile,
    /// The trace.
    Trace,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            What::Profile => "CPU profile",
            What::Trace => "trace",
        })
    }
}

/// Why there is no profile or no trace.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be written; nothing has happened yet.
    #[error("cannot write the {0}")]
    Unwritable(What, #[source] fsx::Error),
    /// The profiler cannot start; nothing has happened yet.
    #[error("cannot start the CPU profiler")]
    Start(#[source] pprof::Error),
    /// The samples cannot be turned into a profile.
    #[error("cannot make a CPU profile of the samples")]
    Encode(#[source] std::io::Error),
    /// The work is done, but its record could not be written.
    #[error("cannot save the {0}")]
    Write(What, #[source] fsx::Error),
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Unwritable(_, source) | Self::Write(_, source) => source.hint(),
            Self::Start(_) => {
                Some("the profiler needs a writable directory for temporary files".into())
            }
            Self::Encode(_) => None,
        }
    }
}
