//! Why flags make no object.

use std::borrow::Cow;

use crate::error::Hint;

/// Flags that make no object.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// A value that cannot be.
    #[error("`{flag}`: {why}")]
    Value {
        /// Flag or argument.
        flag: &'static str,
        /// What is wrong with its value.
        why: String,
    },
    /// A line of a file with variables.
    #[error("{file}:{line}: {why}")]
    Line {
        /// The file.
        file: String,
        /// Its line, from 1.
        line: usize,
        /// What is wrong there.
        why: String,
    },
    /// A key that is there already.
    #[error("the key `{0}` is given twice")]
    Twice(String),
    /// A resource that no version of Kubernetes has by itself.
    #[error("`--resource`: there is no built-in resource `{0}`")]
    UnknownResource(String),
}

impl Error {
    pub(super) fn value(flag: &'static str, why: impl Into<String>) -> Self {
        Self::Value {
            flag,
            why: why.into(),
        }
    }
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::UnknownResource(name) => {
                Some(format!("name a custom resource with its group: `{name}.GROUP`").into())
            }
            _ => None,
        }
    }
}
