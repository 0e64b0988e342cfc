//! How an object was written, as far as kustomize lets that decide what a strategic merge makes of it.
//!
//! Kustomize merges YAML nodes, not values: a quoted text stays quoted whatever a patch puts in its place, so that a
//! number becomes a text, and a null for which nothing is written goes away where `null` stays.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::yaml::{Node, Value, resolve_plain};

/// The places of an object that were written in such a way. All lists are sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Written {
    /// Texts with quotes that they do not need.
    quoted: Vec<u64>,
    /// Texts without quotes though others would need them: such as `yes`, and those that came in the place of something
    /// without quotes.
    plain: Vec<u64>,
    /// Nulls for which nothing is written.
    blank: Vec<u64>,
}

/// What a merge changes of it.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    quoted: Vec<u64>,
    plain: Vec<u64>,
}

impl Changes {
    /// A text that came with quotes.
    pub(crate) fn quoted(&mut self, at: &Place<'_>) {
        self.quoted.push(at.hash);
    }

    /// A text in the place of something without quotes.
    pub(crate) fn plain(&mut self, at: &Place<'_>) {
        self.plain.push(at.hash);
    }
}

/// A place within an object, from the inside out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'p> {
    outer: Option<&'p Place<'p>>,
    hash: u64,
    name: &'p str,
}

impl Place<'static> {
    /// All of the object.
    pub(crate) const ROOT: Self = Self {
        outer: None,
        hash: 0xcbf2_9ce4_8422_2325,
        name: "",
    };
}

impl Place<'_> {
    /// A field of the mapping here.
    pub(crate) fn field<'i>(&'i self, name: &'i str) -> Place<'i> {
        Place {
            outer: Some(self),
            hash: mix(self.hash, b'.', name.as_bytes()),
            name,
        }
    }

    /// An item of the list here. Names are more lasting than numbers: merges put items in front.
    pub(crate) fn item(&self, number: usize, name: Option<&str>) -> Place<'_> {
        let hash = match name {
            Some(name) => mix(self.hash, b'=', name.as_bytes()),
            None => mix(self.hash, b'#', &number.to_le_bytes()),
        };
        Place {
            outer: Some(self),
            hash,
            name: "[]",
        }
    }

    /// `spec.template.spec.containers[]`, for messages.
    pub(crate) fn path(&self) -> String {
        let Some(outer) = self.outer else {
            return String::new();
        };
        let mut path = outer.path();
        if !path.is_empty() && self.name != "[]" {
            path.push('.');
        }
        path.push_str(self.name);
        path
    }
}

/// A hash that is cheap for short texts. What happens to be equal only changes how a scalar is written.
fn mix(hash: u64, separator: u8, bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(step(hash, &separator), step)
}

impl Written {
    /// What is to be known of a node. None if there is nothing.
    pub(crate) fn of(node: &Node) -> Option<Arc<Self>> {
        let mut written = Self::default();
        written.collect(node, &Place::ROOT);
        if written == Self::default() {
            return None;
        }
        written.quoted.sort_unstable();
        written.plain.sort_unstable();
        written.blank.sort_unstable();
        Some(Arc::new(written))
    }

    fn collect(&mut self, node: &Node, at: &Place<'_>) {
        match &node.value {
            Value::Null if !node.plain => self.blank.push(at.hash),
            Value::String(text) if node.plain == needs_quotes(text) => match node.plain {
                true => self.plain.push(at.hash),
                false => self.quoted.push(at.hash),
            },
            Value::Seq(items) => {
                for (number, item) in items.iter().enumerate() {
                    let name = item.get("name").and_then(Node::as_str);
                    self.collect(item, &at.item(number, name));
                }
            }
            Value::Map(entries) => {
                for entry in entries {
                    self.collect(&entry.value, &at.field(&entry.key));
                }
            }
            _ => {}
        }
    }

    /// Whether the null at a place was not written.
    pub(crate) fn is_blank(&self, at: &Place<'_>) -> bool {
        self.blank.binary_search(&at.hash).is_ok()
    }

    /// Whether a text at a place counts as quoted.
    pub(crate) fn is_quoted(&self, text: &str, at: &Place<'_>) -> bool {
        match needs_quotes(text) {
            true => self.plain.binary_search(&at.hash).is_err(),
            false => self.quoted.binary_search(&at.hash).is_ok(),
        }
    }

    /// Adds the changes of a merge.
    pub(crate) fn update(written: &mut Option<Arc<Self>>, changes: Changes) {
        if changes.quoted.is_empty() && changes.plain.is_empty() {
            return;
        }
        let written = Arc::make_mut(written.get_or_insert_default());
        for (list, more) in [
            (&mut written.quoted, changes.quoted),
            (&mut written.plain, changes.plain),
        ] {
            list.extend(more);
            list.sort_unstable();
        }
    }
}

/// Whether a text can only be written with quotes or as a block.
pub(crate) fn needs_quotes(text: &str) -> bool {
    text.contains('\n') || !matches!(resolve_plain(text), Ok(Value::String(_)))
}

/// The name by which [`Place::item`] knows an item.
pub(crate) fn name_of(item: &Json) -> Option<&str> {
    item.get("name").and_then(Json::as_str)
}
