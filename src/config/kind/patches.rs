//! Patches of the kubeadm configuration, parsed while their place is known.
//!
//! kind parses them when the first node is already running; a typing error should not cost that time.

use super::model::{JsonPatch, MergePatch, Operation, OperationKind, Patches};
use crate::config::error::{Error, Problem};
use crate::config::fields::{Cell, Fields};
use crate::yaml::{self, Node, Source};

#[derive(Clone, Copy)]
enum Verb {
    Add,
    Remove,
    Replace,
    Move,
    Copy,
    Test,
}

const VERBS: &[(&str, Verb)] = &[
    ("add", Verb::Add),
    ("remove", Verb::Remove),
    ("replace", Verb::Replace),
    ("move", Verb::Move),
    ("copy", Verb::Copy),
    ("test", Verb::Test),
];

/// Takes both kinds of patches out of the fields of a cluster or node.
pub(super) fn decode(fields: &mut Fields<'_>) -> Result<Patches, Error> {
    Ok(Patches {
        merge: fields.list("kubeadmConfigPatches", merge_patch)?,
        json: fields.list("kubeadmConfigPatchesJSON6902", json_patch)?,
    })
}

fn merge_patch(cell: &Cell<'_>) -> Result<MergePatch, Error> {
    let (root, source) = inner_document(cell)?;
    let document = Cell::root(&root, &source);
    let mut fields = document.fields().map_err(|error| inside(cell, &error))?;
    let text = |cell: &Cell<'_>| cell.filled_text();
    let kind = fields
        .require("kind")
        .and_then(|kind| kind.filled_text())
        .map_err(|error| inside(cell, &error))?;
    let api_version = fields
        .read("apiVersion", text)
        .map_err(|error| inside(cell, &error))?;
    Ok(MergePatch {
        kind,
        api_version,
        patch: root.into_json(),
        at: cell.at(),
    })
}

fn json_patch(cell: &Cell<'_>) -> Result<JsonPatch, Error> {
    let mut fields = cell.fields()?;
    let patch = JsonPatch {
        group: fields.require("group")?.text()?,
        version: fields.require("version")?.filled_text()?,
        kind: fields.require("kind")?.filled_text()?,
        operations: operations(&fields.require("patch")?)?,
        at: cell.at(),
    };
    fields.finish()?;
    Ok(patch)
}

fn operations(cell: &Cell<'_>) -> Result<Vec<Operation>, Error> {
    let (root, source) = inner_document(cell)?;
    Cell::root(&root, &source)
        .items()
        .and_then(|items| items.iter().map(operation).collect())
        .map_err(|error| inside(cell, &error))
}

fn operation(cell: &Cell<'_>) -> Result<Operation, Error> {
    let mut fields = cell.fields()?;
    let verb = fields.require("op")?.choice(VERBS, false)?;
    let path = pointer(&fields.require("path")?)?;
    let kind = match verb {
        Verb::Add => OperationKind::Add(value(cell)?),
        Verb::Replace => OperationKind::Replace(value(cell)?),
        Verb::Test => OperationKind::Test(value(cell)?),
        Verb::Remove => OperationKind::Remove,
        Verb::Move => OperationKind::Move(pointer(&fields.require("from")?)?),
        Verb::Copy => OperationKind::Copy(pointer(&fields.require("from")?)?),
    };
    Ok(Operation { kind, path })
}

/// The `value` of an operation, where null is a value like any other.
fn value(cell: &Cell<'_>) -> Result<serde_json::Value, Error> {
    if let Some(node) = cell.node.get("value") {
        return Ok(node.to_json());
    }
    let field = format!("{}.value", cell.path);
    Err(Error::field(cell.at(), Problem::Missing { field }))
}

fn pointer(cell: &Cell<'_>) -> Result<String, Error> {
    let text = cell.text()?;
    if !text.is_empty() && !text.starts_with('/') {
        return Err(cell.rule("must be a JSON pointer that starts with `/`"));
    }
    Ok(text)
}

/// The YAML document inside a string, and a source that names lines within that string.
fn inner_document(cell: &Cell<'_>) -> Result<(Node, Source), Error> {
    let text = cell.text()?;
    let source = Source::new("line");
    let mut documents = yaml::load(&text, &source).map_err(|error| {
        let (line, column, kind) = (error.at.line, error.at.column, error.kind);
        cell.rule(format!(
            "is not valid YAML: line {line}, column {column} of the patch: {kind}"
        ))
    })?;
    match (documents.pop(), documents.is_empty()) {
        (Some(root), true) => Ok((root, source)),
        _ => Err(cell.rule("must hold exactly one YAML document")),
    }
}

/// An error of the inner document as an error of the string that holds it.
fn inside(cell: &Cell<'_>, error: &Error) -> Error {
    match error {
        Error::Field { at, problem, .. } => cell.rule(format!(
            "is not a valid patch: line {}, column {} of the patch: {problem}",
            at.line, at.column
        )),
        other => cell.rule(format!("is not a valid patch: {other}")),
    }
}
