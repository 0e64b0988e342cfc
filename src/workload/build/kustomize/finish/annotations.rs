//! Annotations at the end of a build: those of the way through it go, those that were asked for come.

use serde_json::{Map, Value};

use super::super::file::{BuildMetadata, Kustomization};
use super::super::goyaml;
use super::super::provenance::Provenance;
use super::super::resource::{Resource, as_map, child};

/// Where an object comes from.
const ORIGIN: &str = "config.kubernetes.io/origin";

/// What changed an object.
const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";

/// Annotations that kustomize and functions keep for themselves.
const INTERNAL: [&str; 19] = [
    "internal.config.kubernetes.io/previousKinds",
    "internal.config.kubernetes.io/previousNames",
    "internal.config.kubernetes.io/prefixes",
    "internal.config.kubernetes.io/suffixes",
    "internal.config.kubernetes.io/previousNamespaces",
    "internal.config.kubernetes.io/allowNameChange",
    "internal.config.kubernetes.io/allowKindChange",
    "internal.config.kubernetes.io/refBy",
    "internal.config.kubernetes.io/generatorBehavior",
    "internal.config.kubernetes.io/needsHashSuffix",
    "internal.config.kubernetes.io/path",
    "internal.config.kubernetes.io/index",
    "internal.config.kubernetes.io/seqindent",
    "internal.config.kubernetes.io/id",
    "internal.config.kubernetes.io/annotations-migration-resource-id",
    "config.kubernetes.io/path",
    "config.kubernetes.io/index",
    "config.k8s.io/id",
    "internal.config.kubernetes.io/helm-generated",
];

/// Brings the annotations of an object into their final form: all values are texts, and there is none without any.
pub(super) fn write(resource: &mut Resource, root: &Kustomization) {
    let metadata = child(as_map(&mut resource.json), "metadata");
    let mut annotations = match metadata.remove("annotations") {
        Some(Value::Object(annotations)) => annotations,
        _ => Map::new(),
    };
    annotations.retain(|key, value| {
        if INTERNAL.contains(&key.as_str()) || key == ORIGIN || key == TRANSFORMATIONS {
            return false;
        }
        if !value.is_string() {
            *value = as_text(value).into();
        }
        true
    });
    let history = &resource.history;
    if root.asks_for(BuildMetadata::Origin)
        && let Some(provenance) = &history.provenance
    {
        annotations.insert(ORIGIN.to_owned(), text(provenance).into());
    }
    if root.asks_for(BuildMetadata::Transformer) && !history.transformations.is_empty() {
        let transformations = history.transformations.iter().map(item).collect::<String>();
        annotations.insert(TRANSFORMATIONS.to_owned(), transformations.into());
    }
    if !annotations.is_empty() {
        metadata.insert("annotations".to_owned(), Value::Object(annotations));
    }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        _ => String::new(),
    }
}

/// The YAML of a provenance.
pub(super) fn text(provenance: &Provenance) -> String {
    let mut text = fields(
        "",
        &[
            ("path", &provenance.path),
            ("repo", &provenance.repository),
            ("ref", &provenance.reference),
            ("configuredIn", &provenance.configured_in),
        ],
    );
    if let Some(by) = &provenance.configured_by {
        text.push_str("configuredBy:\n");
        text += &fields(
            "  ",
            &[
                ("apiVersion", &by.api_version),
                ("kind", &by.kind),
                ("name", &by.name),
                ("namespace", &by.namespace),
            ],
        );
    }
    if text.is_empty() {
        text.push_str("{}\n");
    }
    text
}

/// One line for each field that has a value.
fn fields(indent: &str, fields: &[(&str, &String)]) -> String {
    let filled = fields.iter().filter(|(_, value)| !value.is_empty());
    let parts = filled.flat_map(|(name, value)| {
        let value = goyaml::text(value, indent.len() + 2);
        [indent, name, ": ", &value, "\n"].map(str::to_owned)
    });
    parts.collect()
}

/// The same as an item of a list.
fn item(provenance: &Provenance) -> String {
    let mut item = String::new();
    for (place, line) in text(provenance).lines().enumerate() {
        item.push_str(if place == 0 { "- " } else { "  " });
        item.push_str(line);
        item.push('\n');
    }
    item
}
