//! Readers to measure: ours to places and to JSON values, and `serde_yaml`.

use ksail::yaml::{self, Source};
use serde::Deserialize as _;
use serde_json::Value;

/// Manifests that are read at once.
pub(crate) const MANY: usize = 10_000;

/// Values with their places.
pub(crate) fn nodes(text: &str) -> Vec<yaml::Node> {
    yaml::load(text, &Source::new("bench")).unwrap()
}

/// The same as JSON.
pub(crate) fn values(text: &str) -> Vec<Value> {
    nodes(text).into_iter().map(yaml::Node::into_json).collect()
}

/// What `serde_yaml` makes of the text.
pub(crate) fn serde_yaml(text: &str) -> Vec<Value> {
    serde_yaml::Deserializer::from_str(text)
        .map(|document| Value::deserialize(document).unwrap())
        .collect()
}

/// Documents as JSON, one in a line.
pub(crate) fn json(yaml: &str) -> String {
    let documents: Vec<String> = values(yaml).iter().map(Value::to_string).collect();
    documents.join("\n")
}
