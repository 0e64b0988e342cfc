//! OpenAPI v3 documents of a server, one per group version, reduced to what validation needs.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// Kinds and the schemas they need.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Kinds {
    /// By `apiVersion` and name.
    pub kinds: BTreeMap<String, BTreeMap<String, Kind>>,
    /// Schemas by name.
    pub definitions: HashMap<String, Json>,
}

/// A kind that can be created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// Name of its schema.
    pub definition: String,
    /// Whether it lives in namespaces.
    pub namespaced: bool,
    /// Whether its status is written apart from the rest.
    #[serde(default)]
    pub status: bool,
}

/// Reduces a document as `/openapi/v3/apis/apps/v1` answers it.
pub fn reduce(mut document: Json) -> Kinds {
    let mut reduced = Kinds::default();
    let schemas = document
        .pointer_mut("/components/schemas")
        .and_then(Json::as_object_mut)
        .map(std::mem::take)
        .unwrap_or_default();
    let names = names_by_kind(&schemas);
    let paths = document.get("paths").and_then(Json::as_object);
    for (path, methods) in paths.into_iter().flatten() {
        let post = &methods["post"];
        if post["x-kubernetes-action"] != "post" || path.contains("{name}") {
            continue;
        }
        let Some(kind) = GroupVersionKind::read(&post["x-kubernetes-group-version-kind"]) else {
            continue;
        };
        let Some(definition) = names.get(&kind) else {
            continue;
        };
        let status = format!("{path}/{{name}}/status");
        let described = Kind {
            definition: definition.clone(),
            namespaced: path.contains("/namespaces/{namespace}/"),
            status: paths.is_some_and(|paths| paths.contains_key(&status)),
        };
        let version = reduced.kinds.entry(kind.api_version).or_default();
        version.insert(kind.kind, described);
    }
    reduced.definitions = schemas
        .into_iter()
        .map(|(name, mut schema)| {
            drop_prose(&mut schema);
            (name, schema)
        })
        .collect();
    reduced
}

#[derive(PartialEq, Eq, Hash)]
struct GroupVersionKind {
    api_version: String,
    kind: String,
}

impl GroupVersionKind {
    fn read(json: &Json) -> Option<Self> {
        let version = json["version"].as_str()?;
        Some(Self {
            api_version: match json["group"].as_str()? {
                "" => version.to_owned(),
                group => format!("{group}/{version}"),
            },
            kind: json["kind"].as_str()?.to_owned(),
        })
    }
}

/// Names of the schemas that describe one kind and no other.
fn names_by_kind(schemas: &Map<String, Json>) -> HashMap<GroupVersionKind, String> {
    let kind = |schema: &Json| match schema["x-kubernetes-group-version-kind"]
        .as_array()?
        .as_slice()
    {
        [only] => GroupVersionKind::read(only),
        _ => None,
    };
    schemas
        .iter()
        .filter_map(|(name, schema)| Some((kind(schema)?, name.clone())))
        .collect()
}

/// Drops descriptions, which are most of a document.
fn drop_prose(schema: &mut Json) {
    match schema {
        Json::Object(keywords) => {
            // A property of this name is a schema, not text.
            keywords.retain(|name, value| !(name == "description" && value.is_string()));
            keywords.values_mut().for_each(drop_prose);
        }
        Json::Array(items) => items.iter_mut().for_each(drop_prose),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn kinds_are_those_that_can_be_created() {
        let gvk = json!({ "group": "x.io", "version": "v1", "kind": "Thing" });
        let post = json!({ "x-kubernetes-action": "post", "x-kubernetes-group-version-kind": gvk });
        let document = json!({
            "paths": {
                "/apis/x.io/v1/namespaces/{namespace}/things": { "post": post },
                "/apis/x.io/v1/namespaces/{namespace}/things/{name}/status": { "get": {} },
                "/apis/x.io/v1/namespaces/{namespace}/things/{name}/eviction": { "post": post },
            },
            "components": { "schemas": {
                "io.x.v1.Thing": {
                    "description": "prose", "x-kubernetes-group-version-kind": [gvk],
                    "properties": { "description": { "type": "string", "description": "prose" } }
                },
            }}
        });
        let reduced = reduce(document);
        let expected = Kind {
            definition: "io.x.v1.Thing".into(),
            namespaced: true,
            status: true,
        };
        assert_eq!(reduced.kinds["x.io/v1"]["Thing"], expected);
        let schema = &reduced.definitions["io.x.v1.Thing"];
        assert_eq!(
            schema["properties"],
            json!({ "description": { "type": "string" } })
        );
        assert_eq!(schema.get("description"), None);
    }
}
