//! Versions of Talos, and roles of nodes.

use std::fmt;

/// A minor version of Talos 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Minor(pub(super) u32);

impl Minor {
    /// The first one that the table of fields knows.
    pub(super) const OLDEST: Self = Self(9);
    /// The last one that the table of fields knows.
    pub(super) const NEWEST: Self = Self(14);

    /// Reads `1.13`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        text.strip_prefix("1.")?.parse().ok().map(Self)
    }
}

impl fmt::Display for Minor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

/// The version of Talos that decides which fields there are and what they may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TalosVersion(Minor);

impl TalosVersion {
    /// The oldest version whose configuration is known.
    pub const OLDEST: Self = Self(Minor::OLDEST);
    /// The newest version whose configuration is known.
    pub const NEWEST: Self = Self(Minor::NEWEST);

    /// The version that the tag of an image names: `v1.13.9`, `1.14.0-rc.1`. A tag that names none, and a version that
    /// is newer than what is known, count as [`Self::NEWEST`]; older ones as [`Self::OLDEST`].
    pub fn of_tag(tag: &str) -> Self {
        let text = tag.strip_prefix('v').unwrap_or(tag);
        let mut numbers = text.split(['.', '-', '+']);
        let number = |text: Option<&str>| text?.parse::<u32>().ok();
        match (number(numbers.next()), number(numbers.next())) {
            (Some(0), Some(_)) => Self::OLDEST,
            (Some(1), Some(minor)) => Self(Minor(minor).clamp(Minor::OLDEST, Minor::NEWEST)),
            _ => Self::NEWEST,
        }
    }

    /// The version that an image reference names by its tag.
    pub fn of_image(image: &str) -> Self {
        let name = image.split('@').next().unwrap_or(image);
        match name.rsplit_once(':') {
            Some((_, tag)) if !tag.contains('/') => Self::of_tag(tag),
            _ => Self::NEWEST,
        }
    }

    /// The second number: 13 of Talos 1.13.
    pub fn minor(self) -> u32 {
        self.0.0
    }

    pub(super) fn number(self) -> Minor {
        self.0
    }

    /// The minor versions of Kubernetes 1 whose images a node of this version accepts: oldest and newest.
    pub fn kubernetes(self) -> (u32, u32) {
        // Talos 1.9 brings Kubernetes 1.32 and every version one more; the five before it are accepted as well.
        let newest = self.minor() + 23;
        (newest - 5, newest)
    }
}

impl fmt::Display for TalosVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a machine is in its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// It runs etcd and the control plane.
    ControlPlane,
    /// It does not.
    Worker,
}

impl Role {
    /// What `machine.type` says.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ControlPlane => "controlplane",
            Self::Worker => "worker",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_images_name_versions() {
        for (tag, minor) in [
            ("v1.13.9", 13),
            ("1.14.0-rc.1", 14),
            ("v1.12.0-alpha.1-5-gabc", 12),
            ("v1.8.4", 9),
            ("v1.99.0", 14),
            ("latest", 14),
            ("v2.0.0", 14),
        ] {
            assert_eq!(TalosVersion::of_tag(tag).minor(), minor, "{tag}");
        }
        for (image, minor) in [
            ("ghcr.io/siderolabs/talos:v1.10.6", 10),
            ("localhost:5000/talos", 14),
            ("localhost:5000/talos:v1.9.5@sha256:0123", 9),
        ] {
            assert_eq!(TalosVersion::of_image(image).minor(), minor, "{image}");
        }
        assert_eq!(TalosVersion::of_tag("v1.13.9").kubernetes(), (31, 36));
    }
}
