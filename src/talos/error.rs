//! What can go wrong between us and the Talos API, and whether asking again makes sense.

use std::borrow::Cow;
use std::fmt;

use crate::error::Hint;

/// A call: the remote procedure, and the node that is to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Name of the procedure, e.g. `Bootstrap`.
    pub rpc: &'static str,
    /// Address of the node.
    pub node: String,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of node {}", self.rpc, self.node)
    }
}

/// A failed conversation with the Talos API.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Address, certificates or key do not make a client.
    #[error("cannot set up the connection to the Talos API at {endpoint}: {why}")]
    Setup {
        /// The address.
        endpoint: String,
        /// What is wrong.
        why: String,
    },
    /// No answer: refused, reset, timed out.
    #[error("no answer from the Talos API to {call}: {why}")]
    Unreachable {
        /// What was asked.
        call: Call,
        /// What happened.
        why: String,
    },
    /// One side does not accept the other's certificate.
    #[error("no trusted connection to the Talos API for {call}: {why}")]
    Distrusted {
        /// What was asked.
        call: Call,
        /// Which certificate, and why.
        why: String,
    },
    /// The node said no.
    #[error("the Talos API refuses {call}: {message}")]
    Refused {
        /// What was asked.
        call: Call,
        /// The kind of refusal.
        code: Code,
        /// The node's words.
        message: String,
    },
    /// The answer is not what the API promises.
    #[error("the answer of the Talos API to {call} is not understood: {why}")]
    Answer {
        /// What was asked.
        call: Call,
        /// What is wrong with it.
        why: String,
    },
}

/// Why a node refuses, as far as callers decide on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// It will do so later: what it needs does not run yet.
    NotYet,
    /// It never will, because it runs in a container.
    ContainerMode,
    /// Somebody has done so before.
    AlreadyExists,
    /// It does not know the thing.
    NotFound,
    /// Our certificate has no role that may.
    Permission,
    /// It does not know the procedure, or not for nodes of its type.
    Unimplemented,
    /// The request is wrong, e.g. a configuration that is not valid.
    Invalid,
    /// It, or a node behind it, is away or overloaded.
    Unavailable,
    /// Anything else.
    Other,
}

impl Error {
    /// Asking again may help: the node is starting, restarting or away.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { code, .. } => matches!(code, Code::NotYet | Code::Unavailable),
            Self::Setup { .. } | Self::Distrusted { .. } | Self::Answer { .. } => false,
        }
    }

    /// The kind of refusal, if the node answered.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        let hint = match self {
            Self::Unreachable { .. } => "check that the cluster runs: `ksail cluster info`",
            Self::Distrusted { .. } => {
                "something else may answer there, or the cluster was made anew since; create it again if that is no loss"
            }
            Self::Refused {
                code: Code::Permission,
                ..
            } => "an administrator's certificate is needed: one with the role `os:admin`",
            Self::Refused {
                code: Code::ContainerMode,
                ..
            } => "nodes in containers are replaced instead: create the cluster again",
            Self::Setup { .. } | Self::Refused { .. } | Self::Answer { .. } => return None,
        };
        Some(hint.into())
    }
}
