//! Reads `OpenAPI` documents (version 2, as servers publish them) that take the place of the built-in types.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::super::gvk::Gvk;
use super::super::resource::escaped;
use super::scopes::Scopes;
use super::shape::{Shape, ShapeId, Shapes};
use super::table::Builtin;

/// References that are followed one after the other; more are a cycle.
const MAX_REFERENCES: usize = 64;

const KINDS: &str = "x-kubernetes-group-version-kind";

/// The types of a document over others, and its cluster-scoped kinds. The error is why it is none: the
/// rest of a sentence that begins with the name of the file.
pub(super) fn read(document: &Value, base: Builtin) -> Result<(Shapes, Scopes), String> {
    let root = match document {
        Value::Null => return Ok((base.shapes, Scopes::default())),
        Value::Object(root) => root,
        _ => return Err("is no OpenAPI document".to_owned()),
    };
    let none = Map::new();
    let definitions = match root.get("definitions") {
        None | Some(Value::Null) => &none,
        Some(Value::Object(definitions)) => definitions,
        Some(_) => {
            return Err("is no OpenAPI document: `definitions` must be a mapping".to_owned());
        }
    };
    let mut reader = Reader {
        document,
        shapes: base.shapes,
        base: base.definitions,
        done: HashMap::new(),
    };
    if reader.shapes.list.is_empty() {
        reader.shapes.list.push(Shape::default());
    }
    for (name, definition) in definitions {
        let Some(Value::Array(kinds)) = definition.get(KINDS) else {
            continue;
        };
        let id = reader.referenced(&format!("#/definitions/{}", escaped(name)));
        for kind in kinds.iter().filter_map(kind_of) {
            if let Some(id) = id {
                let kind = format!("{} {}", kind.api_version(), kind.kind);
                reader.shapes.kinds.insert(kind, id);
            }
        }
    }
    Ok((reader.shapes, scopes(root.get("paths"))))
}

/// The kind that an entry names.
fn kind_of(entry: &Value) -> Option<Gvk> {
    let text = |key| entry.get(key).and_then(Value::as_str);
    Some(Gvk {
        group: text("group").unwrap_or_default().to_owned(),
        version: text("version")?.to_owned(),
        kind: text("kind")?.to_owned(),
    })
}

/// The kinds that have paths, but none with a namespace in it.
fn scopes(paths: Option<&Value>) -> Scopes {
    let mut namespaced = HashMap::new();
    for (path, methods) in paths.and_then(Value::as_object).into_iter().flatten() {
        let kind = methods
            .get("get")
            .and_then(|get| get.get(KINDS))
            .and_then(kind_of);
        if let Some(kind) = kind {
            *namespaced.entry(kind).or_insert(false) |= path.contains("namespaces/{namespace}");
        }
    }
    let mut scopes = Scopes::default();
    for (kind, _) in namespaced.into_iter().filter(|(_, namespaced)| !namespaced) {
        scopes.insert(kind);
    }
    scopes
}

struct Reader<'d> {
    document: &'d Value,
    shapes: Shapes,
    /// Numbers of what references lead to that is not in the document.
    base: HashMap<String, ShapeId>,
    /// Numbers of what references lead to.
    done: HashMap<String, ShapeId>,
}

impl<'d> Reader<'d> {
    /// What a reference leads to. None if there is no such thing.
    fn referenced(&mut self, reference: &str) -> Option<ShapeId> {
        if let Some(id) = self.done.get(reference) {
            return Some(*id);
        }
        let Some(mut schema) = self.at(reference) else {
            return self.base.get(reference).copied();
        };
        for _ in 0..MAX_REFERENCES {
            match schema.get("$ref").and_then(Value::as_str) {
                Some(next) if !next.is_empty() => match self.at(next) {
                    Some(other) => schema = other,
                    None => return self.base.get(next).copied(),
                },
                _ => {
                    // The number is there before the content: types may contain themselves.
                    let id = self.reserve();
                    self.done.insert(reference.to_owned(), id);
                    self.fill(id, schema);
                    return Some(id);
                }
            }
        }
        None
    }

    fn at(&self, reference: &str) -> Option<&'d Value> {
        self.document.pointer(reference.strip_prefix('#')?)
    }

    fn reserve(&mut self) -> ShapeId {
        self.shapes.list.push(Shape::default());
        ShapeId(u32::try_from(self.shapes.list.len() - 1).unwrap_or(0))
    }

    /// The shape of a schema that stands within another one.
    fn inner(&mut self, schema: &'d Value) -> Option<ShapeId> {
        match schema.get("$ref").and_then(Value::as_str) {
            Some(reference) if !reference.is_empty() => self.referenced(reference),
            _ => {
                let id = self.reserve();
                self.fill(id, schema);
                Some(id)
            }
        }
    }

    fn fill(&mut self, id: ShapeId, schema: &'d Value) {
        let mut shape = Shape {
            merged_by: merged_by(schema),
            ..Shape::default()
        };
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            if let Some(id) = self.inner(property) {
                shape.fields.push((name.as_str().into(), id));
            }
        }
        shape.fields.sort();
        shape.others = schema
            .get("additionalProperties")
            .filter(|schema| schema.is_object())
            .and_then(|schema| self.inner(schema));
        if is_list(schema) {
            shape.items = schema
                .get("items")
                .filter(|schema| schema.is_object())
                .and_then(|schema| self.inner(schema));
        }
        self.shapes.list[id.0 as usize] = shape;
    }
}

/// Whether the type is `array`, written as a text or as the only item of a list.
fn is_list(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::String(kind)) => kind == "array",
        Some(Value::Array(kinds)) => kinds.len() == 1 && kinds[0] == "array",
        _ => false,
    }
}

/// The keys by which a list is merged, if it is.
fn merged_by(schema: &Value) -> Option<Vec<String>> {
    let strategy = schema.get("x-kubernetes-patch-strategy")?.as_str()?;
    if !strategy.split(',').any(|part| part == "merge") {
        return None;
    }
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Some(match schema.get("x-kubernetes-list-map-keys") {
        Some(Value::Array(keys)) => keys.iter().filter_map(text).collect(),
        _ => schema
            .get("x-kubernetes-patch-merge-key")
            .and_then(text)
            .into_iter()
            .collect(),
    })
}
