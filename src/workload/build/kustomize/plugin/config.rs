//! A configuration object as something that can be read strictly.

use serde_json::Value;

use super::super::error::Error;
use super::super::fieldspec::FieldSpec;
use super::super::file::read_field_spec;
use super::super::resource::Resource;
use crate::config::{self, Cell, Fields};
use crate::error::Hint as _;
use crate::yaml::{self, Entry, Mark, Node, Source};

/// A configuration object. Everything in it has the place of the object, because transformers may have changed it.
pub(super) struct Config<'w> {
    node: Node,
    source: Source,
    warnings: &'w mut Vec<String>,
}

impl<'w> Config<'w> {
    pub(super) fn of(resource: &Resource, warnings: &'w mut Vec<String>) -> Self {
        let at = Mark {
            line: resource.origin.line,
            column: 1,
        };
        Self {
            node: node(&resource.json, at),
            source: resource.origin.source.clone(),
            warnings,
        }
    }

    /// Reads its fields; `metadata` counts as read.
    pub(super) fn read<T>(
        &mut self,
        read: impl Fn(&mut Fields<'_>, &Cell<'_>) -> Result<T, config::Error>,
    ) -> Result<T, Error> {
        self.read_root(|cell| {
            let mut fields = cell.fields()?.fold_case();
            for name in ["apiVersion", "kind", "metadata"] {
                fields.take(name);
            }
            let value = read(&mut fields, cell)?;
            fields.finish()?;
            Ok(value)
        })
    }

    /// Reads it as a whole. A field that is unknown is only warned of, because kustomize ignores it here.
    pub(super) fn read_root<T>(
        &mut self,
        read: impl Fn(&Cell<'_>) -> Result<T, config::Error>,
    ) -> Result<T, Error> {
        loop {
            let error = match read(&Cell::root(&self.node, &self.source)) {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let Some(field) = error.unknown_field().map(str::to_owned) else {
                return Err(error.into());
            };
            if !remove(&mut self.node, "", &field) {
                return Err(error.into());
            }
            let hint = match error.hint() {
                Some(hint) => format!(" ({hint})"),
                None => String::new(),
            };
            let warning = format!("{error}, and it is ignored{hint}");
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }
}

/// Removes the field that messages call `wanted` from a node that they call `path`. Whether it was there.
fn remove(node: &mut Node, path: &str, wanted: &str) -> bool {
    match &mut node.value {
        yaml::Value::Map(entries) => {
            let name = |entry: &Entry| match path {
                "" => entry.key.clone(),
                path => format!("{path}.{}", entry.key),
            };
            if let Some(place) = entries.iter().position(|entry| name(entry) == wanted) {
                entries.remove(place);
                return true;
            }
            entries.iter_mut().any(|entry| {
                let path = name(entry);
                wanted.starts_with(&path) && remove(&mut entry.value, &path, wanted)
            })
        }
        yaml::Value::Seq(items) => items
            .iter_mut()
            .enumerate()
            .any(|(place, item)| remove(item, &format!("{path}[{place}]"), wanted)),
        _ => false,
    }
}

/// Reads `fieldSpecs`.
pub(super) fn field_specs(fields: &mut Fields<'_>) -> Result<Vec<FieldSpec>, config::Error> {
    fields.list("fieldSpecs", read_field_spec)
}

/// A JSON value as a node in which plain values keep their text, as they do in a file.
pub(super) fn node(value: &Value, at: Mark) -> Node {
    let (value, plain) = match value {
        Value::Null => (yaml::Value::Null, true),
        Value::Bool(_) | Value::Number(_) => (yaml::Value::String(value.to_string()), true),
        Value::String(text) => (yaml::Value::String(text.clone()), false),
        Value::Array(items) => {
            let items = items.iter().map(|item| node(item, at));
            (yaml::Value::Seq(items.collect()), false)
        }
        Value::Object(fields) => {
            let entry = |(key, value): (&String, &Value)| Entry {
                key: key.clone(),
                key_at: at,
                value: node(value, at),
            };
            (yaml::Value::Map(fields.iter().map(entry).collect()), false)
        }
    };
    Node { value, at, plain }
}
