//! Lists that are sets or maps, mappings that are one value, and the form of rules.

use std::collections::BTreeSet;

use super::super::path::Step;
use super::Walk;
use super::part::Part;
use crate::yaml::Node;

const LIST_TYPE: &str = "x-kubernetes-list-type";
const MAP_TYPE: &str = "x-kubernetes-map-type";
const KEYS: &str = "x-kubernetes-list-map-keys";

/// Why a rule refuses an object.
const REASONS: [&str; 4] = [
    "FieldValueDuplicate",
    "FieldValueForbidden",
    "FieldValueInvalid",
    "FieldValueRequired",
];

impl<'a> Walk<'a, '_> {
    pub(super) fn lists(&mut self, schema: Part<'a>) {
        if schema.get(MAP_TYPE).is_some() {
            if schema.text("type") != "object" {
                self.wrong(
                    schema,
                    "type",
                    format!("must be `object`, as there is `{MAP_TYPE}`"),
                );
            }
            if !["atomic", "granular"].contains(&schema.text(MAP_TYPE)) {
                self.wrong(schema, MAP_TYPE, "must be `atomic` or `granular`");
            }
        }
        let list_type = schema.get(LIST_TYPE).map(|_| schema.text(LIST_TYPE));
        if list_type.is_some() && schema.text("type") != "array" {
            self.wrong(
                schema,
                "type",
                format!("must be `array`, as there is `{LIST_TYPE}`"),
            );
        }
        match list_type {
            Some("set") => self.set(schema),
            Some("map") => self.map(schema),
            None | Some("atomic") => {}
            Some(_) => self.wrong(schema, LIST_TYPE, "must be `atomic`, `set` or `map`"),
        }
        if schema.has(KEYS) && list_type != Some("map") {
            self.forbidden(
                schema,
                KEYS,
                format!("must not be used unless `{LIST_TYPE}` is `map`"),
            );
        }
    }

    fn set(&mut self, schema: Part<'a>) {
        let Some(items) = schema.child("items") else {
            return;
        };
        self.step(Step::Key("items"), |walk| {
            let (key, whole) = match items.text("type") {
                "array" => (
                    LIST_TYPE,
                    items
                        .get(LIST_TYPE)
                        .is_none_or(|kind| kind.as_str() == Some("atomic")),
                ),
                "object" => (MAP_TYPE, items.text(MAP_TYPE) == "atomic"),
                _ => (LIST_TYPE, true),
            };
            if !whole {
                walk.wrong(items, key, "must be `atomic`, as items of a set are");
            }
            walk.not_null(items, "items of a set");
        });
    }

    fn map(&mut self, schema: Part<'a>) {
        let keys: Vec<&Node> = schema.items(KEYS).iter().collect();
        if keys.is_empty() {
            self.here(schema, format!("`{KEYS}` is missing, as the list is a map"));
        }
        let Some(items) = schema.child("items") else {
            return;
        };
        let object = items.text("type") == "object";
        self.step(Step::Key("items"), |walk| {
            if !object {
                walk.wrong(items, "type", "must be `object`, as the list is a map");
            }
            walk.not_null(items, "items of a list that is a map");
        });
        let mut seen = BTreeSet::new();
        self.each(schema, KEYS, |walk, key| {
            let name = key.0.as_str().unwrap_or_default();
            if !seen.insert(name) {
                walk.here(key, format!("`{name}` is there twice"));
            }
            let known = items
                .child("properties")
                .and_then(|properties| properties.get(name));
            if known.is_none() && object {
                walk.here(
                    key,
                    format!("`{name}` is not among the properties of the items"),
                );
            }
        });
        self.step(Step::Key("items"), |walk| walk.keys(items, &seen));
    }

    /// Fields by which items are told apart.
    fn keys(&mut self, items: Part<'a>, keys: &BTreeSet<&str>) {
        let required: Vec<&str> = items
            .items("required")
            .iter()
            .filter_map(Node::as_str)
            .collect();
        self.every(items, "properties", |walk, name, property| {
            if !keys.contains(name) {
                return;
            }
            if ["array", "object"].contains(&property.text("type")) {
                walk.wrong(
                    property,
                    "type",
                    "must be that of a single value, as items are told apart by it",
                );
            }
            if !required.contains(&name) && property.get("default").is_none() {
                walk.here(
                    property,
                    "must be required or have a default, as items are told apart by it",
                );
            }
            walk.not_null(property, "what items are told apart by");
        });
    }

    fn not_null(&mut self, schema: Part<'a>, what: &str) {
        if schema.is("nullable") {
            self.forbidden(schema, "nullable", format!("{what} cannot be null"));
        }
    }

    /// Rules in CEL, from the outside.
    pub(super) fn rules(&mut self, schema: Part<'a>) {
        self.each(schema, "x-kubernetes-validations", |walk, rule| {
            let lines = |text: &str| text.trim().contains(['\n', '\r']);
            let (text, message) = (rule.text("rule"), rule.text("message"));
            if text.trim().is_empty() {
                walk.wrong(rule, "rule", "must not be empty");
            } else if !message.is_empty() && message.trim().is_empty() {
                walk.wrong(rule, "message", "must not be empty");
            } else if lines(message) {
                walk.wrong(rule, "message", "must not have line breaks");
            } else if lines(text) && message.trim().is_empty() {
                walk.here(rule, "`message` is missing, as the rule has line breaks");
            }
            for key in ["messageExpression", "fieldPath"] {
                if !rule.text(key).is_empty() && rule.text(key).trim().is_empty() {
                    walk.wrong(rule, key, "must not be empty");
                }
            }
            if rule.get("reason").is_some() && !REASONS.contains(&rule.text("reason")) {
                walk.wrong(
                    rule,
                    "reason",
                    format!("must be one of `{}`", REASONS.join("`, `")),
                );
            }
        });
    }
}
