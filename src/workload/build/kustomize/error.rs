//! Why a kustomization cannot be built.

use std::borrow::Cow;

use super::resource::Resource;
use crate::config;
use crate::error::Hint;
use crate::workload::object::Origin;
use crate::yaml::{self, Location};

/// A build that failed. Nothing of an encrypted file is in any of these.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A kustomization or another configuration has a field that is wrong.
    #[error(transparent)]
    Field(#[from] Box<config::Error>),
    /// A file that is named is not YAML.
    #[error(transparent)]
    Yaml(#[from] Box<yaml::Error>),
    /// Something that a kustomization says cannot be done.
    #[error("{at}: {what}")]
    At {
        /// Where it says so.
        at: Box<Location>,
        /// What and why: one sentence.
        what: String,
        /// What to do about it.
        hint: Option<String>,
        /// The line with a caret below the column.
        excerpt: Option<String>,
    },
    /// Two objects have the same identity.
    #[error("{id} is there twice: {first} and {second}")]
    Twice {
        /// The identity.
        id: String,
        /// Where the first one comes from.
        first: Box<Origin>,
        /// Where the second one comes from.
        second: Box<Origin>,
    },
    /// An object cannot be changed or used as it is.
    #[error("{origin}: {what}")]
    Object {
        /// Where the object comes from.
        origin: Box<Origin>,
        /// What and why: one sentence.
        what: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// The bases multiply beyond measure.
    #[error("the kustomization makes more than {0} objects")]
    TooMany(usize),
}

impl Error {
    /// A sentence about what is written at a place.
    pub(crate) fn at(at: &Location, what: impl Into<String>) -> Self {
        Self::At {
            at: Box::new(at.clone()),
            what: what.into(),
            hint: None,
            excerpt: None,
        }
    }

    /// A sentence about an object.
    pub(crate) fn object(resource: &Resource, what: impl Into<String>) -> Self {
        Self::Object {
            origin: Box::new(resource.origin.clone()),
            what: what.into(),
            hint: None,
        }
    }

    /// Two objects with the same identity.
    pub(crate) fn twice(first: &Resource, second: &Resource) -> Self {
        Self::Twice {
            id: second.id().to_string(),
            first: Box::new(first.origin.clone()),
            second: Box::new(second.origin.clone()),
        }
    }

    /// The same with what to do about it.
    #[must_use]
    pub(crate) fn with_hint(mut self, text: impl Into<String>) -> Self {
        if let Self::At { hint, .. } | Self::Object { hint, .. } = &mut self {
            *hint = Some(text.into());
        }
        self
    }

    /// Where it is, if it is about something written.
    pub(crate) fn location(&self) -> Option<&Location> {
        match self {
            Self::At { at, .. } => Some(at),
            _ => None,
        }
    }

    /// The same with an excerpt of the text it is about.
    #[must_use]
    pub(crate) fn in_text(mut self, text: &str) -> Self {
        if let Self::At { at, excerpt, .. } = &mut self {
            *excerpt = at.excerpt(text);
        }
        self
    }

    /// The offending line with a caret below the column, where there is one.
    pub fn excerpt(&self) -> Option<&str> {
        match self {
            Self::Field(error) => error.excerpt(),
            Self::Yaml(error) => error.excerpt(),
            Self::At { excerpt, .. } => excerpt.as_deref(),
            Self::Twice { .. } | Self::Object { .. } | Self::TooMany(_) => None,
        }
    }
}

impl From<config::Error> for Error {
    fn from(error: config::Error) -> Self {
        Self::Field(Box::new(error))
    }
}

impl From<yaml::Error> for Error {
    fn from(error: yaml::Error) -> Self {
        Self::Yaml(Box::new(error))
    }
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Field(error) => error.hint(),
            Self::Yaml(error) => error.hint(),
            Self::At { hint, .. } | Self::Object { hint, .. } => hint.clone().map(Cow::Owned),
            Self::Twice { .. } => Some(
                "take one of them out, or change it with a patch instead of defining it again"
                    .into(),
            ),
            Self::TooMany(_) => Some("a base may be named again and again by its overlays".into()),
        }
    }
}
