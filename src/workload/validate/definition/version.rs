//! One version of a kind: its name, its subresources and what is shown of it.

use std::collections::BTreeSet;

use super::Walk;
use super::part::Part;

/// Types of columns.
const COLUMNS: [&str; 5] = ["integer", "number", "string", "boolean", "date"];
/// Forms of columns.
const FORMS: [&str; 8] = [
    "int32",
    "int64",
    "float",
    "double",
    "byte",
    "date",
    "date-time",
    "password",
];
/// Fields that field selectors may name.
const SELECTABLE: usize = 8;
/// What the root of a schema may have beside a status that is a subresource: a server looks at the status alone, and would
/// not see the rest.
const ROOT: [&str; 22] = [
    "description",
    "type",
    "format",
    "title",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "multipleOf",
    "required",
    "items",
    "properties",
    "externalDocs",
    "example",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-validations",
];

impl<'a> Walk<'a, '_> {
    pub(super) fn version(&mut self, version: Part<'a>) {
        if version.text("name").is_empty() {
            self.wrong(version, "name", "must not be empty");
        }
        self.label(version, "name", version.text("name"));
        self.deprecation(version);
        let status = version
            .child("subresources")
            .is_some_and(|subresources| subresources.get("status").is_some());
        let schema = version
            .child("schema")
            .and_then(|schema| schema.child("openAPIV3Schema"));
        if schema.is_none() {
            self.wrong(version, "schema", "`openAPIV3Schema` is missing");
        }
        self.inside(version, "schema", |walk, schema| {
            walk.inside(schema, "openAPIV3Schema", |walk, root| {
                if status {
                    walk.beside_status(root);
                }
                walk.root(root);
            });
        });
        self.inside(version, "subresources", |walk, subresources| {
            walk.inside(subresources, "scale", Self::scale);
        });
        self.each(version, "additionalPrinterColumns", Self::column);
        if let Some(schema) = schema {
            self.selectable(version, schema);
        }
    }

    fn deprecation(&mut self, version: Part<'a>) {
        let Some(warning) = version
            .get("deprecationWarning")
            .and_then(|warning| warning.as_str())
        else {
            return;
        };
        let key = "deprecationWarning";
        if !version.is("deprecated") {
            self.wrong(version, key, "is only for versions with `deprecated: true`");
        } else if warning.is_empty() || warning.len() > 256 {
            self.wrong(version, key, "must have 1 to 256 characters");
        } else if warning.chars().any(char::is_control) {
            self.wrong(version, key, "must not have control characters");
        }
    }

    fn beside_status(&mut self, root: Part<'a>) {
        for entry in root.0.entries() {
            let key = entry.key.as_str();
            let there = root.has(key) || (key == "default" && root.get(key).is_some());
            if there && !ROOT.contains(&key) && key != "nullable" {
                let why = "must not be at the root of a schema if the status is a subresource";
                self.forbidden(root, key, why);
            }
        }
    }

    fn scale(&mut self, scale: Part<'a>) {
        for (key, homes) in [
            ("specReplicasPath", &[".spec."][..]),
            ("statusReplicasPath", &[".status."]),
            ("labelSelectorPath", &[".spec.", ".status."]),
        ] {
            let path = scale.text(key);
            if path.is_empty() && key == "labelSelectorPath" {
                continue;
            }
            if self.path(scale, key) && !homes.iter().any(|home| path.starts_with(home)) {
                self.wrong(
                    scale,
                    key,
                    format!("must be a path below `{}`", homes.join("` or `")),
                );
            }
        }
    }

    fn column(&mut self, column: Part<'a>) {
        if column.text("name").is_empty() {
            self.wrong(column, "name", "must not be empty");
        }
        if !COLUMNS.contains(&column.text("type")) {
            self.wrong(
                column,
                "type",
                format!("must be one of `{}`", COLUMNS.join("`, `")),
            );
        }
        let format = column.text("format");
        if !format.is_empty() && !FORMS.contains(&format) {
            self.wrong(
                column,
                "format",
                format!("must be one of `{}`", FORMS.join("`, `")),
            );
        }
        self.path(column, "jsonPath");
    }

    fn selectable(&mut self, version: Part<'a>, schema: Part<'a>) {
        let mut seen = BTreeSet::new();
        self.each(version, "selectableFields", |walk, field| {
            let path = field.text("jsonPath");
            if !walk.path(field, "jsonPath") {
                return;
            }
            if !seen.insert(path) {
                walk.wrong(field, "jsonPath", "is there twice");
            }
            // Names in brackets and quotes are for the server to read.
            let plain = |c: char| c.is_ascii_alphanumeric() || "_.".contains(c);
            if !path.chars().all(plain) {
                return;
            }
            if path.starts_with(".metadata.") {
                walk.wrong(field, "jsonPath", "must not be a field of the metadata");
                return;
            }
            let mut names = path[1..].split('.');
            let found = names.try_fold(schema, |schema, name| {
                schema
                    .child("properties")
                    .and_then(|properties| properties.child(name))
            });
            let kind = found.map(|schema| schema.text("type"));
            match kind {
                None => walk.wrong(field, "jsonPath", "is no field of the schema"),
                Some("string" | "boolean" | "integer") => {}
                Some(_) => {
                    walk.wrong(
                        field,
                        "jsonPath",
                        "must be a string, a boolean or an integer",
                    );
                }
            }
        });
        if seen.len() > SELECTABLE {
            let why = format!("must have at most {SELECTABLE} fields");
            self.wrong(version, "selectableFields", why);
        }
    }
}
