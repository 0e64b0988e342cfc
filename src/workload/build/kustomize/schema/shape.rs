//! Shapes: what a merge has to know of a type.

use std::collections::HashMap;

/// The number of a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ShapeId(pub u32);

impl ShapeId {
    /// A type that is known, but nothing below it is.
    pub(crate) const LEAF: Self = Self(0);
}

/// A type, as far as merging goes.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Shape {
    /// Fields by name, sorted.
    pub fields: Vec<(Box<str>, ShapeId)>,
    /// All fields that have no name here.
    pub others: Option<ShapeId>,
    /// Items of a list.
    pub items: Option<ShapeId>,
    /// The list is merged by these fields of its items; as a set if there are none. Without it the patch replaces it.
    pub merged_by: Option<Vec<String>>,
}

impl Shape {
    /// The type of a field.
    pub(crate) fn field(&self, name: &str) -> Option<ShapeId> {
        let found = self
            .fields
            .binary_search_by(|(known, _)| (**known).cmp(name));
        found.map(|place| self.fields[place].1).ok().or(self.others)
    }
}

/// Types by number and by kind.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    /// All of them; the first one is the leaf.
    pub(super) list: Vec<Shape>,
    /// By `apiVersion` and `kind`, with a blank between.
    pub(super) kinds: HashMap<String, ShapeId>,
}

impl Shapes {
    /// The shape with a number.
    pub(crate) fn get(&self, id: ShapeId) -> &Shape {
        static LEAF: Shape = Shape {
            fields: Vec::new(),
            others: None,
            items: None,
            merged_by: None,
        };
        self.list.get(id.0 as usize).unwrap_or(&LEAF)
    }

    /// The type of a kind.
    pub(crate) fn of_kind(&self, api_version: &str, kind: &str) -> Option<ShapeId> {
        self.kinds.get(&format!("{api_version} {kind}")).copied()
    }
}
