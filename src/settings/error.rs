//! Values that contradict each other or the rules, with the place they come from.

use std::borrow::Cow;

use super::origin::Origin;
use crate::config::Problem;
use crate::error::Hint;

/// Settings that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
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
    /// A flag is empty.
    #[error("{from}: the value must not be empty")]
    Empty {
        /// The flag.
        from: Origin,
    },
}

impl Error {
    /// A value that the field does not take.
    pub(super) fn value(from: Origin, problem: Problem) -> Self {
        Self::Value {
            from,
            problem: Box::new(problem),
        }
    }
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Error::Value { problem, .. } => problem.hint(),
            Error::NoControlPlane { .. } => Some("set `controlPlanes` to 1".into()),
            Error::Name { .. } | Error::Empty { .. } => None,
        }
    }
}
