//! The Kubernetes version of a node image, and what changed between versions that matters here.

use std::fmt;

/// `v1.36.4`, with what decides about behaviour read out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    text: String,
    major: u16,
    minor: u16,
}

/// The file is not a version.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// Not of the form `v1.2.3`.
    #[error("`{0}` is not a Kubernetes version")]
    Malformed(String),
    /// Too old for the way nodes are set up.
    #[error("Kubernetes {0} is too old")]
    TooOld(String),
}

impl crate::error::Hint for Error {
    fn hint(&self) -> Option<std::borrow::Cow<'static, str>> {
        match self {
            Error::Malformed(_) => Some(
                "use a node image made for kind; its file `/kind/version` names the version".into(),
            ),
            Error::TooOld(_) => Some("use a node image of Kubernetes 1.25 or newer".into()),
        }
    }
}

impl Version {
    /// Reads `v1.36.4`, `v1.37.0-rc.1` or `v1.36.4+build`, with surrounding white space.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let malformed = || Error::Malformed(text.chars().take(60).collect());
        let rest = text.strip_prefix('v').ok_or_else(malformed)?;
        let numbers = rest.split(['-', '+']).next().unwrap_or_default();
        let mut parts = numbers.split('.').map(str::parse::<u16>);
        let mut next = || parts.next().and_then(Result::ok).ok_or_else(malformed);
        let (major, minor, _patch) = (next()?, next()?, next()?);
        if (major, minor) < (1, 25) {
            return Err(Error::TooOld(text.to_owned()));
        }
        Ok(Self {
            text: text.to_owned(),
            major,
            minor,
        })
    }

    fn at_least(&self, minor: u16) -> bool {
        (self.major, self.minor) >= (1, minor)
    }

    /// kubeadm's configuration API as kind chooses it.
    pub fn kubeadm_api(&self) -> &'static str {
        if self.kubeadm_lists_args() {
            "kubeadm.k8s.io/v1beta4"
        } else {
            "kubeadm.k8s.io/v1beta3"
        }
    }

    /// Extra arguments are lists of name and value (v1beta4) instead of maps.
    pub fn kubeadm_lists_args(&self) -> bool {
        self.at_least(36)
    }

    /// The kubelet refuses to run on cgroup v1 unless told otherwise.
    pub fn kubelet_refuses_cgroup_v1(&self) -> bool {
        self.at_least(35)
    }

    /// kubeadm notes the container runtime's socket in an annotation of the Node.
    pub fn annotates_cri_socket(&self) -> bool {
        !self.at_least(34)
    }

    /// Group of cluster administrators in kubeadm's certificates; before 1.29 they bypassed authorisation.
    pub fn admin_group(&self) -> &'static str {
        if self.at_least(29) {
            "kubeadm:cluster-admins"
        } else {
            "system:masters"
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_round_trip() {
        for text in ["v1.36.4", "v1.37.0-rc.1", "v1.36.4+k3s1"] {
            assert_eq!(
                Version::parse(&format!("{text}\n")).unwrap().to_string(),
                text
            );
        }
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for text in ["", "1.36.4", "v1.36", "v1.x.4", "latest"] {
            assert_eq!(Version::parse(text), Err(Error::Malformed(text.into())));
        }
        assert_eq!(
            Version::parse("v1.24.17"),
            Err(Error::TooOld("v1.24.17".into()))
        );
    }

    #[test]
    fn behaviour_follows_the_minor_version() {
        let (old, new) = (
            Version::parse("v1.28.0").unwrap(),
            Version::parse("v1.36.4").unwrap(),
        );
        assert_eq!(
            (old.kubeadm_api(), new.kubeadm_api()),
            ("kubeadm.k8s.io/v1beta3", "kubeadm.k8s.io/v1beta4")
        );
        assert_eq!(
            (old.admin_group(), new.admin_group()),
            ("system:masters", "kubeadm:cluster-admins")
        );
        assert!(old.annotates_cri_socket() && !new.annotates_cri_socket());
    }
}
