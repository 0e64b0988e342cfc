//! `oci://REGISTRY/REPOSITORY[:TAG]`, as Flux writes addresses of artifacts.

use std::fmt;
use std::net::IpAddr;

use super::Error;

const SCHEME: &str = "oci://";
/// Longest tag, from the distribution specification.
const MAX_TAG: usize = 128;
/// Longest repository with its registry, from the distribution specification.
const MAX_NAME: usize = 255;

/// Where an artifact is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Host, with its port if one is named.
    pub registry: String,
    /// Path below the host.
    pub repository: String,
    /// The tag named.
    pub tag: Option<String>,
}

impl Reference {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let broken = |why: &'static str| Error::Reference {
            given: text.to_owned(),
            why,
        };
        let rest = text
            .strip_prefix(SCHEME)
            .ok_or_else(|| broken("it does not begin with `oci://`"))?;
        let (registry, path) = rest
            .split_once('/')
            .ok_or_else(|| broken("the repository is missing"))?;
        if registry.contains('@') {
            return Err(broken("it holds credentials"));
        }
        if !is_registry(registry) {
            return Err(broken("the registry is not `HOST` or `HOST:PORT`"));
        }
        if path.contains('@') {
            return Err(broken("it names a digest, but only a tag can be pushed to"));
        }
        let (repository, tag) = match path.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
            _ => (path, None),
        };
        // The Hub's own short form.
        let repository = if is_hub(registry) && !repository.contains('/') {
            format!("library/{repository}")
        } else {
            repository.to_owned()
        };
        if repository.len() + registry.len() > MAX_NAME || !repository.split('/').all(is_component)
        {
            return Err(broken(
                "a repository has parts of lower-case letters and digits, joined by `.`, `_`, `-` or `/`",
            ));
        }
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(broken(TAG));
        }
        Ok(Self {
            registry: registry.to_owned(),
            repository,
            tag: tag.map(str::to_owned),
        })
    }

    /// Host of the API. That of Docker Hub has another name than its images.
    pub fn host(&self) -> &str {
        if is_hub(&self.registry) {
            "registry-1.docker.io"
        } else {
            &self.registry
        }
    }

    /// Whether the registry runs on this machine, where plain HTTP is no risk.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.registry)
    }
}

impl fmt::Display for Reference {
    /// `REGISTRY/REPOSITORY`, without scheme and tag.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)
    }
}

/// What is wrong with a tag that is none.
pub const TAG: &str =
    "a tag has up to 128 letters, digits, `_`, `.` and `-`, and begins with none of the last two";

/// Whether a text may be a tag.
pub fn is_tag(tag: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    !tag.is_empty()
        && tag.len() <= MAX_TAG
        && tag.chars().all(inner)
        && !tag.starts_with(['.', '-'])
}

/// Whether `HOST[:PORT]` is this machine.
pub(super) fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => authority.split(':').next().unwrap_or(authority),
    };
    host == "localhost"
        || host.ends_with(".localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn is_hub(registry: &str) -> bool {
    ["docker.io", "index.docker.io", "registry-1.docker.io"].contains(&registry)
}

fn is_registry(text: &str) -> bool {
    let port_fits = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    if let Some(rest) = text.strip_prefix('[') {
        let Some((address, port)) = rest.split_once(']') else {
            return false;
        };
        return address.parse::<std::net::Ipv6Addr>().is_ok()
            && (port.is_empty() || port.strip_prefix(':').is_some_and(port_fits));
    }
    let (host, port) = text
        .split_once(':')
        .map_or((text, None), |(h, p)| (h, Some(p)));
    let label = |label: &str| {
        !label.is_empty()
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.split('.').all(label) && port.is_none_or(port_fits)
}

/// A part of a repository: runs of letters and digits, joined by `.`, `_`, `__` or any number of `-`.
fn is_component(part: &str) -> bool {
    let alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let separators = part.split(alphanumeric).filter(|run| !run.is_empty());
    part.starts_with(alphanumeric)
        && part.ends_with(alphanumeric)
        && separators
            .into_iter()
            .all(|run| matches!(run, "." | "_" | "__") || run.chars().all(|c| c == '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (String, String, Option<String>) {
        let reference = Reference::parse(text).unwrap();
        (
            reference.host().to_owned(),
            reference.repository,
            reference.tag,
        )
    }

    fn refused(text: &str) -> String {
        Reference::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn addresses_have_registry_repository_and_tag() {
        for (text, host, repository, tag) in [
            ("oci://ghcr.io/org/app:v1", "ghcr.io", "org/app", Some("v1")),
            ("oci://localhost:5000/app", "localhost:5000", "app", None),
            (
                "oci://[::1]:5000/a/b:1.0_x-y",
                "[::1]:5000",
                "a/b",
                Some("1.0_x-y"),
            ),
            (
                "oci://docker.io/app:a",
                "registry-1.docker.io",
                "library/app",
                Some("a"),
            ),
            (
                "oci://docker.io/org/app",
                "registry-1.docker.io",
                "org/app",
                None,
            ),
            ("oci://r.io/a.b/c__d/e--f", "r.io", "a.b/c__d/e--f", None),
        ] {
            let expected = (
                host.to_owned(),
                repository.to_owned(),
                tag.map(str::to_owned),
            );
            assert_eq!(parsed(text), expected, "{text}");
        }
        let reference = Reference::parse("oci://ghcr.io/org/app:v1").unwrap();
        assert_eq!(reference.to_string(), "ghcr.io/org/app");
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason() {
        for (text, why) in [
            ("ghcr.io/org/app:v1", "does not begin with `oci://`"),
            ("https://ghcr.io/org/app", "does not begin with `oci://`"),
            ("oci://ghcr.io", "the repository is missing"),
            ("oci:///app", "the registry is not"),
            ("oci://host:99999/app", "the registry is not"),
            ("oci://-host/app", "the registry is not"),
            ("oci://me:word@ghcr.io/app", "it holds credentials"),
            ("oci://ghcr.io/Org/app", "lower-case letters"),
            ("oci://ghcr.io/org//app", "lower-case letters"),
            ("oci://ghcr.io/org/a_-b", "lower-case letters"),
            ("oci://ghcr.io/org/app:-x", "a tag has"),
            ("oci://ghcr.io/org/app:", "a tag has"),
            ("oci://ghcr.io/org/app@sha256:00", "it names a digest"),
        ] {
            assert!(refused(text).contains(why), "{text}: {}", refused(text));
        }
    }

    #[test]
    fn credentials_in_an_address_are_not_repeated() {
        assert!(!refused("oci://me:word@ghcr.io/app").contains("word"));
    }

    #[test]
    fn loopback_is_a_name_or_an_address() {
        for (registry, expected) in [
            ("localhost", true),
            ("localhost:5000", true),
            ("127.0.0.1:5000", true),
            ("127.1.2.3", true),
            ("[::1]:5000", true),
            ("localhost.example.com", false),
            ("10.0.0.1:5000", false),
            ("ghcr.io", false),
        ] {
            assert_eq!(is_loopback(registry), expected, "{registry}");
        }
    }
}
