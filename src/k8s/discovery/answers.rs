//! Answers of `/api` and `/apis`, in the aggregated form (`APIGroupDiscoveryList`) or in the older ones.

use serde::Deserialize;

use super::cache::Kind;

/// What an answer amounts to.
pub(super) enum Kinds {
    /// All kinds, and the group versions of which the server only knows that they exist.
    Aggregated {
        kinds: Vec<Kind>,
        stale: Vec<String>,
    },
    /// Group versions, each of which has to be asked for.
    Versions(Vec<String>),
}

#[derive(Deserialize)]
pub(super) struct Root {
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
    /// `Stale` if the server behind it does not answer.
    #[serde(default)]
    freshness: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceItem {
    resource: String,
    response_kind: Option<ResponseKind>,
    scope: String,
    #[serde(default)]
    singular_resource: String,
    #[serde(default)]
    short_names: Vec<String>,
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

impl Root {
    pub(super) fn read(self) -> Kinds {
        match self {
            Root {
                items: Some(items), ..
            } => aggregated(items),
            Root {
                versions: Some(versions),
                ..
            } => Kinds::Versions(versions),
            Root { groups, .. } => {
                let groups = groups.into_iter().flatten();
                let versions = groups.flat_map(|group| group.versions);
                Kinds::Versions(versions.map(|version| version.group_version).collect())
            }
        }
    }
}

fn aggregated(items: Vec<GroupItem>) -> Kinds {
    let (mut kinds, mut stale) = (Vec::new(), Vec::new());
    for GroupItem { metadata, versions } in items {
        for version in versions {
            let api_version = match metadata.name.as_str() {
                "" => version.version,
                group => format!("{group}/{}", version.version),
            };
            let named = version.resources.into_iter().filter_map(|item| {
                let kind = item.response_kind?.kind;
                (!kind.is_empty()).then(|| Kind {
                    api_version: api_version.clone(),
                    kind,
                    plural: item.resource,
                    singular: item.singular_resource,
                    short_names: item.short_names,
                    namespaced: item.scope == "Namespaced",
                })
            });
            let before = kinds.len();
            kinds.extend(named);
            if version.freshness == "Stale" && kinds.len() == before {
                stale.push(api_version);
            }
        }
    }
    Kinds::Aggregated { kinds, stale }
}

/// `APIResourceList`.
#[derive(Deserialize)]
pub(super) struct Old {
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

impl Old {
    pub(super) fn kinds(self, api_version: &str) -> Vec<Kind> {
        let whole = self.resources.into_iter();
        let whole = whole.filter(|resource| !resource.name.contains('/'));
        whole
            .map(|resource| Kind {
                api_version: api_version.to_owned(),
                kind: resource.kind,
                plural: resource.name,
                singular: resource.singular_name,
                short_names: resource.short_names,
                namespaced: resource.namespaced,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn aggregated_answers_are_flattened() {
        let root: Root = serde_json::from_value(json!({ "items": [
            { "metadata": { "name": "apps" }, "versions": [{ "version": "v1", "resources": [
                { "resource": "deployments", "singularResource": "deployment", "shortNames": ["deploy"],
                  "responseKind": { "kind": "Deployment" }, "scope": "Namespaced" },
                { "resource": "odd", "scope": "Cluster" }
            ]}]},
            { "metadata": { "name": "metrics.k8s.io" }, "versions": [
                { "version": "v1beta1", "resources": [], "freshness": "Stale" }
            ]}
        ]}))
        .unwrap();
        let Kinds::Aggregated { kinds, stale } = root.read() else {
            panic!("not recognised")
        };
        let expected = Kind {
            api_version: "apps/v1".into(),
            kind: "Deployment".into(),
            plural: "deployments".into(),
            singular: "deployment".into(),
            short_names: vec!["deploy".into()],
            namespaced: true,
        };
        assert_eq!(kinds, [expected]);
        assert_eq!(stale, ["metrics.k8s.io/v1beta1"]);
    }
}
