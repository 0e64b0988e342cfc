//! Reads the table of built-in types.

use super::super::gvk::Gvk;
use super::scopes::Scopes;
use super::shape::{Shape, ShapeId, Shapes};

const TEXT: &str = include_str!("builtin.txt");

/// The types and the cluster-scoped kinds.
pub(super) fn builtin() -> (Shapes, Scopes) {
    let mut shapes = Shapes::default();
    shapes.list.push(Shape::default());
    let mut cluster = Scopes::default();
    for line in TEXT.lines() {
        match line.split_once(' ') {
            Some(("shape", words)) => shapes.list.push(shape(words)),
            Some(("kind", rest)) => {
                if let Some((kind, number)) = rest.rsplit_once(' ') {
                    shapes.kinds.insert(kind.to_owned(), id(number));
                }
            }
            Some(("cluster", kind)) => {
                if let Some((api_version, kind)) = kind.split_once(' ') {
                    cluster.insert(Gvk::new(api_version, kind));
                }
            }
            _ => {}
        }
    }
    (shapes, cluster)
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
