//! What can be wrong with a Kind cluster before it exists: its image, its patches, its certificates.

use std::borrow::Cow;

use super::{patch, pki, version};
use crate::cluster::distribution;
use crate::error::Hint;

/// Why a Kind cluster cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The image is not a node image.
    #[error("the image `{image}` is not a node image: `{path}` is missing")]
    NotANodeImage {
        /// Image reference.
        image: String,
        /// File that a node image has.
        path: String,
    },
    /// Its version cannot be used.
    #[error("cannot use the image `{image}`")]
    Version {
        /// Image reference.
        image: String,
        /// Why not.
        #[source]
        source: version::Error,
    },
    /// A patch of the user does not apply.
    #[error(transparent)]
    Patch(#[from] Box<patch::Error>),
    /// A manifest of the image cannot be read.
    #[error("cannot read the manifest `{path}` of the image `{image}`")]
    Manifest {
        /// Image reference.
        image: String,
        /// Path in the image.
        path: String,
        /// What is wrong.
        #[source]
        source: Box<crate::yaml::Error>,
    },
    /// A certificate cannot be made.
    #[error(transparent)]
    Certificate(#[from] pki::Error),
}

impl From<patch::Error> for Error {
    fn from(error: patch::Error) -> Self {
        Self::Patch(Box::new(error))
    }
}

impl From<Error> for distribution::Error {
    fn from(error: Error) -> Self {
        Self::own(error)
    }
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Error::NotANodeImage { .. } => {
                Some("use an image made for kind, such as `kindest/node:v1.36.4`".into())
            }
            Error::Version { source, .. } => source.hint(),
            Error::Patch(source) => source.hint(),
            Error::Manifest { .. } | Error::Certificate(_) => None,
        }
    }
}
