//! Names of types as people write them (`deploy`, `deployments.apps`, `Deployment`) to where their objects live.

use std::path::Path;

use super::cache::Kind;
use super::{Resource, fetch_both};
use crate::k8s::api::Api;
use crate::k8s::error::Error;

/// All types of a server, in its order of preference.
#[derive(Debug, Default)]
pub struct Types(Vec<(Kind, Resource)>);

impl Types {
    /// Asks the server; `directory` is where what it says is kept, if anywhere.
    pub async fn fetch(api: &Api, directory: Option<&Path>) -> Result<Self, Error> {
        let both = fetch_both(api, directory).await?;
        let pages = [both.core, both.groups].into_iter().flatten();
        Ok(Self::of(pages.flat_map(|page| page.kinds)))
    }

    fn of(kinds: impl IntoIterator<Item = Kind>) -> Self {
        let placed = kinds.into_iter().map(|kind| {
            let resource = kind.resource();
            (kind, resource)
        });
        Self(placed.collect())
    }

    /// The type called `name`: plural, singular, short name or kind, as `TYPE`, `TYPE.GROUP` or `TYPE.VERSION.GROUP`;
    /// case does not matter. With it comes the kind of its objects.
    pub fn find(&self, name: &str) -> Option<(&Resource, &str)> {
        let name = name.to_lowercase();
        let (word, rest) = name.split_once('.').unwrap_or((&name, ""));
        let belongs = |found: &&(Kind, Resource)| {
            let version = found.0.api_version.as_str();
            let (group, version) = version.rsplit_once('/').unwrap_or(("", version));
            rest.is_empty() || rest == group || rest == format!("{version}.{group}")
        };
        // A short name must not hide a type of exactly that name.
        let ways: [fn(&Kind, &str) -> bool; 2] = [
            |kind, word| {
                kind.plural == word || kind.singular == word || kind.kind.to_lowercase() == word
            },
            |kind, word| kind.short_names.iter().any(|short| short == word),
        ];
        ways.iter().find_map(|is_called| {
            let mut candidates = self.0.iter().filter(belongs);
            candidates
                .find(|(kind, _)| is_called(kind, word))
                .map(|(kind, resource)| (resource, kind.kind.as_str()))
        })
    }

    /// Plural names, for guesses at what was meant.
    pub fn plurals(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(kind, _)| kind.plural.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(api_version: &str, kind: &str, plural: &str, short: &[&str]) -> Kind {
        Kind {
            api_version: api_version.into(),
            kind: kind.into(),
            plural: plural.into(),
            singular: kind.to_lowercase(),
            short_names: short.iter().map(ToString::to_string).collect(),
            namespaced: true,
        }
    }

    #[test]
    fn types_have_many_names() {
        let types = Types::of([
            kind("v1", "Pod", "pods", &["po"]),
            kind("v1", "Event", "events", &["ev"]),
            kind("events.k8s.io/v1", "Event", "events", &["ev"]),
            kind("x.io/v2", "Po", "po", &[]),
            kind("x.io/v1", "Po", "po", &[]),
        ]);
        for (name, api_version, plural) in [
            ("pods", "v1", "pods"),
            ("pod", "v1", "pods"),
            ("Pod", "v1", "pods"),
            ("pods.v1.", "v1", "pods"),
            ("events", "v1", "events"),
            ("ev", "v1", "events"),
            ("events.events.k8s.io", "events.k8s.io/v1", "events"),
            ("event.v1.events.k8s.io", "events.k8s.io/v1", "events"),
            ("po", "x.io/v2", "po"),
            ("po.v1.x.io", "x.io/v1", "po"),
        ] {
            let (found, _) = types.find(name).unwrap();
            assert_eq!(
                (found.api_version.as_str(), found.plural.as_str()),
                (api_version, plural),
                "{name}"
            );
        }
        assert_eq!(types.find("nothing"), None);
        assert_eq!(types.find("pods.apps"), None);
        assert_eq!(types.find("deploy"), None);
        assert!(types.plurals().any(|plural| plural == "pods"));
    }
}
