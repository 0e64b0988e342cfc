//! A schema must be structural: every field has its type outside of combinations, and nothing is left to guess.

use super::super::format::Format;
use super::super::path::Step;
use super::super::{finding::Rule, pattern};
use super::Walk;
use super::part::Part;

/// What no schema of a definition may have.
const UNSUPPORTED: [&str; 8] = [
    "id",
    "$schema",
    "$ref",
    "additionalItems",
    "patternProperties",
    "definitions",
    "dependencies",
    "uniqueItems",
];
const TYPES: [&str; 6] = ["string", "number", "integer", "boolean", "array", "object"];
/// What every object has, and no schema may redefine.
const META: [&str; 3] = ["apiVersion", "kind", "metadata"];

const PRESERVE: &str = "x-kubernetes-preserve-unknown-fields";
const EMBEDDED: &str = "x-kubernetes-embedded-resource";
pub(super) const INT_OR_STRING: &str = "x-kubernetes-int-or-string";

/// Where a schema is.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    root: bool,
    /// It is about the metadata of an object.
    meta: bool,
    /// Why no default may be there.
    no_default: Option<&'static str>,
}

impl<'a> Walk<'a, '_> {
    /// The schema of a whole object.
    pub(super) fn root(&mut self, root: Part<'a>) {
        if root.is("nullable") {
            self.forbidden(root, "nullable", "objects cannot be null");
        }
        let before = self.check.findings.len();
        let place = Place {
            root: true,
            ..Place::default()
        };
        self.schema(root, place);
        // Defaults are judged by a schema that makes sense.
        if self.check.findings[before..]
            .iter()
            .all(|finding| finding.rule == Rule::UnheardForm)
        {
            self.defaults(root);
        }
    }

    fn schema(&mut self, schema: Part<'a>, place: Place) {
        self.any(schema, place);
        self.typed(schema, place);
        self.extensions(schema);
        self.lists(schema);
        self.rules(schema);
        if place.root || schema.is(EMBEDDED) {
            self.metadata(schema, place.root);
        }
        self.combinations(schema, Some(schema).filter(|_| place.root));
        let inner = Place {
            root: false,
            ..place
        };
        let whole = place.root || schema.is(EMBEDDED);
        self.every(schema, "properties", |walk, name, property| {
            let about = whole && META.contains(&name);
            let place = Place {
                root: false,
                meta: place.meta || about,
                no_default: if about && place.root {
                    Some("of what all objects have")
                } else {
                    place.no_default
                },
            };
            walk.schema(property, place);
        });
        self.inside(schema, "items", |walk, items| {
            if items.0.items().is_empty() {
                walk.schema(items, inner);
            }
        });
        if schema.child("additionalProperties").is_some() {
            self.inside(schema, "additionalProperties", |walk, others| {
                let no_default = place.meta.then_some("of metadata with any name");
                walk.schema(
                    others,
                    Place {
                        no_default: no_default.or(place.no_default),
                        ..inner
                    },
                );
            });
        }
    }

    /// What holds wherever a schema is.
    pub(super) fn any(&mut self, schema: Part<'a>, place: Place) {
        for key in UNSUPPORTED {
            let null_counts = key == "dependencies" || key == "additionalItems";
            if schema.has(key) || (null_counts && schema.get(key).is_some()) {
                self.forbidden(schema, key, "is not supported in definitions");
            }
        }
        let kind = schema.text("type");
        if kind == "null" {
            self.wrong(
                schema,
                "type",
                "must not be `null`; `nullable: true` allows null",
            );
        } else if !kind.is_empty() && !TYPES.contains(&kind) {
            self.wrong(
                schema,
                "type",
                format!("must be one of `{}`", TYPES.join("`, `")),
            );
        }
        if let (Some(why), Some(_)) = (place.no_default, schema.get("default")) {
            self.forbidden(schema, "default", format!("there can be no default {why}"));
        }
        if !schema.items("items").is_empty() {
            self.wrong(schema, "items", "must be one schema, not a list");
        }
        if place.meta && schema.is(EMBEDDED) {
            self.forbidden(schema, EMBEDDED, "must not be used in metadata");
        }
        if schema.has("properties")
            && schema
                .get("additionalProperties")
                .is_some_and(|others| !matches!(others.value, crate::yaml::Value::Bool(true)))
        {
            self.forbidden(
                schema,
                "additionalProperties",
                "must not be used beside `properties`",
            );
        }
        if schema.get(PRESERVE).is_some() && !schema.is(PRESERVE) {
            self.wrong(schema, PRESERVE, "must be true, or left out");
        }
        let text = schema.text("pattern");
        if pattern::is_broken(text) {
            self.wrong(
                schema,
                "pattern",
                format!("`{text}` is not a regular expression of Go"),
            );
        }
        self.form(schema);
    }

    /// Mentions, once, a form that servers do not know and therefore ignore.
    fn form(&mut self, schema: Part<'a>) {
        let form = schema.text("format");
        let known = match schema.text("type") {
            "" | "string" => Format::named(form)
                .is_some_and(|format| !self.before_1_34 || !format.is_since_1_34()),
            "integer" => ["int32", "int64"].contains(&form),
            "number" => ["float", "double"].contains(&form),
            _ => false,
        };
        if form.is_empty() || known || !self.unheard.insert(form) {
            return;
        }
        let message = format!(
            "`{}` asks for the format `{form}`, which the API server does not know here and ignores",
            self.name
        );
        let at = schema.get("format").map_or(schema.0.at, |form| form.at);
        self.check.within(Step::Key("format"), |check| {
            check.report(at, Rule::UnheardForm, message);
        });
    }

    /// Its type.
    fn typed(&mut self, schema: Part<'a>, place: Place) {
        let kind = schema.text("type");
        if kind == "array" && schema.get("items").is_none() {
            self.here(schema, "`items` is missing, which a list must have");
        }
        if schema.is(EMBEDDED) && kind != "object" {
            self.wrong(schema, "type", "must be `object`, as an object is embedded");
        } else if kind.is_empty() && !schema.is(INT_OR_STRING) && !schema.is(PRESERVE) {
            self.here(schema, "`type` is missing");
        }
        if place.root && !kind.is_empty() && kind != "object" {
            self.wrong(schema, "type", "must be `object` at the root");
        }
        let others = schema.get("additionalProperties").is_some();
        if others && place.root {
            self.forbidden(
                schema,
                "additionalProperties",
                "must not be used at the root",
            );
        }
        if others && schema.is(EMBEDDED) {
            let why = "must not be used where an object is embedded";
            self.forbidden(schema, "additionalProperties", why);
        }
        if schema.is(EMBEDDED) && !schema.is(PRESERVE) && !schema.has("properties") {
            let why = format!("`properties` or `{PRESERVE}` is missing, as an object is embedded");
            self.here(schema, why);
        }
    }

    fn extensions(&mut self, schema: Part<'a>) {
        for key in [PRESERVE, EMBEDDED] {
            if schema.is(INT_OR_STRING) && schema.is(key) {
                self.forbidden(
                    schema,
                    key,
                    format!("must not be used beside `{INT_OR_STRING}`"),
                );
            }
        }
    }

    /// What all objects have can hardly be restricted.
    fn metadata(&mut self, schema: Part<'a>, root: bool) {
        let Some(properties) = schema.child("properties") else {
            return;
        };
        self.step(Step::Key("properties"), |walk| {
            for (key, kind) in [
                ("apiVersion", "string"),
                ("kind", "string"),
                ("metadata", "object"),
            ] {
                walk.inside(properties, key, |walk, property| {
                    if property.text("type") != kind {
                        walk.wrong(property, "type", format!("must be `{kind}`"));
                    }
                });
            }
            if root {
                walk.inside(properties, "metadata", Self::only_names);
            }
        });
    }

    fn only_names(&mut self, metadata: Part<'a>) {
        let known = |key: &str| ["name", "generateName"].contains(&key);
        let named = metadata
            .entries("properties")
            .iter()
            .all(|entry| known(&entry.key));
        let bare = metadata.0.entries().iter().all(|entry| {
            let key = entry.key.as_str();
            ["type", "properties", "default"].contains(&key) || !metadata.has(key)
        });
        if !named || !bare {
            let why =
                "must not say anything but `type`, and `properties` of `name` and `generateName`";
            self.here(metadata, why);
        }
    }
}
