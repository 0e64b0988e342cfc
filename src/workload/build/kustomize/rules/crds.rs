//! Files that `crds` names: definitions of types, whose extensions say what their fields mean.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::error::Error;
use super::super::fieldspec::{self, FieldSpec};
use super::super::gvk::Gvk;
use super::super::tree::SourceFile;
use super::model::{BackReferences, Rules, merge_references};
use crate::yaml::{self, Location};

/// A field gets the annotations of `commonAnnotations`.
const ANNOTATION: &str = "x-kubernetes-annotation";
/// A field gets the labels of `commonLabels`.
const LABEL_SELECTOR: &str = "x-kubernetes-label-selector";
/// A field gets the prefix of `namePrefix`.
const IDENTITY: &str = "x-kubernetes-identity";
/// A field names an object of this version …
const REFERENCE_VERSION: &str = "x-kubernetes-object-ref-api-version";
/// … and kind, …
const REFERENCE_KIND: &str = "x-kubernetes-object-ref-kind";
/// … in this field below it, `name` if nothing is said.
const REFERENCE_NAME: &str = "x-kubernetes-object-ref-name-key";

/// Definitions by the names of their types.
type Types<'v> = BTreeMap<&'v str, &'v Map<String, Value>>;

/// The rules that the definitions of a file mean.
pub(super) fn read(file: &SourceFile, at: &Location) -> Result<Rules, Error> {
    let (text, source) = file.text()?;
    let documents = yaml::load(text, &source)?;
    let document = documents.first().map(yaml::Node::to_json);
    let document = document.unwrap_or_default();
    if !document.is_object() {
        let what = format!("`{source}` defines no types");
        let hint = "expected a mapping from names of types to `Schema` with `properties`";
        return Err(Error::at(at, what).with_hint(hint));
    }
    rules(&document).map_err(|why| Error::at(at, format!("`{source}`: {why}")))
}

/// The rules that definitions mean. The error is a sentence.
pub(super) fn rules(document: &Value) -> Result<Rules, String> {
    let types = properties_by_type(document);
    let mut rules = Rules::default();
    for (name, properties) in &types {
        let is_object = ["kind", "apiVersion", "metadata"]
            .iter()
            .all(|field| properties.contains_key(*field));
        if is_object {
            let kind = name.rsplit('.').next().unwrap_or(name);
            let mut walk = Walk {
                types: &types,
                kind,
                open: Vec::new(),
                path: Vec::new(),
                rules: &mut rules,
            };
            walk.follow(name)?;
        }
    }
    rules.sort();
    Ok(rules)
}

fn properties_by_type(document: &Value) -> Types<'_> {
    let types = document.as_object().into_iter().flatten();
    types
        .filter_map(|(name, definition)| {
            let schema = field(definition.as_object()?, "schema")?;
            let properties = schema.get("properties")?.as_object()?;
            Some((name.as_str(), properties))
        })
        .collect()
}

/// A field by its name in whatever case.
fn field<'v>(fields: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    let mut entries = fields.iter();
    entries
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// The way through the definitions of one kind.
struct Walk<'w, 'v> {
    types: &'w Types<'v>,
    kind: &'w str,
    /// Types that the way leads through.
    open: Vec<&'v str>,
    path: Vec<&'v str>,
    rules: &'w mut Rules,
}

impl<'v> Walk<'_, 'v> {
    /// Adds what the properties of a type say.
    fn follow(&mut self, name: &str) -> Result<(), String> {
        let Some((name, properties)) = self.types.get_key_value(name) else {
            return Ok(());
        };
        if self.open.contains(name) {
            return Err(format!("the type `{name}` contains itself"));
        }
        self.open.push(name);
        for (property, schema) in *properties {
            if let Value::Object(schema) = schema {
                self.path.push(property);
                self.property(schema)?;
                self.path.pop();
            }
        }
        self.open.pop();
        Ok(())
    }

    fn property(&mut self, schema: &'v Map<String, Value>) -> Result<(), String> {
        let says = |name: &str| schema.get(name).and_then(Value::as_str);
        let contradiction =
            |path: String| format!("two rules for the field `{path}` contradict each other");
        let lists = [
            (ANNOTATION, &mut self.rules.common_annotations),
            (LABEL_SELECTOR, &mut self.rules.common_labels),
            (IDENTITY, &mut self.rules.name_prefix),
        ];
        for (extension, list) in lists {
            if says(extension).is_some() {
                let spec = spec(self.kind, &self.path, None);
                fieldspec::merge_one(list, spec).map_err(contradiction)?;
            }
        }
        if let (Some(version), Some(kind)) = (says(REFERENCE_VERSION), says(REFERENCE_KIND)) {
            let name = says(REFERENCE_NAME).unwrap_or("name");
            let new = BackReferences {
                gvk: Gvk {
                    group: String::new(),
                    version: version.to_owned(),
                    kind: kind.to_owned(),
                },
                referrers: vec![spec(self.kind, &self.path, Some(name))],
            };
            let all = Arc::make_mut(&mut self.rules.name_reference);
            merge_references(all, &new).map_err(contradiction)?;
        }
        match schema.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.follow(reference),
            None => Ok(()),
        }
    }
}

fn spec(kind: &str, path: &[&str], last: Option<&str>) -> FieldSpec {
    let parts: Vec<&str> = path.iter().copied().chain(last).collect();
    FieldSpec {
        gvk: Gvk {
            kind: kind.to_owned(),
            ..Gvk::default()
        },
        path: parts.join("/"),
        create: false,
    }
}
