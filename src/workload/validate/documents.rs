//! All documents: lists are taken apart, kinds looked up, every object checked, on all cores.

use super::catalog::{Catalog, Root};
use super::check::Check;
use super::definition;
use super::finding::{Finding, Rule};
use super::metadata;
use super::path::Step;
use super::repeated::find_repeated;
use super::schema::Shape;
use super::unit::{Unit, units};
use crate::workload::build::{CONFIGURATION, Parsed, parallel};
use crate::yaml::Value;

/// Objects that one thread takes at a time.
const BATCH: usize = 32;

/// Where definitions of kinds are.
const DEFINITIONS: &str = "apiextensions.k8s.io/v1";

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

/// What became of one object.
enum Outcome {
    Checked(Vec<Finding>),
    Skipped(Option<String>),
}

/// Checks all objects. Definitions of kinds among them are added to the catalog first.
pub fn check_documents(parsed: &[Parsed], catalog: &mut Catalog, options: Options) -> Checked {
    let units = units(parsed);
    for unit in &units {
        let (api_version, kind) = unit.kind();
        if kind == Some("CustomResourceDefinition") && api_version == Some(DEFINITIONS) {
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
        let outcomes = batch.iter().map(|unit| unit.check(catalog, options));
        outcomes.collect::<Vec<_>>()
    });
    let twice = find_repeated(&units);
    for (index, outcome) in outcomes.into_iter().flatten().enumerate() {
        match outcome {
            Outcome::Skipped(why) => {
                checked.skipped += 1;
                checked.notices.extend(why);
            }
            Outcome::Checked(mut findings) => {
                if let Some(finding) = twice.get(&index) {
                    findings.insert(0, finding.clone());
                }
                if options.unknown_fields != UnknownFields::Error {
                    let unknown =
                        findings.extract_if(.., |finding| finding.rule == Rule::UnknownField);
                    let wanted = |_: &Finding| options.unknown_fields == UnknownFields::Warning;
                    checked.warnings.extend(unknown.filter(wanted));
                }
                let unheard = findings.extract_if(.., |finding| finding.rule == Rule::UnheardForm);
                checked.warnings.extend(unheard);
                checked.objects += 1;
                checked.invalid += usize::from(!findings.is_empty());
                checked.findings.extend(findings);
            }
        }
    }
    checked
}

impl<'a> Unit<'a> {
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
        let is_definition = self.kind() == (Some(DEFINITIONS), Some("CustomResourceDefinition"));
        // The server looks closer only at what it could read.
        let read = check
            .findings
            .iter()
            .all(|finding| finding.rule != Rule::Type);
        if is_definition && read && !check.place.sealed {
            definition::check(check, self.node, catalog.before_1_34);
        }
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
