//! Files that `configurations` names.

use std::sync::Arc;

use super::super::error::Error;
use super::super::file::{read_field_spec, read_gvk};
use super::super::tree::SourceFile;
use super::model::{BackReferences, Rules};
use crate::config::{self, Cell};
use crate::yaml::{self, Node, Source};

/// The rules of a file; none if it is empty.
pub(super) fn read(file: &SourceFile) -> Result<Option<Rules>, Error> {
    let (text, source) = file.text()?;
    let documents = yaml::load_untyped(text, &source)?;
    match documents.first() {
        Some(document) if !document.is_null() => Ok(Some(decode(document, &source)?)),
        _ => Ok(None),
    }
}

/// The rules that a document lists.
pub(super) fn decode(document: &Node, source: &Source) -> Result<Rules, config::Error> {
    let mut fields = Cell::root(document, source).fields()?.fold_case();
    let mut specs = |name: &'static str| fields.list(name, read_field_spec);
    let mut rules = Rules {
        name_prefix: specs("namePrefix")?,
        name_suffix: specs("nameSuffix")?,
        namespace: specs("namespace")?,
        common_labels: specs("commonLabels")?,
        labels: specs("labels")?,
        template_labels: specs("templateLabels")?,
        common_annotations: specs("commonAnnotations")?,
        var_reference: Arc::new(specs("varReference")?),
        images: specs("images")?,
        replicas: specs("replicas")?,
        name_reference: Arc::new(fields.list("nameReference", references)?),
    };
    fields.finish()?;
    rules.sort();
    Ok(rules)
}

fn references(cell: &Cell<'_>) -> Result<BackReferences, config::Error> {
    let mut fields = cell.fields()?.fold_case();
    let references = BackReferences {
        gvk: read_gvk(&mut fields)?,
        referrers: fields.list("fieldSpecs", read_field_spec)?,
    };
    fields.finish()?;
    Ok(references)
}
