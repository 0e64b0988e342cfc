//! Where a value comes from.

use std::fmt;

use crate::config::Located;
use crate::yaml::{Location, Source};

/// Where a value comes from. Displays as `--name`, a variable, `FILE:LINE:COL` or `default`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The command line, by the long name of the flag.
    Flag(&'static str),
    /// A variable of this name.
    Env(String),
    /// A file.
    File(Location),
    /// Nobody has said anything.
    Default,
}

impl Origin {
    /// A value with its place; one that is in no file stands at its flag or variable.
    pub fn located<T>(&self, value: T) -> Located<T> {
        let at = match self {
            Self::File(at) => at.clone(),
            other => Source::new(other.to_string()).whole(),
        };
        Located { value, at }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Flag(flag) => f.write_str(flag),
            Origin::Env(variable) => f.write_str(variable),
            Origin::File(at) => at.fmt(f),
            Origin::Default => f.write_str("default"),
        }
    }
}

/// A value with its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub from: Origin,
}

impl<T> Sourced<T> {
    /// A value from somewhere.
    pub fn new(value: T, from: Origin) -> Self {
        Self { value, from }
    }

    /// Another value from the same place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced {
            value: change(self.value),
            from: self.from,
        }
    }
}
