//! What can go wrong between us and the Engine, typed where callers must decide.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use crate::error::Hint;
use crate::text::List;

/// Why a call to the Engine had no result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is not one we can connect to.
    #[error("cannot use the Docker address `{address}` ({origin}): {why}")]
    Address {
        /// The address as given.
        address: String,
        /// Where it was given.
        origin: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The named context does not exist.
    #[error("there is no Docker context `{name}` ({origin})")]
    UnknownContext {
        /// The name asked for.
        name: String,
        /// Where it was named.
        origin: String,
        /// The contexts that exist.
        known: Vec<String>,
    },
    /// A file of the Docker client configuration cannot be used.
    #[error("cannot understand `{}`", path.display())]
    Configuration {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A file of the Docker client configuration cannot be read.
    #[error("cannot read the Docker client configuration")]
    File(#[from] crate::fsx::Error),
    /// A certificate or key for TLS is missing.
    #[error("TLS is on ({origin}), but `{}` does not exist", path.display())]
    TlsFile {
        /// The missing file.
        path: PathBuf,
        /// What turned TLS on.
        origin: String,
    },
    /// Certificates or keys cannot be used.
    #[error("cannot set up TLS for the Docker Engine: {why}")]
    Tls {
        /// What is wrong.
        why: String,
    },
    /// Nothing answers at the address.
    #[error("no Docker Engine answers at `{address}` ({origin})")]
    Unreachable {
        /// The address that was tried.
        address: String,
        /// Where it came from.
        origin: String,
        /// What happened.
        #[source]
        source: Cause,
    },
    /// The socket exists, but we may not use it.
    #[error("no permission to use the Docker Engine at `{address}` ({origin})")]
    Permission {
        /// The address that was tried.
        address: String,
        /// Where it came from.
        origin: String,
        /// What happened.
        #[source]
        source: Cause,
    },
    /// The Engine is older than anything we support.
    #[error("the Docker Engine at `{address}` speaks API {found}, but at least {needed} is needed")]
    TooOld {
        /// The address.
        address: String,
        /// Newest API version of the Engine.
        found: String,
        /// Oldest API version we speak.
        needed: String,
    },
    /// A host port is taken.
    #[error("port {} is already in use on the Engine's host", port.as_deref().unwrap_or("of the container"))]
    PortAllocated {
        /// `address:port`, as far as the Engine names it.
        port: Option<String>,
        /// The Engine's words.
        message: String,
    },
    /// The name is taken.
    #[error("the name `{name}` is already in use")]
    NameConflict {
        /// The name.
        name: String,
        /// The Engine's words.
        message: String,
    },
    /// The image is not on the Engine.
    #[error("the Engine has no image `{reference}`")]
    NoSuchImage {
        /// The reference asked for.
        reference: String,
    },
    /// The registry does not hand out the image.
    #[error("cannot pull the image `{reference}`: {message}")]
    NotPullable {
        /// The reference asked for.
        reference: String,
        /// The registry's words, as the Engine passes them on.
        message: String,
        /// Why no credentials were sent, if that is worth knowing.
        credentials: Option<String>,
    },
    /// The subnet of a new network overlaps with an existing one.
    #[error("the subnet of network `{name}` overlaps with another network")]
    PoolOverlap {
        /// The new network.
        name: String,
        /// The Engine's words.
        message: String,
    },
    /// The Engine has no free subnet left.
    #[error("the Engine has no free subnet for network `{name}`")]
    PoolsExhausted {
        /// The new network.
        name: String,
        /// The Engine's words.
        message: String,
    },
    /// The Engine or its host cannot do IPv6.
    #[error("the Engine cannot create the network `{name}` with IPv6: {message}")]
    Ipv6Unavailable {
        /// The new network.
        name: String,
        /// The Engine's words.
        message: String,
    },
    /// The object of the call does not exist.
    #[error("cannot {action}: {message}")]
    NotFound {
        /// What was tried.
        action: String,
        /// The Engine's words.
        message: String,
    },
    /// Any other refusal.
    #[error("cannot {action}: {message}")]
    Engine {
        /// What was tried.
        action: String,
        /// HTTP status; 0 when the failure arrived inside a stream.
        status: u16,
        /// The Engine's words.
        message: String,
    },
    /// The connection ended before the answer was complete.
    #[error("the Docker Engine went away while we tried to {action}")]
    Disconnected {
        /// What was tried.
        action: String,
        /// What happened.
        #[source]
        source: Cause,
    },
    /// The Engine did not answer in time.
    #[error("the Docker Engine did not answer in time when asked to {action}")]
    Silent {
        /// What was tried.
        action: String,
    },
    /// The answer is not what the API promises.
    #[error("cannot understand the Docker Engine's answer when asked to {action}")]
    Protocol {
        /// What was tried.
        action: String,
        /// What is wrong with it.
        #[source]
        source: Cause,
    },
    /// An archive from or for a container is broken.
    #[error("cannot {action}")]
    Archive {
        /// What was tried.
        action: String,
        /// What is wrong with it.
        #[source]
        source: io::Error,
    },
}

/// A failure of the transport, reduced to its innermost message: the layers above it repeat each other.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Cause {
    /// The message.
    pub message: String,
    /// The kind of I/O failure, if it was one.
    pub kind: Option<io::ErrorKind>,
}

impl Cause {
    pub(super) fn innermost(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut innermost = error;
        let mut kind = None;
        loop {
            if let Some(io) = innermost.downcast_ref::<io::Error>() {
                kind = Some(io.kind());
            }
            match innermost.source() {
                Some(source) => innermost = source,
                None => break,
            }
        }
        Self {
            message: innermost.to_string(),
            kind,
        }
    }
}

impl Error {
    /// Whether the Engine itself is gone, so that further calls are pointless.
    pub fn engine_is_gone(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. } | Self::Permission { .. } | Self::Disconnected { .. }
        )
    }
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        let text: Cow<'static, str> = match self {
            Self::Address { .. } => {
                "addresses look like `unix:///var/run/docker.sock`, `tcp://host:2376` or `ssh://user@host`".into()
            }
            Self::UnknownContext { known, .. } if known.is_empty() => {
                "no Docker context is defined here; unset the name to use the default socket".into()
            }
            Self::UnknownContext { known, .. } => {
                format!("this machine has {}, and `default`", List::and(known)).into()
            }
            Self::File(source) => return source.hint(),
            Self::TlsFile { path, .. } => {
                let directory = path.parent().unwrap_or(path).display();
                format!(
                    "put `ca.pem`, `cert.pem` and `key.pem` into `{directory}`, or point DOCKER_CERT_PATH to them"
                )
                .into()
            }
            Self::Unreachable { address, .. } => unreachable_hint(address),
            Self::Permission { .. } => {
                "add yourself to the group with `sudo usermod -aG docker $USER` and log in again".into()
            }
            Self::TooOld { .. } => "upgrade to Docker Engine 20.10 or newer".into(),
            Self::PortAllocated { .. } => {
                "stop what listens there, or choose another port; `docker ps` and `ss -ltnp` show who has it".into()
            }
            Self::NameConflict { name, .. } => {
                format!("something else has it: see `docker inspect {name}`, then remove that or choose another name").into()
            }
            Self::NoSuchImage { reference } => {
                format!("check the spelling, or build or load it first: `docker image inspect {reference}`").into()
            }
            Self::NotPullable { credentials: Some(why), .. } => {
                format!("{why}; run `docker login` for that registry").into()
            }
            Self::NotPullable { message, .. } if message.contains("toomanyrequests") => {
                "the registry limits anonymous pulls: run `docker login`, or wait".into()
            }
            Self::NotPullable { .. } => {
                "check name and tag; run `docker login` if the image is private, or load it with `docker load`".into()
            }
            Self::PoolsExhausted { .. } => "remove unused networks with `docker network prune`".into(),
            Self::Disconnected { .. } => {
                "see why it stopped with `journalctl -u docker`, then run the command again".into()
            }
            Self::Silent { .. } => "it may be overloaded or hung: try `docker info`".into(),
            _ => return None,
        };
        Some(text)
    }
}

fn unreachable_hint(address: &str) -> Cow<'static, str> {
    if address.starts_with("ssh://") {
        "check that `ssh HOST docker version` works without a password prompt".into()
    } else if address.starts_with("unix://") {
        "start it with `sudo systemctl start docker`, or name another Engine with --docker-host or DOCKER_HOST"
            .into()
    } else {
        "check that the host is up and its Engine listens on that port".into()
    }
}
