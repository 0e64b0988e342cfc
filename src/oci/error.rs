//! Why an artifact did not get into a registry. Credentials never get into these.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::error::Hint;
use crate::exit::Exit;
use crate::text::Took;

/// A push that failed.
#[derive(thiserror::Error)]
pub enum Error {
    /// The address cannot be one.
    #[error("`{}` is no address of an artifact: {why}", without_user(given))]
    Reference {
        /// As it was given.
        given: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A file with certificates cannot be read.
    #[error(transparent)]
    File(#[from] crate::fsx::Error),
    /// Certificates or proxies that make no client.
    #[error("cannot set up the connection to `{registry}`: {why}")]
    Setup {
        /// The registry.
        registry: String,
        /// What is wrong.
        why: String,
    },
    /// Nothing answers, or the connection broke.
    #[error("cannot {action}: no answer from `{host}`: {why}")]
    Unreachable {
        /// What was tried.
        action: &'static str,
        /// Who was asked.
        host: String,
        /// The innermost cause.
        why: String,
        /// Somebody listens, but may not speak TLS as we want it.
        tls: bool,
    },
    /// The registry wants to know who is asking, or does not let them.
    #[error("`{registry}` refuses to let us push to `{repository}`: {message}")]
    Unauthorized {
        /// The registry.
        registry: String,
        /// The repository.
        repository: String,
        /// Its words.
        message: String,
        /// What was shown to it, and where that came from.
        shown: String,
    },
    /// Any other refusal.
    #[error("cannot {action}: `{host}` answers {status}: {message}")]
    Refused {
        /// What was tried.
        action: &'static str,
        /// Who was asked.
        host: String,
        /// HTTP status.
        status: u16,
        /// Its words.
        message: String,
        /// When it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// The answer is not what the API promises.
    #[error("cannot {action}: `{host}` answers with {why}")]
    Protocol {
        /// What was tried.
        action: &'static str,
        /// Who was asked.
        host: String,
        /// What is wrong with the answer.
        why: String,
    },
    /// The deadline passed.
    #[error("timed out after {}: the artifact is not in the registry", Took(*after))]
    TimedOut {
        /// The deadline.
        after: Duration,
    },
}

impl fmt::Debug for Error {
    /// The message alone: the address as it was given may have a password in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Error {
    /// The exit code that follows.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Reference { .. } | Self::File(_) | Self::Setup { .. } => Exit::Usage,
            Self::TimedOut { .. } => Exit::TimedOut,
            Self::Unreachable { .. }
            | Self::Unauthorized { .. }
            | Self::Refused { .. }
            | Self::Protocol { .. } => Exit::Failed,
        }
    }

    /// Whether the same request may succeed a moment later, and how long to wait at least.
    pub(super) fn passes(&self) -> Option<Duration> {
        match self {
            Self::Unreachable { .. } => Some(Duration::ZERO),
            Self::Refused {
                status: 408 | 429 | 500 | 502 | 503 | 504,
                retry_after,
                ..
            } => Some(retry_after.unwrap_or_default()),
            _ => None,
        }
    }
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Reference { .. } => {
                Some("addresses look like `oci://ghcr.io/org/app:v1`".into())
            }
            Self::File(error) => error.hint(),
            Self::Unreachable { tls: true, .. } => Some(
                "name a private authority with `--ca-file`; a registry without TLS needs `--insecure-registry`"
                    .into(),
            ),
            Self::Unreachable { .. } => Some("check that the registry is up and its address is right".into()),
            Self::Unauthorized {
                registry, shown, ..
            } => Some(format!("{shown}; run `docker login {registry}`").into()),
            Self::Refused {
                status: 429, ..
            } => Some("the registry limits requests: wait, or log in with `docker login`".into()),
            Self::Refused {
                status: 404, ..
            } => Some(
                "this registry may want repositories to be created before something is pushed to them"
                    .into(),
            ),
            Self::Setup { .. } | Self::Refused { .. } | Self::Protocol { .. } => None,
            Self::TimedOut { .. } => {
                Some("allow more time with `--timeout`; what is uploaded already is not sent again".into())
            }
        }
    }
}

/// An address without what stands before an `@` in its first part: that may be a password.
fn without_user(given: &str) -> String {
    let start = given.find("://").map_or(0, |at| at + 3);
    let end = given[start..]
        .find('/')
        .map_or(given.len(), |at| start + at);
    match given[start..end].rfind('@') {
        Some(at) => format!("{}…{}", &given[..start], &given[start + at..]),
        None => given.to_owned(),
    }
}
