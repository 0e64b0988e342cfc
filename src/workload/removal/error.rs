//! Why a removal did not come to its end.

use std::borrow::Cow;
use std::time::Duration;

use crate::error::Hint;
use crate::exit::Exit;
use crate::text::{Count, Took};

/// A removal that stopped. Each object was reported when it happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The server refused some objects.
    #[error("{failed} of {} could not be deleted{}", Count(*total, "object"), rest(*untouched))]
    Incomplete {
        /// How many were refused.
        failed: usize,
        /// How many were not tried because of them.
        untouched: usize,
        /// How many there are.
        total: usize,
    },
    /// Some objects do not exist; all others were deleted.
    #[error("{missing} of {} not found", Count(*total, "object"))]
    NotFound {
        /// How many do not exist.
        missing: usize,
        /// How many were named.
        total: usize,
    },
    /// The deadline passed.
    #[error("timed out after {}: {stuck} of {} still there{}", Took(*after), Count(*total, "object"), rest(*untouched))]
    TimedOut {
        /// The deadline.
        after: Duration,
        /// How many were deleted, but are not gone.
        stuck: usize,
        /// How many were not tried because of them.
        untouched: usize,
        /// How many there are.
        total: usize,
    },
}

fn rest(untouched: usize) -> String {
    match untouched {
        0 => String::new(),
        rest => format!("; {rest} that they may need not touched"),
    }
}

impl Error {
    /// The exit code that follows.
    pub fn exit(&self) -> Exit {
        match self {
            Error::Incomplete { .. } | Error::NotFound { .. } => Exit::Failed,
            Error::TimedOut { .. } => Exit::TimedOut,
        }
    }
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(match self {
            Error::Incomplete { .. } => "run the command again once the cause is removed".into(),
            Error::NotFound { .. } => {
                "`--ignore-not-found` takes that for success; check namespace and context otherwise".into()
            }
            Error::TimedOut { .. } => {
                "allow more time with `--timeout`, or do not wait with `--wait=false`; running the command again goes on".into()
            }
        })
    }
}
