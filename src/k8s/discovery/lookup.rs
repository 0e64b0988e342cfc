//! Finds kinds whose version is not known.

use super::{Discovery, Resource};
use crate::k8s::version;

impl Discovery {
    /// Where objects of this kind live, whatever the version: the most stable and newest of those that are served.
    pub fn served(&self, group: &str, kind: &str) -> Option<&Resource> {
        let fits = |api_version: &str, known: &str| {
            known == kind && version::split(api_version).0 == group
        };
        let all = self.kinds.iter();
        let served = all.filter(|((api_version, known), _)| fits(api_version, known));
        let best = served.max_by_key(|((api_version, _), _)| version::rank(api_version))?;
        Some(best.1)
    }

    /// Whether the server cannot say at the moment which kinds of a group it serves.
    pub fn is_unsure(&self, group: &str) -> bool {
        let mut stale = self.stale.iter();
        stale.any(|api_version| version::split(api_version).0 == group)
    }

    /// The kind that a resource of this name and group holds. The name is the plural, or the kind in lower case.
    pub fn kind_of(&self, name: &str, group: &str) -> Option<(&str, &Resource)> {
        let fits = |api_version: &str, kind: &str, resource: &Resource| {
            let named = resource.plural == name || kind.to_lowercase() == name;
            named && version::split(api_version).0 == group
        };
        let all = self.kinds.iter();
        let named = all.filter(|((api_version, kind), resource)| fits(api_version, kind, resource));
        let best = named.max_by_key(|((api_version, _), _)| version::rank(api_version))?;
        Some((&best.0.1, best.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_found_without_a_version() {
        let mut found = Discovery::default();
        let key = |version: &str| (version.to_owned(), "Thing".to_owned());
        let versions = ["x.io/v1beta1", "x.io/v1", "y.io/v2"];
        found.add(versions.map(|version| (key(version), Resource::things(version, true))));
        assert_eq!(
            found.served("x.io", "Thing").unwrap().api_version,
            "x.io/v1"
        );
        assert_eq!(found.served("", "Thing"), None);
        for name in ["thing", "things"] {
            let (kind, resource) = found.kind_of(name, "y.io").unwrap();
            assert_eq!((kind, resource.api_version.as_str()), ("Thing", "y.io/v2"));
        }
        assert_eq!(found.kind_of("thing", "z.io"), None);
    }
}
