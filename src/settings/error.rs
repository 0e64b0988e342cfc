//! Values that contradict each other or the rules, with the place they come from.

use std::borrow::Cow;

use super::origin::{Origin, Sourced};
use crate::config::{self, Problem};
use crate::error::Hint;

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The distribution's file.
    #[error(transparent)]
    Config(#[from] Box<config::Error>),
    /// A flag or variable has a value that its field does not take.
    #[error("{from}: {problem}")]
    Value {
        /// The flag or variable.
        from: Origin,
        /// What is wrong.
        problem: Box<Problem>,
    },
    /// The cluster name breaks a rule.
    #[error("{from}: the cluster name `{name}` {why}")]
    Name {
        /// Where the name comes from.
        from: Origin,
        /// The name.
        name: String,
        /// The broken rule, as the end of the sentence.
        why: String,
    },
    /// The number of nodes is impossible.
    #[error("{from}: a cluster needs at least one control-plane node")]
    NoControlPlane {
        /// Where the number comes from.
        from: Origin,
    },
    /// The configuration file is that of another distribution.
    #[error("{from}: the distribution is `{said}`, but the `{file}` is that of `{implied}`")]
    OtherFile {
        /// Where the distribution comes from.
        from: Origin,
        /// The distribution asked for.
        said: String,
        /// Usual name of the file that was given.
        file: &'static str,
        /// Its distribution.
        implied: &'static str,
    },
    /// A flag of another distribution.
    #[error("{from} is for clusters of {distribution} only")]
    Foreign {
        /// The flag.
        from: Origin,
        /// The distribution that knows it.
        distribution: &'static str,
    },
    /// A flag is empty.
    #[error("{from}: the value must not be empty")]
    Empty {
        /// The flag.
        from: Origin,
    },
}

impl Error {
    /// A name that breaks a rule.
    pub(crate) fn name(name: &Sourced<String>, why: String) -> Self {
        Self::Name {
            from: name.from.clone(),
            name: name.value.clone(),
            why,
        }
    }

    /// Something this version does not do.
    pub(crate) fn not_yet(from: Origin, what: &str) -> Self {
        let what = what.to_owned();
        Self::value(from, Problem::NotYet { what })
    }

    /// A value that breaks a rule of its field.
    pub(crate) fn rule(from: Origin, field: &str, why: impl Into<String>) -> Self {
        let problem = Problem::Rule {
            field: field.to_owned(),
            why: why.into(),
        };
        Self::value(from, problem)
    }

    /// A value that the field does not take.
    pub(crate) fn value(from: Origin, problem: Problem) -> Self {
        Self::Value {
            from,
            problem: Box::new(problem),
        }
    }
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Error::Config(error) => error.hint(),
            Error::Value { problem, .. } => problem.hint(),
            Error::NoControlPlane { .. } => Some("set `controlPlanes` to 1".into()),
            Error::OtherFile { .. } => Some(
                "name a file of that distribution with `--config` or `distributionConfig`".into(),
            ),
            Error::Foreign { distribution, .. } => {
                Some(format!("choose it with `--distribution {distribution}`").into())
            }
            Error::Name { .. } | Error::Empty { .. } => None,
        }
    }
}
