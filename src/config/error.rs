//! What can be wrong with a configuration, always with the place where it is written.

use std::borrow::Cow;
use std::path::PathBuf;

use crate::error::Hint;
use crate::text::List;
use crate::yaml::{self, Location};

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text is not YAML.
    #[error(transparent)]
    Yaml(#[from] yaml::Error),
    /// A field is wrong.
    #[error("{at}: {problem}")]
    Field {
        /// Where.
        at: Location,
        /// What and why.
        problem: Box<Problem>,
        /// The line with a caret below the place, once the text is known.
        excerpt: Option<String>,
    },
    /// A file or standard input cannot be read.
    #[error("cannot read `{name}`")]
    Read {
        /// Its name.
        name: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file that was asked for does not exist.
    #[error("`{}`, named by {by}, does not exist", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// What names it.
        by: String,
    },
    /// A file is not UTF-8.
    #[error("`{name}` is not a UTF-8 text")]
    NotText {
        /// Its name.
        name: String,
    },
    /// A file without content, or with several documents.
    #[error("`{name}` must hold exactly one YAML document, not {count}")]
    Documents {
        /// The file.
        name: String,
        /// Documents that it holds.
        count: usize,
    },
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// No such field.
    #[error("unknown field `{field}`")]
    Unknown {
        /// Full path of the field.
        field: String,
        /// The known name closest to it.
        nearest: Option<String>,
        /// All names that could stand here.
        known: String,
    },
    /// A required field is absent.
    #[error("`{field}` is missing")]
    Missing {
        /// Full path of the field.
        field: String,
    },
    /// The value has the wrong type.
    #[error("{field} must be {expected}, not {found}")]
    Type {
        /// The field in backticks, or `the document`.
        field: String,
        /// Wanted type with its article.
        expected: &'static str,
        /// Given type with its article.
        found: &'static str,
    },
    /// The value is none of the allowed words.
    #[error("`{field}` must be {allowed}, not `{found}`")]
    Choice {
        /// Full path of the field.
        field: String,
        /// The allowed words.
        allowed: String,
        /// The given word.
        found: String,
        /// The allowed word closest to it.
        nearest: Option<String>,
    },
    /// The value breaks a rule of its field.
    #[error("`{field}` {why}")]
    Rule {
        /// Full path of the field.
        field: String,
        /// The broken rule, as the end of the sentence.
        why: String,
    },
    /// KSail or kind know the field or value, this version of `ksail` does not.
    #[error("{what} is not supported yet by this version of ksail")]
    NotYet {
        /// The field, or field and value, in backticks.
        what: String,
    },
    /// KSail knows the field or value, but `ksail` is for local clusters only.
    #[error("{what} is out of scope: ksail manages local clusters only")]
    OutOfScope {
        /// The field, or field and value, in backticks.
        what: String,
    },
}

impl Error {
    /// A problem at a place.
    pub(crate) fn field(at: Location, problem: Problem) -> Self {
        Self::Field {
            at,
            problem: Box::new(problem),
            excerpt: None,
        }
    }

    /// The same error with an excerpt of the text it is about.
    pub(crate) fn in_text(mut self, text: &str) -> Self {
        if let Self::Field { at, excerpt, .. } = &mut self {
            *excerpt = at.excerpt(text);
        }
        self
    }

    /// The offending line with a caret below the column, for errors that have a place.
    pub fn excerpt(&self) -> Option<&str> {
        match self {
            Error::Yaml(error) => error.excerpt(),
            Error::Field { excerpt, .. } => excerpt.as_deref(),
            Error::Read { .. }
            | Error::Missing { .. }
            | Error::NotText { .. }
            | Error::Documents { .. } => None,
        }
    }

    /// The full path of the field that it is about, if that is one that is not known there.
    pub(crate) fn unknown_field(&self) -> Option<&str> {
        match self {
            Error::Field { problem, .. } => match problem.as_ref() {
                Problem::Unknown { field, .. } => Some(field),
                _ => None,
            },
            _ => None,
        }
    }

    /// A broken rule at a place.
    pub(crate) fn rule(at: Location, field: impl Into<String>, why: impl Into<String>) -> Self {
        let problem = Problem::Rule {
            field: field.into(),
            why: why.into(),
        };
        Self::field(at, problem)
    }
}

impl Problem {
    /// An unknown name among the known ones.
    pub(crate) fn unknown(field: String, name: &str, known: &[&str]) -> Self {
        let nearest = crate::text::nearest(name, known.iter().copied());
        Self::Unknown {
            field,
            nearest: nearest.map(str::to_owned),
            known: List::or(known).to_string(),
        }
    }

    /// A word that is none of the allowed ones.
    pub(crate) fn choice(field: &str, found: &str, allowed: &[&str]) -> Self {
        let nearest = crate::text::nearest(found, allowed.iter().copied());
        Self::Choice {
            field: field.to_owned(),
            allowed: List::or(allowed).to_string(),
            found: found.to_owned(),
            nearest: nearest.map(str::to_owned),
        }
    }
}

impl Hint for Problem {
    fn hint(&self) -> Option<Cow<'static, str>> {
        let hint = match self {
            Problem::Unknown {
                nearest: Some(nearest),
                ..
            }
            | Problem::Choice {
                nearest: Some(nearest),
                ..
            } => format!("did you mean `{nearest}`?"),
            Problem::Unknown { known, .. } => format!("what can stand here: {known}"),
            Problem::Type {
                expected: "a string",
                found: "a boolean" | "an integer" | "a number",
                ..
            } => "put the value in quotes if it is meant as text".into(),
            Problem::NotYet { .. } | Problem::OutOfScope { .. } => {
                "remove it to go on without".into()
            }
            Problem::Missing { .. }
            | Problem::Type { .. }
            | Problem::Choice { .. }
            | Problem::Rule { .. } => return None,
        };
        Some(hint.into())
    }
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Error::Yaml(error) => error.hint(),
            Error::Field { problem, .. } => problem.hint(),
            Error::Documents { count: 0, .. } => Some(
                "start it with `ksail project init`, or leave it out to use the defaults".into(),
            ),
            Error::Read { .. }
            | Error::Missing { .. }
            | Error::NotText { .. }
            | Error::Documents { .. } => None,
        }
    }
}
