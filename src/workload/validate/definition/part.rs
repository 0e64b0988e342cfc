//! A mapping of a definition as Go reads it: null, empty text and false are absence.

use crate::yaml::{Entry, Node, Value};

#[derive(Clone, Copy)]
pub(super) struct Part<'a>(pub(super) &'a Node);

impl<'a> Part<'a> {
    /// The value of a field.
    pub(super) fn get(self, key: &str) -> Option<&'a Node> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    /// A field that is a mapping.
    pub(super) fn child(self, key: &str) -> Option<Part<'a>> {
        self.get(key)
            .filter(|value| matches!(value.value, Value::Map(_)))
            .map(Part)
    }

    /// A field that is text.
    pub(super) fn text(self, key: &str) -> &'a str {
        self.get(key).and_then(Node::as_str).unwrap_or_default()
    }

    /// Whether a field is true.
    pub(super) fn is(self, key: &str) -> bool {
        self.get(key)
            .is_some_and(|value| matches!(value.value, Value::Bool(true)))
    }

    /// Items of a field that is a list.
    pub(super) fn items(self, key: &str) -> &'a [Node] {
        self.get(key).map_or(&[], Node::items)
    }

    /// Entries of a field that is a mapping.
    pub(super) fn entries(self, key: &str) -> &'a [Entry] {
        self.get(key).map_or(&[], Node::entries)
    }

    /// Whether a field is there and says something: what Go writes for nothing does not count.
    pub(super) fn has(self, key: &str) -> bool {
        self.get(key).is_some_and(|value| match &value.value {
            Value::Null | Value::Bool(false) => false,
            Value::String(text) => !text.is_empty(),
            Value::Seq(items) => !items.is_empty(),
            Value::Map(entries) => !entries.is_empty(),
            _ => true,
        })
    }
}
