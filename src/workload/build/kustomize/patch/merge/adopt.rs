//! What comes into an object from a patch where nothing was.

use serde_json::{Map, Value};

use super::super::super::schema::ShapeId;
use super::super::super::written::{Place, needs_quotes};
use super::directive::{self, Directive};
use super::list::Other;
use super::walk::{Merge, located, retain};

impl Merge<'_> {
    /// What a part of the patch becomes where the object has nothing. None if that is nothing.
    pub(super) fn add(
        &self,
        patch: &Value,
        shape: Option<ShapeId>,
        at: &Place<'_>,
    ) -> Result<Option<Value>, String> {
        let mut value = match patch {
            Value::Null => return Ok(None),
            Value::Object(fields) => match directive::of_mapping(fields) {
                Ok(Some(Directive::Delete)) => return Ok(None),
                Ok(Some(_)) => without_directive(fields),
                // One that is none is no error here.
                Ok(None) | Err(_) => patch.clone(),
            },
            Value::Array(items) => {
                // Directives of a list do not count here.
                let items = items.clone();
                return match self.keys(shape) {
                    None => Ok(Some(Value::Array(items))),
                    Some(keys) => {
                        let item = self.item(shape);
                        let items = self.associate(items, &Other::Itself, keys, item, at)?;
                        Ok(Some(Value::Array(items)))
                    }
                };
            }
            scalar => {
                self.came(scalar, at);
                return Ok(Some(scalar.clone()));
            }
        };
        if let Value::Object(fields) = &mut value {
            let shape = shape.or_else(|| self.shape_of_fields(fields));
            self.adopt_fields(fields, shape, at)?;
        }
        Ok(Some(value))
    }

    fn adopt_fields(
        &self,
        fields: &mut Map<String, Value>,
        shape: Option<ShapeId>,
        at: &Place<'_>,
    ) -> Result<(), String> {
        retain(fields, |name, field| {
            self.adopt(field, self.field(shape, name), &at.field(name))
        })
    }

    /// What the walk does to something that came from the patch. Says whether it stays.
    pub(super) fn adopt(
        &self,
        value: &mut Value,
        shape: Option<ShapeId>,
        at: &Place<'_>,
    ) -> Result<bool, String> {
        match value {
            Value::Null => return Ok(false),
            Value::Object(fields) => {
                let found = directive::of_mapping(fields).map_err(|why| located(at, why))?;
                if found == Some(Directive::Delete) {
                    return Ok(false);
                }
                if found.is_some() {
                    fields.remove(directive::KEY);
                }
                let shape = shape.or_else(|| self.shape_of_fields(fields));
                self.adopt_fields(fields, shape, at)?;
            }
            Value::Array(items) => {
                let Some(keys) = self.keys(shape) else {
                    return Ok(true);
                };
                let (found, rest) = directive::of_list(items).map_err(|why| located(at, why))?;
                if found == Directive::Delete {
                    return Ok(false);
                }
                let rest = rest.into_iter().cloned().collect();
                *items = self.associate(rest, &Other::Itself, keys, self.item(shape), at)?;
            }
            scalar => self.came(scalar, at),
        }
        Ok(true)
    }

    /// Remembers how a scalar of the patch is written that comes where nothing was.
    fn came(&self, scalar: &Value, at: &Place<'_>) {
        if let (Value::String(text), Some(written)) = (scalar, self.patch_written) {
            match (needs_quotes(text), written.is_quoted(text, at)) {
                (true, false) => self.changes.borrow_mut().plain(at),
                (false, true) => self.changes.borrow_mut().quoted(at),
                _ => {}
            }
        }
    }
}

fn without_directive(fields: &Map<String, Value>) -> Value {
    let rest = fields.iter().filter(|(name, _)| *name != directive::KEY);
    let rest = rest.map(|(name, value)| (name.clone(), value.clone()));
    rest.collect::<Map<_, _>>().into()
}
