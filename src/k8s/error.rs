//! What can go wrong between us and an API server, and whether trying again makes sense.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

pub use super::refusal::Refusal;
use crate::error::Hint;
use crate::text::List;

/// A failed conversation with an API server.
#[derive(thiserror::Error)]
pub enum Error {
    /// A kubeconfig file does not load.
    #[error("cannot read kubeconfig `{}`", path.display())]
    Kubeconfig {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<kube::config::KubeconfigError>,
    },
    /// No kubeconfig file exists where one is expected.
    #[error("no kubeconfig found at {}", List::or(paths.iter().map(|path| path.display().to_string())))]
    NoKubeconfig {
        /// Where we looked.
        paths: Vec<PathBuf>,
    },
    /// The context is in none of the files.
    #[error(
        "no context `{context}` in the kubeconfig; it has {}",
        List::and(known)
    )]
    NoContext {
        /// The name asked for.
        context: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// Address, certificates or credentials do not make a client.
    #[error("cannot set up the connection to {server}: {why}")]
    Setup {
        /// URL of the server, or name of the context.
        server: String,
        /// What is wrong.
        why: String,
    },
    /// The request itself is not valid, for example its path.
    #[error("cannot form the request `{path}`")]
    Request {
        /// Path of the request.
        path: String,
        /// What is wrong.
        #[source]
        source: http::Error,
    },
    /// No answer: refused, reset, timed out, or not HTTP.
    #[error("no answer from the API server {server}: {why}")]
    Unreachable {
        /// URL of the server, or name of the context.
        server: String,
        /// Why.
        why: String,
    },
    /// The server said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The server's answer makes no sense.
    #[error("the API server's answer to `{path}` is not understood")]
    Answer {
        /// Path of the request.
        path: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The kind may exist, but the server cannot say: an extension that serves the group does not answer.
    #[error(
        "kind `{kind}` in version `{api_version}` is not available: the API service of its group does not answer"
    )]
    StaleGroup {
        /// `apiVersion`.
        api_version: String,
        /// `kind`.
        kind: String,
    },
    /// The kind is not served.
    #[error("no matches for kind `{kind}` in version `{api_version}`")]
    NoKind {
        /// `apiVersion`.
        api_version: String,
        /// `kind`.
        kind: String,
    },
}

impl fmt::Debug for Error {
    /// The message alone: causes quote what they cannot read, and servers what they refuse, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Refused(refusal) => fmt::Debug::fmt(refusal, f),
            other => write!(f, "{other}"),
        }
    }
}

/// Whether and when to send the same request again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The answer will not change.
    Never,
    /// Until the deadline, not before this pause if the server named one.
    UntilDeadline(Option<Duration>),
    /// A few times: the cause may be passing or permanent.
    AFewTimes,
}

impl Error {
    /// Whether trying again makes sense.
    pub fn retry(&self) -> Retry {
        match self {
            Error::Unreachable { .. } | Error::NoKind { .. } | Error::StaleGroup { .. } => {
                Retry::UntilDeadline(None)
            }
            Error::Refused(refusal) => refusal.retry(),
            Error::Kubeconfig { .. }
            | Error::NoKubeconfig { .. }
            | Error::NoContext { .. }
            | Error::Setup { .. }
            | Error::Request { .. }
            | Error::Answer { .. } => Retry::Never,
        }
    }

    /// HTTP status code of a refusal.
    pub fn code(&self) -> Option<u16> {
        match self {
            Error::Refused(refusal) => Some(refusal.code),
            _ => None,
        }
    }

    /// Asking again may help: the server is starting, overloaded or away.
    pub fn is_transient(&self) -> bool {
        match self {
            Error::Refused(refusal) => matches!(refusal.code, 408 | 410 | 429 | 500..=599),
            Error::Unreachable { .. } => true,
            _ => false,
        }
    }

    /// Whether something else has to exist or work first: a definition, a webhook's pods.
    pub fn is_dependency(&self) -> bool {
        match self {
            Error::NoKind { .. } | Error::StaleGroup { .. } => true,
            Error::Refused(refusal) => {
                refusal.is_missing_path()
                    || refusal.is_webhook()
                    || refusal.is_terminating_namespace()
            }
            _ => false,
        }
    }
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Error::NoContext { .. } => {
                Some("name one of them with `--context`, or create the cluster first".into())
            }
            Error::NoKubeconfig { .. } => {
                Some("create the cluster first, or name the file with `--kubeconfig`".into())
            }
            Error::Unreachable { .. } => {
                Some("check that the cluster runs: `ksail cluster info`".into())
            }
            Error::NoKind { .. } => Some(
                "apply its CustomResourceDefinition too, or correct `apiVersion` and `kind`".into(),
            ),
            Error::StaleGroup { .. } => {
                Some("see `kubectl get apiservices` for the one that is not available".into())
            }
            Error::Refused(refusal) => refusal.hint(),
            _ => None,
        }
    }
}
