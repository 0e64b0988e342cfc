//! JSON patches of RFC 6902, which Talos takes for configurations of a single document.

use std::fmt;

use serde_json::{Value as Json, json};

use super::decode;
use super::document::{Document, document_type};
use crate::config::error::{Error, Problem};
use crate::config::fields::Cell;
use crate::yaml::Location;

const VERBS: &[(&str, Verb)] = &[
    ("add", Verb::Add),
    ("remove", Verb::Remove),
    ("replace", Verb::Replace),
    ("move", Verb::Move),
    ("copy", Verb::Copy),
    ("test", Verb::Test),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Add,
    Remove,
    Replace,
    Move,
    Copy,
    Test,
}

/// One operation and where it is written.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Operation {
    verb: Verb,
    path: String,
    /// The operation as RFC 6902 has it.
    json: Json,
    at: Location,
}

/// Values may be secret.
impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.verb, self.path)
    }
}

/// Reads a list of operations.
pub(super) fn decode(cell: &Cell<'_>) -> Result<Vec<Operation>, Error> {
    cell.items()?.iter().map(operation).collect()
}

fn operation(cell: &Cell<'_>) -> Result<Operation, Error> {
    let mut fields = cell.fields()?;
    let op = fields.require("op")?;
    let verb = op.choice(VERBS, false)?;
    let path = pointer(&fields.require("path")?)?;
    let mut json = json!({ "op": op.text()?, "path": path });
    match verb {
        Verb::Add | Verb::Replace | Verb::Test => json["value"] = value(cell)?,
        Verb::Move | Verb::Copy => json["from"] = pointer(&fields.require("from")?)?.into(),
        Verb::Remove => {}
    }
    // Fields that an operation has no use for are passed over, as the standard demands.
    Ok(Operation {
        verb,
        path,
        json,
        at: cell.at(),
    })
}

/// The `value` of an operation, where null is a value like any other.
fn value(cell: &Cell<'_>) -> Result<Json, Error> {
    let Some(node) = cell.node.get("value") else {
        let field = format!("{}.value", cell.path);
        return Err(Error::field(cell.at(), Problem::Missing { field }));
    };
    Ok(decode::free_json(node))
}

fn pointer(cell: &Cell<'_>) -> Result<String, Error> {
    let text = cell.text()?;
    if !text.is_empty() && !text.starts_with('/') {
        return Err(cell.rule("must be a JSON pointer that starts with `/`"));
    }
    Ok(text)
}

/// Applies operations one by one. Whatever they leave alone keeps its place, the rest is at its operation.
pub(super) fn apply(documents: &mut [Document], operations: &[Operation]) -> Result<(), Error> {
    for operation in operations {
        let [document] = &mut *documents else {
            let why = format!(
                "cannot be applied: a JSON patch needs a configuration of one document, and this one has {}",
                documents.len()
            );
            return Err(operation.error(why));
        };
        *document = operation.apply(document)?;
    }
    Ok(())
}

impl Operation {
    fn apply(&self, document: &Document) -> Result<Document, Error> {
        let mut json = document.to_json();
        // What was read as an operation is one.
        let patch: json_patch::Patch = serde_json::from_value(json!([self.json]))
            .map_err(|_| self.error("is no JSON pointer that the configuration could have"))?;
        json_patch::patch(&mut json, &patch).map_err(|error| {
            let why = match error.kind {
                json_patch::PatchErrorKind::TestFailed => {
                    "has another value than the one it is tested for"
                }
                json_patch::PatchErrorKind::InvalidPointer => "is not in the configuration",
                json_patch::PatchErrorKind::InvalidFromPointer => {
                    "comes `from` something that is not in the configuration"
                }
                _ => "cannot be changed like this",
            };
            self.error(why)
        })?;
        let node = decode::node_of(&json, self.at.mark());
        let cell = Cell::root(&node, &self.at.source);
        let mut patched = Document::decode(&cell, document_type(&cell)?)?;
        patched.body.adopt_places(&document.body);
        Ok(patched)
    }

    fn error(&self, why: impl Into<String>) -> Error {
        Error::rule(self.at.clone(), &self.path, why)
    }
}
