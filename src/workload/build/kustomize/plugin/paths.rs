//! The files that configuration objects name: known before the build, from their documents.

use super::super::generate::file_source;
use crate::yaml::{Node, Value};

/// What a file is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Use {
    /// Patches; where none is found, the path may be a patch itself.
    Patch,
    /// The value of a key of this name.
    Keyed(String),
    /// Lines `KEY=VALUE`.
    Variables,
    /// Configuration.
    Configuration,
}

/// A path that a configuration object names, from the folder of the kustomization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mentioned {
    /// As it is written.
    pub path: String,
    /// What it is for.
    pub usage: Use,
}

/// The paths that configuration objects name. Documents that are none name nothing.
pub(crate) fn paths_of(documents: &[Node]) -> Vec<Mentioned> {
    let mut found = Vec::new();
    for document in documents {
        if field_text(document, "kind").is_some_and(|kind| kind.ends_with("List")) {
            let items = field(document, "items").map(Node::items);
            found.extend(paths_of(items.unwrap_or_default()));
        } else if field_text(document, "apiVersion") == Some("builtin") {
            collect(document, &mut found);
        }
    }
    found
}

fn collect(document: &Node, found: &mut Vec<Mentioned>) {
    let mut add = |path: &str, usage: Use| {
        if !path.is_empty() {
            let path = path.to_owned();
            found.push(Mentioned { path, usage });
        }
    };
    let one = |name| field_text(document, name).into_iter();
    let many = |name| {
        let items = field(document, name).map(Node::items).unwrap_or_default();
        items.iter().filter_map(Node::as_str)
    };
    match field_text(document, "kind").unwrap_or_default() {
        "PatchTransformer" | "PatchJson6902Transformer" => {
            one("path").for_each(|path| add(path, Use::Patch));
        }
        "PatchStrategicMergeTransformer" => many("paths").for_each(|path| add(path, Use::Patch)),
        "ValueAddTransformer" => {
            one("targetFilePath").for_each(|path| add(path, Use::Configuration));
        }
        "ReplacementTransformer" => {
            let entries = field(document, "replacements").map(Node::items);
            for entry in entries.unwrap_or_default() {
                if let Some(path) = field_text(entry, "path") {
                    add(path, Use::Configuration);
                }
            }
        }
        "ConfigMapGenerator" | "SecretGenerator" => {
            many("envs").for_each(|path| add(path, Use::Variables));
            one("env").for_each(|path| add(path, Use::Variables));
            for (key, path) in many("files").filter_map(|source| file_source(source).ok()) {
                add(path, Use::Keyed(key.to_owned()));
            }
        }
        "HelmChartInflationGenerator" => {
            one("valuesFile").for_each(|path| add(path, Use::Configuration));
            many("additionalValuesFiles").for_each(|path| add(path, Use::Configuration));
        }
        _ => {}
    }
}

/// The value of a field, whose name is compared as the readers of these objects do.
fn field<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let Value::Map(entries) = &node.value else {
        return None;
    };
    let mut found = entries
        .iter()
        .filter(|entry| entry.key.eq_ignore_ascii_case(name));
    found.next().map(|entry| &entry.value)
}

fn field_text<'n>(node: &'n Node, name: &str) -> Option<&'n str> {
    field(node, name)?.as_str()
}
