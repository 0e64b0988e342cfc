//! One handle per process: connects, checks the Engine's API version and pins every later request to it.

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker};
use http::{HeaderValue, Uri, header::HeaderName};

use super::address::{Address, Endpoint};
use super::error::{Cause, Error};
use super::refusal::{Call, cause};

/// Oldest API we speak: the first one with `CgroupnsMode` (Engine 20.10).
const OLDEST: Version = Version(1, 41);
/// Newest API whose types the client library knows.
const NEWEST: Version = Version(1, 53);
/// How long the first answer may take. A hung Engine should not look like a slow one.
const FIRST_ANSWER: Duration = Duration::from_secs(20);
/// How long any answer may take to begin. Creating a node copies gigabytes into its volume on a slow disk.
const ANSWER: u64 = 600;

/// A connection to one Engine. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(super) client: Docker,
    address: Arc<Address>,
    version: Version,
}

/// An API version, `major.minor`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u16, u16);

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

impl std::str::FromStr for Version {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (major, minor) = text.split_once('.').ok_or(())?;
        Ok(Self(
            major.parse().map_err(drop)?,
            minor.parse().map_err(drop)?,
        ))
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Engine({}, API {})", self.address.endpoint, self.version)
    }
}

impl Engine {
    /// Connects with one request (`GET /version`) and settles on the newest API version both sides speak.
    pub async fn connect(address: Address) -> Result<Self, Error> {
        let prefix = Arc::new(OnceLock::new());
        let client = client(&address)?.with_request_modifier({
            let prefix = Arc::clone(&prefix);
            move |request| adjusted(request, prefix.get().map(String::as_str))
        });
        let answer = match tokio::time::timeout(FIRST_ANSWER, client.version()).await {
            Ok(answer) => answer.map_err(|error| unreachable(&address, error))?,
            Err(_) => {
                return Err(Error::Silent {
                    action: format!("tell its version at `{}`", address.endpoint),
                });
            }
        };
        let version = settle(
            &address,
            answer.api_version.as_deref(),
            answer.min_api_version.as_deref(),
        )?;
        prefix.get_or_init(|| format!("/v{version}"));
        Ok(Self {
            client,
            address: Arc::new(address),
            version,
        })
    }

    /// Where this Engine is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The API version in use.
    pub fn version(&self) -> Version {
        self.version
    }
}

/// The newest version both sides speak.
fn settle(address: &Address, found: Option<&str>, oldest: Option<&str>) -> Result<Version, Error> {
    let found: Version =
        found
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| Error::Protocol {
                action: "tell its version".to_owned(),
                source: Cause {
                    message: format!("`{}` is no API version", found.unwrap_or_default()),
                    kind: None,
                },
            })?;
    if found < OLDEST {
        return Err(Error::TooOld {
            address: address.endpoint.to_string(),
            found: found.to_string(),
            needed: OLDEST.to_string(),
        });
    }
    // An Engine that dropped our newest version has still kept what we use of it; let it choose its oldest.
    let oldest = oldest.and_then(|text| text.parse().ok()).unwrap_or(OLDEST);
    Ok(found.min(NEWEST).max(oldest))
}

fn client(address: &Address) -> Result<Docker, Error> {
    let made = match &address.endpoint {
        Endpoint::Unix(path) => {
            let path = path.to_string_lossy();
            Docker::connect_with_unix(&path, ANSWER, API_DEFAULT_VERSION)
        }
        Endpoint::Tcp(host, None) => Docker::connect_with_http(host, ANSWER, API_DEFAULT_VERSION),
        Endpoint::Tcp(host, Some(tls)) => return super::tls::client(host, tls, ANSWER),
        Endpoint::Ssh(destination) => {
            Docker::connect_with_ssh(destination, ANSWER, API_DEFAULT_VERSION, None)
        }
    };
    made.map_err(|error| unreachable(address, error))
}

/// Two repairs of what the client library sends: it forgets the version in the path, and it encodes credentials in
/// plain Base64 where the Engine expects the alphabet that is safe in URLs.
fn adjusted(mut request: BollardRequest, prefix: Option<&str>) -> BollardRequest {
    if let Some(prefix) = prefix {
        let mut parts = request.uri().clone().into_parts();
        let path = parts
            .path_and_query
            .as_ref()
            .map_or("/", http::uri::PathAndQuery::as_str);
        parts.path_and_query = format!("{prefix}{path}").parse().ok();
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    let name = HeaderName::from_static("x-registry-auth");
    if let Some(value) = request.headers().get(&name)
        && let Ok(text) = value.to_str()
        && let Ok(mut value) = HeaderValue::from_str(&text.replace('+', "-").replace('/', "_"))
    {
        value.set_sensitive(true);
        request.headers_mut().insert(name, value);
    }
    request
}

/// The first request failed: say which address was tried, who named it, and what is in the way.
fn unreachable(address: &Address, error: bollard::errors::Error) -> Error {
    use bollard::errors::Error as Client;
    let (place, origin) = (address.endpoint.to_string(), address.origin.to_string());
    let source = match &error {
        Client::SocketNotFoundError(_) => Cause {
            message: "there is no such socket".to_owned(),
            kind: Some(io::ErrorKind::NotFound),
        },
        Client::DockerResponseServerError { .. } | Client::JsonDataError { .. } => {
            let call = Call {
                verb: "tell its version",
                object: "",
            };
            return call.failed(error);
        }
        _ => cause(&error),
    };
    if source.kind == Some(io::ErrorKind::PermissionDenied) {
        Error::Permission {
            address: place,
            origin,
            source,
        }
    } else {
        Error::Unreachable {
            address: place,
            origin,
            source,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docker::address::Origin;
    use crate::error::Hint;

    fn here() -> Address {
        Address {
            endpoint: Endpoint::Unix("/d.sock".into()),
            origin: Origin::Default,
            configuration: None,
        }
    }

    #[test]
    fn the_newest_common_version_is_used() {
        let settled =
            |found, oldest| settle(&here(), Some(found), oldest).map(|version| version.to_string());
        assert_eq!(settled("1.41", Some("1.12")).unwrap(), "1.41");
        assert_eq!(settled("1.53", Some("1.44")).unwrap(), "1.53");
        assert_eq!(settled("1.60", None).unwrap(), "1.53");
        assert_eq!(settled("1.60", Some("1.55")).unwrap(), "1.55");
    }

    #[test]
    fn a_socket_we_may_not_use_is_told_from_one_that_is_missing() {
        let failed = |kind: io::ErrorKind| {
            let error = bollard::errors::Error::IOError { err: kind.into() };
            unreachable(&here(), error)
        };
        let denied = failed(io::ErrorKind::PermissionDenied);
        assert!(matches!(denied, Error::Permission { .. }), "{denied:?}");
        assert!(denied.hint().is_some_and(|hint| hint.contains("docker")));
        let refused = failed(io::ErrorKind::ConnectionRefused);
        assert!(matches!(refused, Error::Unreachable { .. }), "{refused:?}");
    }

    #[test]
    fn an_old_engine_is_refused_with_both_versions() {
        let error = settle(&here(), Some("1.40"), None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the Docker Engine at `unix:///d.sock` speaks API 1.40, but at least 1.41 is needed"
        );
        assert!(settle(&here(), Some("x"), None).is_err());
        assert!(settle(&here(), None, None).is_err());
    }
}
