//! Bundled schemas of Kubernetes, by minor version. `schemas/README.md` says where they come from.

use std::io::{self, Read};

use flate2::read::GzDecoder;

use super::openapi::Kinds;

/// A minor version of Kubernetes whose schemas are at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release(usize);

/// Newest first; all but that hold only what differs from it.
const PACKED: [(&str, &[u8]); 6] = [
    ("1.36", include_bytes!("schemas/1.36.json.gz")),
    ("1.35", include_bytes!("schemas/1.35.json.gz")),
    ("1.34", include_bytes!("schemas/1.34.json.gz")),
    ("1.33", include_bytes!("schemas/1.33.json.gz")),
    ("1.32", include_bytes!("schemas/1.32.json.gz")),
    ("1.31", include_bytes!("schemas/1.31.json.gz")),
];

impl Release {
    /// The newest.
    pub const NEWEST: Release = Release(0);

    /// All, newest first.
    pub fn all() -> impl Iterator<Item = Release> {
        (0..PACKED.len()).map(Release)
    }

    /// Its name, e.g. `1.36`.
    pub fn name(self) -> &'static str {
        PACKED[self.0].0
    }

    pub(super) fn is_before_1_34(self) -> bool {
        self.name() < "1.34"
    }

    pub(super) fn is_before_1_36(self) -> bool {
        self.name() < "1.36"
    }

    /// The release of a version: `1.33`, `v1.33` or `v1.33.4`.
    pub fn of(version: &str) -> Option<Self> {
        let plain = version.strip_prefix('v').unwrap_or(version);
        Self::all().find(|release| {
            plain
                .strip_prefix(release.name())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// Unpacks this release, and no other than that and the newest.
    pub(super) fn unpack(self) -> io::Result<Kinds> {
        let newest = unpack(PACKED[0].1)?;
        if self == Self::NEWEST {
            return Ok(newest);
        }
        let own = unpack(PACKED[self.0].1)?;
        let mut definitions = newest.definitions;
        definitions.extend(own.definitions);
        Ok(Kinds { definitions, ..own })
    }
}

fn unpack(packed: &[u8]) -> io::Result<Kinds> {
    let mut text = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_release_unpacks_and_refers_to_nothing_missing() {
        for release in Release::all() {
            let unpacked = release.unpack().unwrap();
            let kinds = unpacked
                .kinds
                .values()
                .flat_map(std::collections::BTreeMap::values);
            let roots = kinds.map(|kind| kind.definition.clone());
            let text = serde_json::to_string(&unpacked.definitions).unwrap();
            let inner = text.split("\"$ref\":\"").skip(1);
            let inner = inner.map(|rest| rest.split('"').next().unwrap().to_owned());
            for name in roots.chain(inner) {
                assert!(
                    unpacked.definitions.contains_key(&name),
                    "{} {name}",
                    release.name()
                );
            }
            assert!(unpacked.kinds["apps/v1"]["Deployment"].namespaced);
        }
    }

    #[test]
    fn versions_are_found_by_their_minor() {
        assert_eq!(Release::of("v1.33.4").unwrap().name(), "1.33");
        assert_eq!(Release::of("1.36").unwrap(), Release::NEWEST);
        assert_eq!(Release::of("1.3"), None);
        assert_eq!(Release::of("1.30"), None);
    }
}
