//! What can go wrong between us and an API server.

use std::borrow::Cow;

use crate::error::Hint;

/// Why a request had no result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request itself is not valid, for example its path.
    #[error("cannot form the request `{path}`")]
    Request {
        /// Path of the request.
        path: String,
        /// What is wrong.
        #[source]
        source: http::Error,
    },
    /// The server answered with a refusal.
    #[error("the API server refused: {message}")]
    Refused {
        /// HTTP status code.
        code: u16,
        /// Machine-readable reason, e.g. `AlreadyExists`.
        reason: String,
        /// The server's words.
        message: String,
        /// When the server wants to be asked again, in seconds.
        retry_after: Option<u32>,
    },
    /// No usable answer came.
    #[error("no answer from the API server {server}")]
    Unreachable {
        /// URL of the server.
        server: String,
        /// Why.
        #[source]
        source: Box<kube::Error>,
    },
    /// Certificates or keys cannot be used.
    #[error("cannot set up the connection to {server}: {why}")]
    Setup {
        /// URL of the server.
        server: String,
        /// What is wrong.
        why: String,
    },
}

impl Error {
    pub(super) fn from_client(server: &str, error: kube::Error) -> Self {
        match error {
            kube::Error::Api(status) => Self::Refused {
                code: status.code,
                reason: status.reason.clone(),
                message: status.message.clone(),
                retry_after: status
                    .details
                    .as_ref()
                    .map(|details| details.retry_after_seconds)
                    .filter(|s| *s > 0),
            },
            other => Self::Unreachable {
                server: server.to_owned(),
                source: Box::new(other),
            },
        }
    }

    /// HTTP status code of a refusal.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Asking again may help: the server is starting, overloaded or away.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused { code, .. } => matches!(code, 408 | 410 | 429 | 500..=599),
            Self::Unreachable { .. } => true,
            Self::Request { .. } | Self::Setup { .. } => false,
        }
    }
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Unreachable { .. } => {
                Some("check that the cluster runs: `ksail cluster info`".into())
            }
            Self::Refused {
                code: 401 | 403, ..
            } => Some("check user and permissions of the kubeconfig context".into()),
            _ => None,
        }
    }
}
