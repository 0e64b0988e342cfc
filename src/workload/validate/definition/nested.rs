//! Combinations: their parts restrict values of fields that are specified outside of them, and specify nothing.

use super::Walk;
use super::part::Part;
use super::schema::{INT_OR_STRING, Place};
use crate::yaml::Value;

/// What belongs to a field itself, not to a part of a combination.
const OUTSIDE: [&str; 12] = [
    "type",
    "default",
    "title",
    "description",
    "nullable",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-embedded-resource",
    INT_OR_STRING,
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
    "x-kubernetes-validations",
];

impl<'a> Walk<'a, '_> {
    /// The combinations of a schema that is in none itself. `outside` is what specifies its fields, if that matters: the
    /// API server looks only at combinations at the root.
    pub(super) fn combinations(&mut self, schema: Part<'a>, outside: Option<Part<'a>>) {
        let mut first = is_int_or_string(schema);
        // The other way to write that a value is an integer or text.
        let mut within = schema
            .items("allOf")
            .first()
            .is_some_and(|part| is_int_or_string(Part(part)));
        for key in ["anyOf", "allOf", "oneOf"] {
            self.each(schema, key, |walk, part| match key {
                "anyOf" if first => {}
                "allOf" if std::mem::take(&mut within) => walk.nested(part, outside, true),
                _ => walk.nested(part, outside, false),
            });
            first = false;
        }
        self.inside(schema, "not", |walk, part| {
            walk.nested(part, outside, false);
        });
    }

    /// A part of a combination. Its alternatives do not count if they only say again that a value is an integer or text.
    fn nested(&mut self, part: Part<'a>, outside: Option<Part<'a>>, is_int_or_string: bool) {
        self.any(part, Place::default());
        self.rules(part);
        for key in OUTSIDE {
            if part.has(key) || (key == "default" && part.get(key).is_some()) {
                self.forbidden(
                    part,
                    key,
                    "must not be in a part of a combination, but outside of it",
                );
            }
        }
        let others = part.get("additionalProperties");
        if others.is_some_and(|others| !matches!(others.value, Value::Bool(false))) {
            self.forbidden(
                part,
                "additionalProperties",
                "must not be in a part of a combination",
            );
        }
        for key in ["anyOf", "allOf", "oneOf"] {
            if key != "anyOf" || !is_int_or_string {
                self.each(part, key, |walk, part| walk.nested(part, outside, false));
            }
        }
        self.inside(part, "not", |walk, part| {
            walk.nested(part, outside, false);
        });
        let properties = outside.and_then(|outside| outside.child("properties"));
        self.every(part, "properties", |walk, name, property| {
            let specified = properties.and_then(|properties| properties.child(name));
            if name == "metadata" {
                walk.here(property, "must not be in a part of a combination");
            } else if specified.is_none() && outside.is_some() {
                walk.here(
                    property,
                    format!("`{name}` must be in `properties` outside of the combination as well"),
                );
            }
            walk.nested(property, specified, false);
        });
        self.inside(part, "items", |walk, items| {
            if !items.0.items().is_empty() {
                return;
            }
            let specified = outside.and_then(|outside| outside.child("items"));
            if specified.is_none() && outside.is_some() {
                walk.here(items, "`items` must be outside of the combination as well");
            }
            walk.nested(items, specified, false);
        });
    }
}

/// Whether the alternatives are `type: integer` and `type: string`, which say nothing that `x-kubernetes-int-or-string` does
/// not say.
fn is_int_or_string(schema: Part<'_>) -> bool {
    let only = |part: &crate::yaml::Node, kind: &str| {
        part.entries().len() == 1 && Part(part).text("type") == kind
    };
    matches!(schema.items("anyOf"), [first, second] if only(first, "integer") && only(second, "string"))
}
