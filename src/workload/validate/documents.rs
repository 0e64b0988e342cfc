//! All documents: lists are taken apart, kinds looked up, every object checked, on all cores.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use super::catalog::{Catalog, Root};
use super::check::{Check, Place, Step};
use super::finding::{Finding, Rule};
use super::metadata;
use super::schema::Shape;
use crate::sops;
use crate::workload::build::{CONFIGURATION, Parsed, parallel};
use crate::workload::object::ObjectId;
use crate::yaml::{Node, Value};

/// Objects that one thread takes at a time.
const BATCH: usize = 32;

/// What counts as wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Objects of kinds without a schema are left out.
    pub ignore_missing_schemas: bool,
    /// What becomes of fields that no schema has.
    pub unknown_fields: UnknownFields,
}

/// What becomes of fields that no schema has; the API server calls this field validation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownFields {
    /// They are wrong.
    Error,
    /// They are mentioned.
    Warning,
    /// They are not mentioned.
    Ignored,
}

/// What came out.
#[derive(Debug, Default)]
pub struct Checked {
    /// Everything wrong, in the order of files and lines.
    pub findings: Vec<Finding>,
    /// What is not quite right.
    pub warnings: Vec<Finding>,
    /// Objects that were looked at.
    pub objects: usize,
    /// How many of them something is wrong with.
    pub invalid: usize,
    /// Objects that no schema describes, or whose kind is encrypted.
    pub skipped: usize,
    /// What was not checked, for people.
    pub notices: Vec<String>,
}

/// One object and where it is.
struct Unit<'a> {
    node: &'a Node,
    parsed: &'a Parsed,
    lines_before: u32,
    /// Its place in a list, and what the list says about kinds of its items.
    item: Option<Item<'a>>,
}

#[derive(Clone, Copy)]
struct Item<'a> {
    index: usize,
    api_version: &'a str,
    kind: Option<&'a str>,
}

/// What became of one object.
enum Outcome {
    Checked(Vec<Finding>),
    Skipped(Option<String>),
}

/// All `apiVersion`s that objects have.
pub fn api_versions(parsed: &[Parsed]) -> BTreeSet<String> {
    let units = units(parsed);
    units
        .iter()
        .filter_map(|unit| unit.kind().0.map(str::to_owned))
        .collect()
}

fn units(parsed: &[Parsed]) -> Vec<Unit<'_>> {
    let mut units = Vec::new();
    for text in parsed {
        for (node, before) in text.documents.iter().zip(&text.lines_before) {
            take_apart(node, text, *before, &mut units);
        }
    }
    units
}

/// Checks all objects. Definitions of kinds among them are added to the catalog first.
pub fn check_documents(parsed: &[Parsed], catalog: &mut Catalog, options: Options) -> Checked {
    let units = units(parsed);
    for unit in &units {
        let (api_version, kind) = unit.kind();
        if kind == Some("CustomResourceDefinition")
            && api_version == Some("apiextensions.k8s.io/v1")
        {
            catalog.add_custom(&unit.node.to_json());
        }
    }
    let mut checked = Checked {
        notices: catalog.notices(),
        ..Checked::default()
    };
    let catalog = &*catalog;
    let batches: Vec<&[Unit<'_>]> = units.chunks(BATCH).collect();
    let outcomes = parallel::map(batches, |batch| {
        let outcomes: Vec<Outcome> = batch
            .iter()
            .map(|unit| unit.check(catalog, options))
            .collect();
        outcomes
    });
    let twice = find_repeated(&units);
    for (index, outcome) in outcomes.into_iter().flatten().enumerate() {
        match outcome {
            Outcome::Skipped(why) => {
                checked.skipped += 1;
                checked.notices.extend(why);
            }
            Outcome::Checked(mut findings) => {
                findings.splice(0..0, twice.get(&index).cloned());
                if options.unknown_fields != UnknownFields::Error {
                    let unknown =
                        findings.extract_if(.., |finding| finding.rule == Rule::UnknownField);
                    let wanted = |_: &Finding| options.unknown_fields == UnknownFields::Warning;
                    checked.warnings.extend(unknown.filter(wanted));
                }
                checked.objects += 1;
                checked.invalid += usize::from(!findings.is_empty());
                checked.findings.extend(findings);
            }
        }
    }
    checked
}

/// Adds a document, or the items of one that is a list.
fn take_apart<'a>(
    node: &'a Node,
    parsed: &'a Parsed,
    lines_before: u32,
    units: &mut Vec<Unit<'a>>,
) {
    let text = |key| node.get(key).and_then(Node::as_str);
    let items = node.get("items").map(|items| &items.value);
    if let (Some(api_version), Some(kind), Some(Value::Seq(items))) =
        (text("apiVersion"), text("kind"), items)
        && let Some(kind) = kind.strip_suffix("List")
    {
        for (index, node) in items.iter().enumerate() {
            let kind = Some(kind).filter(|kind| !kind.is_empty());
            let item = Item {
                index,
                api_version,
                kind,
            };
            units.push(Unit {
                node,
                parsed,
                lines_before,
                item: Some(item),
            });
        }
        return;
    }
    units.push(Unit {
        node,
        parsed,
        lines_before,
        item: None,
    });
}

impl<'a> Unit<'a> {
    /// `apiVersion` and `kind`; items of a `ConfigMapList` may leave them to the list.
    fn kind(&self) -> (Option<&'a str>, Option<&'a str>) {
        let text = |key| {
            self.node
                .get(key)
                .and_then(Node::as_str)
                .filter(|text| !text.is_empty())
        };
        let list = self
            .item
            .and_then(|item| Some((item.api_version, item.kind?)));
        let given = |key, list: Option<&'a str>| {
            if self.node.get(key).is_some() {
                text(key)
            } else {
                list
            }
        };
        (
            given("apiVersion", list.map(|(api_version, _)| api_version)),
            given("kind", list.map(|(_, kind)| kind)),
        )
    }

    fn id(&self) -> Option<ObjectId> {
        let (Some(api_version), Some(kind)) = self.kind() else {
            return None;
        };
        let text = |key| {
            self.node
                .get("metadata")?
                .get(key)?
                .as_str()
                .map(str::to_owned)
        };
        Some(ObjectId {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace: text("namespace"),
            name: text("name")
                .or_else(|| text("generateName"))
                .unwrap_or_default(),
        })
    }

    fn place(&self) -> Place {
        let sealed = sops::is_encrypted(self.node);
        let object = self.id();
        let secret = object.as_ref().is_some_and(|id| id.kind == "Secret");
        Place {
            source: self.parsed.source().clone(),
            lines_before: self.lines_before,
            confidential: self.parsed.confidential || secret || sealed,
            object,
            sealed,
        }
    }

    fn check(&self, catalog: &'a Catalog, options: Options) -> Outcome {
        let mut check = Check {
            definitions: &catalog.definitions,
            place: self.place(),
            path: Vec::new(),
            findings: Vec::new(),
        };
        if let Some(item) = self.item {
            check.path = vec![Step::Key("items"), Step::Item(item.index)];
        }
        let (Some(api_version), Some(kind)) = self.kind() else {
            self.explain(&mut check);
            return Outcome::Checked(check.findings);
        };
        let at = check.place.source.at(self.node.at).line + self.lines_before;
        let origin = format!("{}:{at}", self.parsed.source());
        if [api_version, kind]
            .iter()
            .any(|text| text.starts_with("ENC["))
            && check.place.sealed
        {
            return Outcome::Skipped(Some(format!(
                "{origin}: not checked, its kind is encrypted and no key is at hand"
            )));
        }
        let group = super::catalog::group(api_version);
        if CONFIGURATION.contains(&group) || group == "kustomize.config.k8s.io" {
            return Outcome::Skipped(Some(format!(
                "{origin}: skipped `{kind}` of `{group}`, which is configuration, not a manifest"
            )));
        }
        match catalog.find(api_version, kind) {
            Some(root) => self.check_root(&mut check, catalog, root),
            None if options.ignore_missing_schemas => return Outcome::Skipped(None),
            None => {
                let at = self.node.get("kind").map_or(self.node.at, |kind| kind.at);
                let message = format!("no schema for kind `{kind}` in version `{api_version}`");
                check.report_with_hint(at, Rule::Kind, message, catalog.suggest(api_version, kind));
            }
        }
        check
            .findings
            .sort_by_key(|finding| (finding.at.line, finding.at.column));
        Outcome::Checked(check.findings)
    }

    fn check_root(&self, check: &mut Check<'a>, catalog: &'a Catalog, root: Root) {
        metadata::check_root(check, self.node, root.names, root.namespaced);
        let (schema, native) = catalog.schema(root);
        let Shape::Object(object) = &schema.shape else {
            check.value(self.node, schema, native);
            return;
        };
        check.root(self.node, schema, object, native, root.status);
    }

    /// Says why a document is no object.
    fn explain(&self, check: &mut Check<'a>) {
        if !matches!(self.node.value, Value::Map(_)) {
            let message = format!(
                "expected a Kubernetes object, found {}",
                self.node.value.kind()
            );
            check.report(self.node.at, Rule::Object, message);
            return;
        }
        for key in ["apiVersion", "kind"] {
            match self.node.get(key) {
                None => check.report(
                    self.node.at,
                    Rule::Object,
                    format!("not a Kubernetes object: `{key}` is missing"),
                ),
                Some(value) if value.as_str().is_none_or(str::is_empty) => {
                    check.report(
                        value.at,
                        Rule::Object,
                        format!("`{key}` must be a non-empty string"),
                    );
                }
                Some(_) => {}
            }
        }
    }
}

/// Objects that are defined more than once, and not in the same way, by their place in `units`.
fn find_repeated(units: &[Unit<'_>]) -> HashMap<usize, Finding> {
    let mut first: HashMap<(String, String, Option<String>, String), usize> = HashMap::new();
    let mut repeated = HashMap::new();
    for (index, unit) in units.iter().enumerate() {
        let Some(id) = unit.id().filter(|_| {
            unit.node
                .get("metadata")
                .is_some_and(|metadata| metadata.get("name").is_some())
        }) else {
            continue;
        };
        let name = (
            id.group().to_owned(),
            id.kind.clone(),
            id.namespace.clone(),
            id.name.clone(),
        );
        match first.entry(name) {
            Entry::Vacant(place) => {
                place.insert(index);
            }
            Entry::Occupied(place) => {
                let other = &units[*place.get()];
                if other.node == unit.node {
                    continue;
                }
                let line = other.node.at.line + other.lines_before;
                let message = format!(
                    "`{id}` is already defined at {}:{line}, and not in the same way",
                    other.parsed.source()
                );
                let mark = crate::yaml::Mark {
                    line: unit.node.at.line + unit.lines_before,
                    ..unit.node.at
                };
                let finding = Finding {
                    at: unit.parsed.source().at(mark),
                    object: Some(id),
                    path: String::new(),
                    rule: Rule::Duplicate,
                    message,
                    hint: None,
                };
                repeated.insert(index, finding);
            }
        }
    }
    repeated
}
