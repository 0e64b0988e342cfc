//! The walk through an object and a patch.

use std::cell::RefCell;

use serde_json::{Map, Value};

use super::super::super::resource::kind_of;
use super::super::super::schema::{ShapeId, Shapes};
use super::super::super::written::{Changes, Place, Written, needs_quotes};
use super::directive::{self, Directive};
use super::list::Other;

/// A merge of one patch into one object.
#[derive(Debug)]
pub(in super::super) struct Merge<'m> {
    /// How types are merged.
    pub shapes: &'m Shapes,
    /// How the object was written.
    pub written: Option<&'m Written>,
    /// How the patch was written.
    pub patch_written: Option<&'m Written>,
    /// What changes of how the object was written.
    pub changes: RefCell<Changes>,
}

/// What becomes of a value of the object.
#[derive(Debug, PartialEq)]
pub(in super::super) enum Fate {
    /// It stays, maybe changed.
    Kept,
    /// This takes its place.
    Replaced(Value),
    /// It goes.
    Gone,
}

impl From<Option<Value>> for Fate {
    fn from(value: Option<Value>) -> Self {
        value.map_or(Self::Gone, Self::Replaced)
    }
}

impl From<bool> for Fate {
    fn from(stays: bool) -> Self {
        if stays { Self::Kept } else { Self::Gone }
    }
}

impl Merge<'_> {
    /// Merges a patch into a value. `shape` is the type if it is known from outside. The error is a sentence.
    pub(in super::super) fn merge(
        &self,
        value: &mut Value,
        patch: &Value,
        shape: Option<ShapeId>,
        at: &Place<'_>,
    ) -> Result<Fate, String> {
        let shape = shape
            .or_else(|| self.shape_of(value))
            .or_else(|| self.shape_of(patch));
        match (&mut *value, patch) {
            (Value::Null, Value::Object(_) | Value::Array(_) | Value::Null) => {
                Ok(self.add(patch, shape, at)?.into())
            }
            (_, Value::Null) => Ok(Fate::Gone),
            (Value::Object(fields), Value::Object(more)) => {
                match directive::of_mapping(more).map_err(|why| located(at, why))? {
                    Some(Directive::Delete) => Ok(Fate::Gone),
                    Some(Directive::Replace) => Ok(self.add(patch, shape, at)?.into()),
                    found => {
                        self.merge_fields(fields, more, found.is_some(), shape, at)?;
                        Ok(Fate::Kept)
                    }
                }
            }
            (Value::Array(items), Value::Array(more)) => {
                let Some(keys) = self.keys(shape) else {
                    return Ok(Fate::Replaced(patch.clone()));
                };
                let (found, more) = directive::of_list(more).map_err(|why| located(at, why))?;
                let (items, other) = match found {
                    Directive::Delete => return Ok(Fate::Gone),
                    Directive::Replace => (more.into_iter().cloned().collect(), Other::Itself),
                    Directive::Merge => (std::mem::take(items), Other::Patch(more)),
                };
                let merged = self.associate(items, &other, keys, self.item(shape), at)?;
                *value = Value::Array(merged);
                Ok(Fate::Kept)
            }
            (Value::Object(_) | Value::Array(_), _) | (_, Value::Object(_) | Value::Array(_)) => {
                let (is, wants) = (kind_of(value), kind_of(patch));
                let why = format!("the object has {is} where the patch has {wants}");
                Err(located(at, why))
            }
            _ => Ok(Fate::Replaced(self.scalar(value, patch, at))),
        }
    }

    fn merge_fields(
        &self,
        fields: &mut Map<String, Value>,
        patch: &Map<String, Value>,
        has_directive: bool,
        shape: Option<ShapeId>,
        at: &Place<'_>,
    ) -> Result<(), String> {
        for (name, value) in patch {
            if has_directive && name == directive::KEY {
                continue;
            }
            let (shape, at) = (self.field(shape, name), at.field(name));
            match fields.get_mut(name) {
                Some(field) => match self.merge(field, value, shape, &at)? {
                    Fate::Kept => {}
                    Fate::Replaced(other) => *field = other,
                    Fate::Gone => {
                        fields.remove(name);
                    }
                },
                None => {
                    if let Some(value) = self.add(value, shape, &at)? {
                        fields.insert(name.clone(), value);
                    }
                }
            }
        }
        self.settle_fields(fields, Some(patch), shape, at)
    }

    /// Settles the fields that a patch does not mention.
    fn settle_fields(
        &self,
        fields: &mut Map<String, Value>,
        patch: Option<&Map<String, Value>>,
        shape: Option<ShapeId>,
        at: &Place<'_>,
    ) -> Result<(), String> {
        retain(fields, |name, field| {
            let is_scalar = !matches!(field, Value::Null | Value::Object(_) | Value::Array(_));
            if is_scalar || patch.is_some_and(|patch| patch.contains_key(name)) {
                return Ok(true);
            }
            self.settle(field, self.field(shape, name), &at.field(name))
        })
    }

    /// What the walk does to a value that the patch does not mention. Says whether it stays.
    pub(super) fn settle(
        &self,
        value: &mut Value,
        shape: Option<ShapeId>,
        at: &Place<'_>,
    ) -> Result<bool, String> {
        match value {
            Value::Null => return Ok(!self.written.is_some_and(|written| written.is_blank(at))),
            Value::Object(fields) => {
                let shape = shape.or_else(|| self.shape_of_fields(fields));
                self.settle_fields(fields, None, shape, at)?;
            }
            Value::Array(items) => {
                if let Some(keys) = self.keys(shape) {
                    let taken = std::mem::take(items);
                    *items = self.associate(taken, &Other::Nothing, keys, self.item(shape), at)?;
                }
            }
            _ => {}
        }
        Ok(true)
    }

    /// A scalar in place of another one. What was quoted stays so.
    fn scalar(&self, value: &Value, patch: &Value, at: &Place<'_>) -> Value {
        let was_quoted = match (value, self.written) {
            (Value::String(text), Some(written)) => written.is_quoted(text, at),
            (Value::String(text), None) => needs_quotes(text),
            _ => false,
        };
        match patch {
            Value::String(text) => {
                match needs_quotes(text) {
                    true if !was_quoted => self.changes.borrow_mut().plain(at),
                    false if was_quoted => self.changes.borrow_mut().quoted(at),
                    _ => {}
                }
                patch.clone()
            }
            _ if was_quoted => Value::String(patch.to_string()),
            _ => patch.clone(),
        }
    }

    pub(super) fn keys(&self, shape: Option<ShapeId>) -> Option<&[String]> {
        self.shapes.get(shape?).merged_by.as_deref()
    }

    pub(super) fn item(&self, shape: Option<ShapeId>) -> Option<ShapeId> {
        self.shapes.get(shape?).items
    }

    pub(super) fn field(&self, shape: Option<ShapeId>, name: &str) -> Option<ShapeId> {
        self.shapes.get(shape?).field(name)
    }

    /// The type that a value says it has.
    pub(in super::super) fn shape_of(&self, value: &Value) -> Option<ShapeId> {
        self.shape_of_fields(value.as_object()?)
    }

    pub(super) fn shape_of_fields(&self, fields: &Map<String, Value>) -> Option<ShapeId> {
        let text = |name| fields.get(name).and_then(Value::as_str);
        self.shapes.of_kind(text("apiVersion")?, text("kind")?)
    }
}

/// A sentence with the place that it is about.
pub(super) fn located(at: &Place<'_>, why: String) -> String {
    match at.path() {
        path if path.is_empty() => why,
        path => format!("`{path}`: {why}"),
    }
}

/// Visits all fields and drops those that do not stay.
pub(super) fn retain(
    fields: &mut Map<String, Value>,
    mut stays: impl FnMut(&str, &mut Value) -> Result<bool, String>,
) -> Result<(), String> {
    let mut gone = Vec::new();
    for (name, field) in fields.iter_mut() {
        if !stays(name, field)? {
            gone.push(name.clone());
        }
    }
    for name in gone {
        fields.remove(&name);
    }
    Ok(())
}
