//! A configuration object as something that can be read strictly.

use serde_json::Value;

use super::super::error::Error;
use super::super::fieldspec::FieldSpec;
use super::super::file::read_field_spec;
use super::super::resource::Resource;
use crate::config::{self, Cell, Fields};
use crate::yaml::{self, Entry, Mark, Node, Source};

/// A configuration object. Everything in it has the place of the object, because transformers may have changed it.
pub(super) struct Config {
    node: Node,
    source: Source,
}

impl Config {
    pub(super) fn of(resource: &Resource) -> Self {
        let at = Mark {
            line: resource.origin.line,
            column: 1,
        };
        Self {
            node: node(&resource.json, at),
            source: resource.origin.source.clone(),
        }
    }

    /// Reads it with all its fields; `metadata` counts as read.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&mut Fields<'_>, &Cell<'_>) -> Result<T, config::Error>,
    ) -> Result<T, Error> {
        let cell = Cell::root(&self.node, &self.source);
        let mut fields = cell.fields()?.fold_case();
        for name in ["apiVersion", "kind", "metadata"] {
            fields.take(name);
        }
        let value = read(&mut fields, &cell)?;
        fields.finish()?;
        Ok(value)
    }

    /// Its root, for readers of whole objects.
    pub(super) fn root(&self) -> Cell<'_> {
        Cell::root(&self.node, &self.source)
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
