//! Which kinds a server serves and where: two aggregated requests, or one per group version on old servers.

mod lookup;

use std::collections::HashMap;

use serde::Deserialize;
use tokio::task::JoinSet;

use super::api::{Api, Call};
use super::error::{Error, Refusal};
pub use super::resource::Resource;

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
    application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/// All kinds of a server, by `apiVersion` and `kind`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovery(HashMap<(String, String), Resource>);

impl Discovery {
    /// Asks the server.
    pub async fn fetch(api: &Api) -> Result<Self, Error> {
        let (core, groups) = tokio::try_join!(fetch_root(api, "/api"), fetch_root(api, "/apis"))?;
        let mut found = Self::default();
        for root in [core, groups] {
            found.0.extend(root.0);
        }
        Ok(found)
    }

    /// Where objects of this kind live.
    pub fn find(&self, api_version: &str, kind: &str) -> Result<&Resource, Error> {
        // Tuples of strings cannot be looked up by tuples of slices.
        self.0
            .get(&(api_version.to_owned(), kind.to_owned()))
            .ok_or_else(|| Error::NoKind {
                api_version: api_version.to_owned(),
                kind: kind.to_owned(),
            })
    }

    /// Adds kinds known from elsewhere; what the server said stays.
    pub fn add(&mut self, kinds: impl IntoIterator<Item = ((String, String), Resource)>) {
        for (kind, resource) in kinds {
            self.0.entry(kind).or_insert(resource);
        }
    }

    /// Whether a kind of this `apiVersion` may yet appear. Groups of Kubernetes itself are complete from the start.
    pub fn may_grow(&self, api_version: &str) -> bool {
        let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
        let built_in = !group.contains('.')
            || (group.ends_with(".k8s.io")
                && self.0.keys().any(|(version, _)| version == api_version));
        !built_in
    }
}

/// Answer of `/api` and `/apis`, in the aggregated form or in the older ones.
#[derive(Deserialize)]
struct Root {
    /// Aggregated: one item per group.
    items: Option<Vec<GroupItem>>,
    /// `/api` of old servers: versions of the core group.
    versions: Option<Vec<String>>,
    /// `/apis` of old servers.
    groups: Option<Vec<OldGroup>>,
}

#[derive(Deserialize)]
struct GroupItem {
    #[serde(default)]
    metadata: GroupName,
    #[serde(default)]
    versions: Vec<VersionItem>,
}

#[derive(Deserialize, Default)]
struct GroupName {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct VersionItem {
    version: String,
    #[serde(default)]
    resources: Vec<ResourceItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceItem {
    resource: String,
    response_kind: Option<ResponseKind>,
    scope: String,
}

#[derive(Deserialize)]
struct ResponseKind {
    #[serde(default)]
    kind: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
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
struct OldResource {
    name: String,
    kind: String,
    namespaced: bool,
}

async fn fetch_root(api: &Api, path: &str) -> Result<Discovery, Error> {
    let root: Root = api
        .send(Call {
            accept: AGGREGATED,
            ..Call::get(path)
        })
        .await?
        .json()?;
    if let Some(items) = root.items {
        return Ok(aggregated(items));
    }
    let versions: Vec<String> = match (root.versions, root.groups) {
        (Some(versions), _) => versions,
        (None, Some(groups)) => groups
            .into_iter()
            .flat_map(|group| group.versions)
            .map(|version| version.group_version)
            .collect(),
        (None, None) => Vec::new(),
    };
    let mut requests = JoinSet::new();
    for version in versions {
        let (api, path) = (api.clone(), format!("{path}/{version}"));
        requests.spawn(async move { fetch_version(&api, &path, version).await });
    }
    let mut found = Discovery::default();
    while let Some(joined) = requests.join_next().await {
        let kinds = joined.map_err(|error| api.silent(error.to_string()))??;
        found.0.extend(kinds);
    }
    Ok(found)
}

fn aggregated(items: Vec<GroupItem>) -> Discovery {
    let mut found = HashMap::new();
    for GroupItem { metadata, versions } in items {
        for VersionItem { version, resources } in versions {
            let api_version = match metadata.name.as_str() {
                "" => version,
                group => format!("{group}/{version}"),
            };
            for item in resources {
                let Some(kind) = item
                    .response_kind
                    .map(|kind| kind.kind)
                    .filter(|kind| !kind.is_empty())
                else {
                    continue;
                };
                let resource = Resource {
                    api_version: api_version.clone(),
                    plural: item.resource,
                    namespaced: item.scope == "Namespaced",
                };
                found.entry((api_version.clone(), kind)).or_insert(resource);
            }
        }
    }
    Discovery(found)
}

/// The kinds of one group version of an old server. One that an extension server fails to answer for serves nothing.
async fn fetch_version(
    api: &Api,
    path: &str,
    api_version: String,
) -> Result<Vec<((String, String), Resource)>, Error> {
    let answer = match api.send(Call::get(path)).await {
        Err(Error::Refused(Refusal {
            code: 404 | 503, ..
        })) => return Ok(Vec::new()),
        other => other?,
    };
    let list: OldResources = answer.json()?;
    Ok(list
        .resources
        .into_iter()
        .filter(|resource| !resource.name.contains('/'))
        .map(|resource| {
            let place = Resource {
                api_version: api_version.clone(),
                plural: resource.name,
                namespaced: resource.namespaced,
            };
            ((api_version.clone(), resource.kind), place)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn aggregated_answers_are_flattened() {
        let root: Root = serde_json::from_value(json!({ "items": [{
            "metadata": { "name": "apps" },
            "versions": [{ "version": "v1", "resources": [
                { "resource": "deployments", "responseKind": { "kind": "Deployment" }, "scope": "Namespaced" },
                { "resource": "odd", "scope": "Cluster" }
            ]}]
        }]}))
        .unwrap();
        let found = aggregated(root.items.unwrap());
        assert_eq!(
            found.find("apps/v1", "Deployment").unwrap().plural,
            "deployments"
        );
        assert_eq!(
            found.find("apps/v1", "Deploymnt").unwrap_err().to_string(),
            "no matches for kind `Deploymnt` in version `apps/v1`"
        );
    }

    #[test]
    fn only_foreign_groups_may_grow() {
        let mut found = Discovery::default();
        found.add([(
            ("networking.k8s.io/v1".to_owned(), "Ingress".to_owned()),
            Resource::things("networking.k8s.io/v1", true),
        )]);
        for (api_version, expected) in [
            ("v1", false),
            ("apps/v1", false),
            ("networking.k8s.io/v1", false),
            ("gateway.networking.k8s.io/v1", true),
            ("x.io/v1", true),
        ] {
            assert_eq!(found.may_grow(api_version), expected, "{api_version}");
        }
    }
}
