//! One document along its schema.

use super::finding::{Finding, Rule};
use super::metadata;
use super::path::{Step, render};
use super::schema::{Definitions, Identity, List, Meaning, Object, Others, Schema, Shape};
use super::values;
use crate::text::nearest;
use crate::workload::object::ObjectId;
use crate::yaml::{Entry, Mark, Node, Source, Value};

/// What every value that sops encrypted begins with.
const SEALED: &str = "ENC[AES256_GCM,";

/// Where a document is, and what may be said about it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) source: Source,
    /// Lines of the text that marks do not count.
    pub(super) lines_before: u32,
    pub(super) object: Option<ObjectId>,
    /// Values must not be quoted.
    pub(super) confidential: bool,
    /// Encrypted values are in it.
    pub(super) sealed: bool,
}

/// A walk through one document.
pub(super) struct Check<'a> {
    pub(super) definitions: &'a Definitions,
    pub(super) place: Place,
    pub(super) path: Vec<Step<'a>>,
    pub(super) findings: Vec<Finding>,
}

impl<'a> Check<'a> {
    /// Adds a finding about the value that the path leads to.
    pub(super) fn report(&mut self, at: Mark, rule: Rule, message: String) {
        self.report_with_hint(at, rule, message, None);
    }

    pub(super) fn report_with_hint(
        &mut self,
        at: Mark,
        rule: Rule,
        message: String,
        hint: Option<String>,
    ) {
        let mark = Mark {
            line: at.line + self.place.lines_before,
            ..at
        };
        self.findings.push(Finding {
            at: self.place.source.at(mark),
            object: self.place.object.clone(),
            path: render(&self.path),
            rule,
            message,
            hint,
        });
    }

    /// Does something one step down.
    pub(super) fn within<T>(&mut self, step: Step<'a>, work: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let done = work(self);
        self.path.pop();
        done
    }

    /// Checks a value. `native` if the schema describes a Go type.
    pub(super) fn value(&mut self, node: &'a Node, schema: &'a Schema, native: bool) {
        if let Shape::Reference(place) = schema.shape {
            let definition = self.definitions.at(place);
            self.value(node, &definition.schema, definition.native);
            match definition.meaning {
                Meaning::Plain => {}
                Meaning::ObjectMeta => metadata::check_any(self, node),
                Meaning::LabelSelector => metadata::check_selector(self, node),
            }
            return;
        }
        if self.is_sealed(node) {
            return;
        }
        if node.is_null() {
            let any = matches!(schema.shape, Shape::Any) && schema.values.is_empty();
            if !native && !schema.nullable && !any {
                let message = format!("must not be null, expected {}", expected(&schema.shape));
                self.report(node.at, Rule::Type, message);
            }
            return;
        }
        let typed = self.shape(node, schema, native);
        if typed {
            values::check_format(self, node, schema.format, native);
            values::check_values(self, node, schema, native);
            values::check_bounds(self, node, schema);
            self.logic(node, schema, native);
        }
    }

    /// Checks a whole object. What is wrong in a status that is ignored counts as far as it keeps it from being read.
    pub(super) fn root(
        &mut self,
        node: &'a Node,
        schema: &'a Schema,
        object: &'a Object,
        native: bool,
        status: bool,
    ) {
        let (ignored, rest): (Vec<_>, Vec<_>) = node
            .entries()
            .iter()
            .filter(|entry| !(self.place.sealed && entry.key == "sops"))
            .partition(|entry| status && entry.key == "status");
        self.fields(rest, object, native);
        self.complete(node, object, native);
        let before = self.findings.len();
        self.fields(ignored, object, native);
        let mut at = 0;
        self.findings.retain(|finding| {
            at += 1;
            let read = finding.rule == Rule::UnknownField
                || (native && matches!(finding.rule, Rule::Type | Rule::Format));
            at <= before || read
        });
        values::check_bounds(self, node, schema);
        self.logic(node, schema, native);
    }

    /// Whether a value is encrypted and its key is not at hand.
    pub(super) fn is_sealed(&self, node: &Node) -> bool {
        self.place.sealed && node.as_str().is_some_and(|text| text.starts_with(SEALED))
    }

    /// Checks type and content; whether the type was right.
    fn shape(&mut self, node: &'a Node, schema: &'a Schema, native: bool) -> bool {
        let fits = match (&schema.shape, &node.value) {
            (Shape::Any | Shape::Reference(_), _)
            | (Shape::Boolean, Value::Bool(_))
            | (Shape::Number | Shape::Quantity, Value::Int(_) | Value::UInt(_) | Value::Float(_))
            | (Shape::Text | Shape::IntOrText, Value::String(_)) => true,
            (Shape::Integer(bits), Value::Int(number)) => {
                values::check_width(self, node.at, *number, *bits);
                true
            }
            (Shape::IntOrText, Value::Int(number)) => {
                values::check_width(self, node.at, *number, if native { 32 } else { 64 });
                true
            }
            (Shape::Integer(bits), Value::UInt(_)) => {
                values::report_width(self, node.at, *bits);
                true
            }
            (Shape::Quantity, Value::String(text)) => {
                values::check_quantity(self, node.at, text);
                true
            }
            (Shape::List(list), Value::Seq(items)) => {
                self.list(items, list, native);
                true
            }
            (Shape::Object(object), Value::Map(_)) => {
                self.object(node, object, native);
                true
            }
            (Shape::Object(object), _) if !object.typed => true,
            (Shape::OneOfTypes(types), value) => match (value, &types.list) {
                (Value::Map(_), _) => {
                    self.value(node, &types.object, native);
                    true
                }
                (Value::Seq(_), Some(list)) => {
                    self.value(node, list, native);
                    true
                }
                (Value::Bool(_), _) => types.boolean,
                _ => false,
            },
            _ => false,
        };
        if !fits {
            let message = format!(
                "expected {}, found {}",
                expected(&schema.shape),
                node.value.kind()
            );
            let text = matches!(schema.shape, Shape::Text);
            let scalar = !matches!(node.value, Value::Seq(_) | Value::Map(_));
            let hint = (text && scalar && node.plain)
                .then(|| "quote it if it is meant as text".to_owned());
            self.report_with_hint(node.at, Rule::Type, message, hint);
        }
        fits
    }

    fn list(&mut self, items: &'a [Node], list: &'a List, native: bool) {
        if let Some(schema) = &list.items {
            for (index, item) in items.iter().enumerate() {
                self.within(Step::Item(index), |check| check.value(item, schema, native));
            }
        }
        match &list.identity {
            Identity::None => {}
            Identity::Value => values::check_set(self, items),
            Identity::Keys(keys) => values::check_keys(self, items, keys, list.items.as_ref()),
        }
    }

    /// The schema of the items of a list, or of a value, behind its references.
    pub(super) fn resolved(&self, schema: &'a Schema) -> &'a Schema {
        match schema.shape {
            Shape::Reference(place) => self.resolved(&self.definitions.at(place).schema),
            _ => schema,
        }
    }

    fn object(&mut self, node: &'a Node, object: &'a Object, native: bool) {
        self.fields(node.entries(), object, native);
        self.complete(node, object, native);
    }

    /// Checks the fields that are there. Null is absence: Go types take it for that, and of custom resources a server
    /// drops fields that must not be null before it looks at them.
    fn fields(
        &mut self,
        entries: impl IntoIterator<Item = &'a Entry>,
        object: &'a Object,
        native: bool,
    ) {
        for entry in entries {
            let key = entry.key.as_str();
            let schema = match (object.properties.get(key), &object.embedded, &object.others) {
                (None, Some(_), _) if ["apiVersion", "kind"].contains(&key) => continue,
                (None, Some(metadata), _) if key == "metadata" => metadata,
                (Some(schema), _, _) | (None, _, Others::Like(schema)) => schema,
                (None, _, Others::Any) => continue,
                (None, _, Others::None) => {
                    self.unknown(key, entry.key_at, object);
                    continue;
                }
            };
            if !entry.value.is_null() {
                self.within(Step::Key(key), |check| {
                    check.value(&entry.value, schema, native);
                });
            }
        }
    }

    /// Reports fields that are missing.
    fn complete(&mut self, node: &'a Node, object: &'a Object, native: bool) {
        for name in &object.required {
            let nullable = || {
                let schema = object.properties.get(name);
                !native && schema.is_some_and(|schema| schema.nullable)
            };
            let found = node.get(name);
            if found.is_none_or(|value| value.is_null() && !nullable()) {
                self.report(node.at, Rule::Required, format!("`{name}` is missing"));
            }
        }
        if object.embedded.is_some() {
            metadata::check_embedded(self, node);
        }
    }

    fn unknown(&mut self, key: &'a str, at: Mark, object: &Object) {
        let near = nearest(key, object.properties.keys().map(String::as_str));
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        self.within(Step::Key(key), |check| {
            check.report_with_hint(at, Rule::UnknownField, "unknown field".to_owned(), hint);
        });
    }
}

/// What a value should have been, for messages.
fn expected(shape: &Shape) -> &'static str {
    match shape {
        Shape::Any | Shape::Reference(_) => "a value",
        Shape::Boolean => "a boolean",
        Shape::Integer(_) => "an integer",
        Shape::Number => "a number",
        Shape::Text => "a string",
        Shape::IntOrText => "an integer or a string",
        Shape::Quantity => "a quantity such as `100m`",
        Shape::List(_) => "a list",
        Shape::Object(_) => "a mapping",
        Shape::OneOfTypes(types) => types.expected,
    }
}
