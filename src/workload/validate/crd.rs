//! Kinds that the input itself defines.

use serde_json::{Value as Json, json};

/// A kind that a `CustomResourceDefinition` defines, in one version.
pub(super) struct Custom {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) namespaced: bool,
    /// Its status is a subresource.
    pub(super) status: bool,
    /// What objects of it may contain, with what all objects have.
    pub(super) schema: Json,
}

/// The kinds of a definition, in all versions that are served. A definition that is not complete defines nothing; what
/// is wrong with it is found when it is checked itself.
pub(super) fn customs(definition: &Json) -> Vec<Custom> {
    let spec = &definition["spec"];
    let (Some(group), Some(kind)) = (spec["group"].as_str(), spec["names"]["kind"].as_str()) else {
        return Vec::new();
    };
    let versions = spec["versions"].as_array().into_iter().flatten();
    versions
        .filter(|version| version["served"] == true)
        .filter_map(|version| {
            Some(Custom {
                api_version: format!("{group}/{}", version["name"].as_str()?),
                kind: kind.to_owned(),
                namespaced: spec["scope"] != "Cluster",
                status: version["subresources"]
                    .get("status")
                    .is_some_and(|status| !status.is_null()),
                schema: whole(&version["schema"]["openAPIV3Schema"]),
            })
        })
        .collect()
}

/// A schema with the fields that every object has. What it says of `metadata` holds on top.
fn whole(schema: &Json) -> Json {
    let mut schema = if schema.is_object() {
        schema.clone()
    } else {
        json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true })
    };
    let meta = json!({ "$ref": "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" });
    let metadata = match schema["properties"].get("metadata") {
        Some(own) => {
            let mut own = own.clone();
            if let Some(own) = own.as_object_mut() {
                own.remove("type");
                own.insert(
                    "x-kubernetes-preserve-unknown-fields".to_owned(),
                    true.into(),
                );
            }
            json!({ "allOf": [meta, own] })
        }
        None => meta,
    };
    if !schema["properties"].is_object() {
        schema["properties"] = json!({});
    }
    schema["properties"]["metadata"] = metadata;
    schema["properties"]["apiVersion"] = json!({ "type": "string" });
    schema["properties"]["kind"] = json!({ "type": "string" });
    schema
}
