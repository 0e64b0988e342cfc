//! Names of types as people write them (`deploy`, `deployments.apps`, `Deployment`) to where their objects live.

use serde::Deserialize;

use super::api::{Api, Call};
use super::discovery::AGGREGATED;
use super::error::Error;
use super::resource::Resource;

/// All types of a server, in its order of preference.
#[derive(Debug, Default)]
pub struct Types(Vec<Type>);

#[derive(Debug)]
struct Type {
    resource: Resource,
    kind: String,
    singular: String,
    short: Vec<String>,
}

#[derive(Deserialize)]
struct Root {
    items: Option<Vec<Group>>,
    versions: Option<Vec<String>>,
    groups: Option<Vec<OldGroup>>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    metadata: GroupName,
    #[serde(default)]
    versions: Vec<Version>,
}

#[derive(Deserialize, Default)]
struct GroupName {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Version {
    version: String,
    #[serde(default)]
    resources: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    resource: String,
    response_kind: Option<Kind>,
    scope: String,
    #[serde(default)]
    singular_resource: String,
    #[serde(default)]
    short_names: Vec<String>,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(default)]
    kind: String,
}

#[derive(Deserialize)]
struct OldGroup {
    versions: Vec<OldVersion>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OldVersion {
    group_version: String,
}

#[derive(Deserialize)]
struct OldResources {
    #[serde(default)]
    resources: Vec<OldResource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OldResource {
    name: String,
    kind: String,
    namespaced: bool,
    #[serde(default)]
    singular_name: String,
    #[serde(default)]
    short_names: Vec<String>,
}

impl Types {
    /// Asks the server: two requests, or one per group version on servers before 1.27.
    pub async fn fetch(api: &Api) -> Result<Self, Error> {
        let (core, groups) = tokio::try_join!(fetch_root(api, "/api"), fetch_root(api, "/apis"))?;
        Ok(Self(core.into_iter().chain(groups).collect()))
    }

    /// The type called `name`: plural, singular, short name or kind, as `TYPE`, `TYPE.GROUP` or `TYPE.VERSION.GROUP`;
    /// case does not matter. With it comes the kind of its objects.
    pub fn find(&self, name: &str) -> Option<(&Resource, &str)> {
        let name = name.to_lowercase();
        let (word, rest) = name.split_once('.').unwrap_or((&name, ""));
        let belongs = |found: &&Type| {
            let (group, version) = match found.resource.api_version.rsplit_once('/') {
                Some((group, version)) => (group, version),
                None => ("", found.resource.api_version.as_str()),
            };
            rest.is_empty() || rest == group || rest == format!("{version}.{group}")
        };
        // A short name must not hide a type of exactly that name.
        let ways: [fn(&Type, &str) -> bool; 2] = [
            |found, word| {
                found.resource.plural == word
                    || found.singular == word
                    || found.kind.to_lowercase() == word
            },
            |found, word| found.short.iter().any(|short| short == word),
        ];
        ways.iter().find_map(|is_called| {
            let mut candidates = self.0.iter().filter(belongs);
            candidates
                .find(|found| is_called(found, word))
                .map(|found| (&found.resource, found.kind.as_str()))
        })
    }

    /// Plural names, for guesses at what was meant.
    pub fn plurals(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|known| known.resource.plural.as_str())
    }
}

async fn fetch_root(api: &Api, path: &str) -> Result<Vec<Type>, Error> {
    let call = Call {
        accept: AGGREGATED,
        ..Call::get(path)
    };
    let root: Root = api.send(call).await?.json()?;
    if let Some(groups) = root.items {
        return Ok(aggregated(groups));
    }
    let versions = root.versions.unwrap_or_default();
    let groups = root.groups.unwrap_or_default();
    let of_groups = groups.into_iter().flat_map(|group| group.versions);
    let mut found = Vec::new();
    for version in versions
        .into_iter()
        .chain(of_groups.map(|version| version.group_version))
    {
        let list: OldResources = match api.send(Call::get(&format!("{path}/{version}"))).await {
            // An extension server that does not answer serves nothing.
            Err(error) if matches!(error.code(), Some(404 | 503)) => continue,
            other => other?.json()?,
        };
        let own = list.resources.into_iter();
        found.extend(
            own.filter(|resource| !resource.name.contains('/'))
                .map(|resource| Type {
                    resource: Resource {
                        api_version: version.clone(),
                        plural: resource.name,
                        namespaced: resource.namespaced,
                    },
                    kind: resource.kind,
                    singular: resource.singular_name,
                    short: resource.short_names,
                }),
        );
    }
    Ok(found)
}

fn aggregated(groups: Vec<Group>) -> Vec<Type> {
    let mut found = Vec::new();
    for Group { metadata, versions } in groups {
        for Version { version, resources } in versions {
            let api_version = match metadata.name.as_str() {
                "" => version,
                group => format!("{group}/{version}"),
            };
            found.extend(resources.into_iter().map(|item| Type {
                resource: Resource {
                    api_version: api_version.clone(),
                    plural: item.resource,
                    namespaced: item.scope == "Namespaced",
                },
                kind: item.response_kind.map(|kind| kind.kind).unwrap_or_default(),
                singular: item.singular_resource,
                short: item.short_names,
            }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn types() -> Types {
        let root: Root = serde_json::from_value(json!({ "items": [
            { "metadata": { "name": "" }, "versions": [{ "version": "v1", "resources": [
                { "resource": "pods", "singularResource": "pod", "responseKind": { "kind": "Pod" }, "scope": "Namespaced", "shortNames": ["po"] },
                { "resource": "events", "singularResource": "event", "responseKind": { "kind": "Event" }, "scope": "Namespaced" }
            ]}]},
            { "metadata": { "name": "events.k8s.io" }, "versions": [{ "version": "v1", "resources": [
                { "resource": "events", "singularResource": "event", "responseKind": { "kind": "Event" }, "scope": "Namespaced" }
            ]}]},
            { "metadata": { "name": "x.io" }, "versions": [
                { "version": "v2", "resources": [{ "resource": "po", "responseKind": { "kind": "Po" }, "scope": "Cluster" }]},
                { "version": "v1", "resources": [{ "resource": "po", "responseKind": { "kind": "Po" }, "scope": "Cluster" }]}
            ]}
        ]}))
        .unwrap();
        Types(aggregated(root.items.unwrap()))
    }

    #[test]
    fn types_have_many_names() {
        let types = types();
        for (name, api_version, plural) in [
            ("pods", "v1", "pods"),
            ("pod", "v1", "pods"),
            ("Pod", "v1", "pods"),
            ("events", "v1", "events"),
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
        assert!(types.plurals().any(|plural| plural == "pods"));
    }
}
