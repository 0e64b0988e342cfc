//! Reads the table of built-in types.

use std::collections::HashMap;

use super::super::gvk::Gvk;
use super::scopes::Scopes;
use super::shape::{Shape, ShapeId, Shapes};

const TEXT: &str = include_str!("builtin.txt");

/// What is built in.
#[derive(Debug, Default)]
pub(super) struct Builtin {
    /// The types.
    pub shapes: Shapes,
    /// Definitions by the names that references have for them.
    pub definitions: HashMap<String, ShapeId>,
    /// The cluster-scoped kinds.
    pub cluster: Scopes,
}

/// Reads the table.
pub(super) fn builtin() -> Builtin {
    let mut found = Builtin::default();
    found.shapes.list.push(Shape::default());
    for line in TEXT.lines() {
        match line.split_once(' ') {
            Some(("shape", words)) => found.shapes.list.push(shape(words)),
            Some(("kind", rest)) => {
                if let Some((kind, number)) = rest.rsplit_once(' ') {
                    found.shapes.kinds.insert(kind.to_owned(), id(number));
                }
            }
            Some(("definition", rest)) => {
                if let Some((name, number)) = rest.split_once(' ') {
                    let reference = format!("#/definitions/{name}");
                    found.definitions.insert(reference, id(number));
                }
            }
            Some(("cluster", kind)) => {
                if let Some((api_version, kind)) = kind.split_once(' ') {
                    found.cluster.insert(Gvk::new(api_version, kind));
                }
            }
            _ => {}
        }
    }
    found
}

fn shape(words: &str) -> Shape {
    let mut shape = Shape::default();
    for word in words.split(' ') {
        if let Some(keys) = word.strip_prefix('!') {
            let keys = keys.split(',').filter(|key| !key.is_empty());
            shape.merged_by = Some(keys.map(str::to_owned).collect());
            continue;
        }
        match word.rsplit_once(':') {
            Some(("*", number)) => shape.others = Some(id(number)),
            Some(("[]", number)) => shape.items = Some(id(number)),
            Some((name, number)) => shape.fields.push((name.into(), id(number))),
            None => {}
        }
    }
    shape
}

fn id(number: &str) -> ShapeId {
    number.parse().map_or(ShapeId::LEAF, ShapeId)
}
