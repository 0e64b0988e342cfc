//! What only Talos can go wrong with.

use std::borrow::Cow;

use super::{pki, recovered};
use crate::cluster::distribution;
use crate::error::Hint;

/// An error of Talos' own.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A certificate could not be made.
    #[error(transparent)]
    Pki(#[from] pki::Error),
    /// The configuration of a control plane does not hold the secrets of its cluster.
    #[error("cannot read the cluster's secrets")]
    Recovered(#[from] recovered::Error),
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Pki(error) => error.hint(),
            Self::Recovered(error) => error.hint(),
        }
    }
}

impl From<Error> for distribution::Error {
    fn from(error: Error) -> Self {
        Self::own(error)
    }
}
