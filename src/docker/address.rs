//! Where the Engine is: flag, environment, Docker context, default socket. Pure but for the files behind [`Files`].

use std::fmt;
use std::path::{Path, PathBuf};

use super::contexts;
use super::error::Error;
use crate::env::EnvMap;
use crate::fsx;
use crate::oci::credentials;

const DEFAULT_SOCKET: &str = "/var/run/docker.sock";
pub(super) const TLS_FILES: [&str; 3] = ["ca.pem", "cert.pem", "key.pem"];

/// The Engine's address and everything needed to reach it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// How to connect.
    pub endpoint: Endpoint,
    /// Who said so.
    pub origin: Origin,
    /// Directory of the Docker client configuration, where registry credentials are looked up.
    pub configuration: Option<PathBuf>,
}

/// How to connect to the Engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// A Unix socket.
    Unix(PathBuf),
    /// `host:port`, in the clear or through TLS.
    Tcp(String, Option<Tls>),
    /// `user@host`, through `ssh` and `docker system dial-stdio` on the other side.
    Ssh(String),
}

/// TLS files of a TCP endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// Certificate authority of the Engine; `None` trusts nobody but a skipped verification.
    pub authority: Option<PathBuf>,
    /// Our certificate and its key.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// Accept any certificate.
    pub skip_verification: bool,
}

/// Which source named the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// `--docker-host`
    Flag,
    /// `DOCKER_HOST`
    Environment,
    /// A Docker context, and who named it.
    Context(String, &'static str),
    /// Nothing was said.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("from --docker-host"),
            Self::Environment => f.write_str("from DOCKER_HOST"),
            Self::Context(name, _) => write!(f, "from Docker context `{name}`"),
            Self::Default => f.write_str("the default address"),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp(host, _) => write!(f, "tcp://{host}"),
            Self::Ssh(destination) => write!(f, "ssh://{destination}"),
        }
    }
}

/// The file system as far as resolution needs it.
pub trait Files {
    /// Content of a file that may be missing.
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, fsx::Error>;
    /// Whether anything is at the path.
    fn exists(&self, path: &Path) -> bool;
    /// Entries of a directory that may be missing.
    fn entries(&self, path: &Path) -> Vec<PathBuf>;
}

/// The real file system.
#[derive(Debug, Clone, Copy)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, fsx::Error> {
        fsx::read_optional(path)
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn entries(&self, path: &Path) -> Vec<PathBuf> {
        fsx::entries(path).unwrap_or_default()
    }
}

/// Finds the Engine's address: `flag`, then `DOCKER_HOST`, then `DOCKER_CONTEXT`, then the current context, then the
/// default socket or, if that is absent, the rootless one.
pub fn resolve(flag: Option<&str>, env: &EnvMap, files: &impl Files) -> Result<Address, Error> {
    let configuration = credentials::directory(env);
    let (endpoint, origin) = if let Some(address) = flag {
        (
            named(address, &Origin::Flag, env, configuration.as_deref(), files)?,
            Origin::Flag,
        )
    } else if let Some(address) = env.get("DOCKER_HOST") {
        let origin = Origin::Environment;
        (
            named(address, &origin, env, configuration.as_deref(), files)?,
            origin,
        )
    } else {
        match contexts::current(env, configuration.as_deref(), files)? {
            Some((name, by)) => contexts::find(&name, by, configuration.as_deref(), files)?,
            None => (default_socket(env, files), Origin::Default),
        }
    };
    Ok(Address {
        endpoint,
        origin,
        configuration,
    })
}

fn default_socket(env: &EnvMap, files: &impl Files) -> Endpoint {
    let system = PathBuf::from(DEFAULT_SOCKET);
    if !files.exists(&system)
        && let Some(runtime) = env.get("XDG_RUNTIME_DIR")
    {
        let rootless = Path::new(runtime).join("docker.sock");
        if files.exists(&rootless) {
            return Endpoint::Unix(rootless);
        }
    }
    Endpoint::Unix(system)
}

/// An address from the flag or the environment: TLS follows the environment too.
fn named(
    address: &str,
    origin: &Origin,
    env: &EnvMap,
    configuration: Option<&Path>,
    files: &impl Files,
) -> Result<Endpoint, Error> {
    let verify = env.get("DOCKER_TLS_VERIFY");
    let switch = verify.or_else(|| env.get("DOCKER_TLS"));
    let directory = env.get("DOCKER_CERT_PATH").map(PathBuf::from);
    let tls = match directory.or_else(|| configuration.map(Path::to_owned)) {
        Some(directory) if switch.is_some() && address.starts_with("tcp://") => {
            let paths = TLS_FILES.map(|name| directory.join(name));
            if let Some(path) = paths.iter().find(|path| !files.exists(path)) {
                return Err(Error::TlsFile {
                    path: path.clone(),
                    origin: "from DOCKER_TLS_VERIFY".to_owned(),
                });
            }
            let [authority, certificate, key] = paths;
            Some(Tls {
                authority: Some(authority),
                identity: Some((certificate, key)),
                skip_verification: verify.is_none(),
            })
        }
        _ => None,
    };
    endpoint(address, &origin.to_string(), tls)
}

pub(super) fn endpoint(address: &str, origin: &str, tls: Option<Tls>) -> Result<Endpoint, Error> {
    let refuse = |why| Error::Address {
        address: address.to_owned(),
        origin: origin.to_owned(),
        why,
    };
    match address.split_once("://") {
        Some(("unix", "")) => Ok(Endpoint::Unix(DEFAULT_SOCKET.into())),
        Some(("unix", path)) => Ok(Endpoint::Unix(path.into())),
        Some(("tcp", host)) => {
            let host = host.trim_end_matches('/');
            if host.is_empty() || host.contains('/') {
                return Err(refuse("a host and a port are expected, nothing more"));
            }
            let has_port = host
                .rsplit_once(':')
                .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
            let port = if tls.is_some() { 2376 } else { 2375 };
            let host = if has_port {
                host.to_owned()
            } else {
                format!("{host}:{port}")
            };
            Ok(Endpoint::Tcp(host, tls))
        }
        Some(("ssh", destination)) => {
            let destination = destination.trim_end_matches('/');
            if destination.is_empty() || destination.contains('/') {
                return Err(refuse("a user and a host are expected, nothing more"));
            }
            // The transport hands the destination to `ssh` as one word, which has no room for a port.
            if destination.contains(':') {
                return Err(refuse(
                    "give the port in `~/.ssh/config` (`Port` under `Host`), not in the address",
                ));
            }
            Ok(Endpoint::Ssh(destination.to_owned()))
        }
        Some(_) => Err(refuse("the scheme is not supported")),
        None => Err(refuse("the scheme is missing")),
    }
}

#[cfg(test)]
mod tests;
