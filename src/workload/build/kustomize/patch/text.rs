//! The text of a patch and what it holds.

use std::sync::Arc;

use serde_json::Value;

use super::super::error::Error;
use super::super::objects::read_text;
use super::super::resource::Resource;
use super::super::schema::Schema;
use super::json::Operation;
use super::transformer::PatchText;
use crate::yaml::{self, Mark, Node};

/// The patches of a text.
#[derive(Debug, Default)]
pub(super) struct Patches {
    /// Strategic merge patches.
    pub strategic: Vec<Resource>,
    /// Operations of a JSON patch.
    pub json: Vec<Operation>,
}

impl PatchText {
    /// Reads the text, which is either objects or the operations of a JSON patch.
    pub(super) fn read(&self, schema: &Arc<Schema>) -> Result<Patches, Error> {
        let documents = self.documents()?;
        match documents.first().map(|node| &node.value) {
            Some(yaml::Value::Seq(_)) => Ok(Patches {
                json: self.operations_of(&documents[0])?,
                ..Patches::default()
            }),
            Some(_) => Ok(Patches {
                strategic: self.objects(schema)?,
                ..Patches::default()
            }),
            None => Ok(Patches::default()),
        }
    }

    /// Reads the text as objects.
    pub(super) fn objects(&self, schema: &Arc<Schema>) -> Result<Vec<Resource>, Error> {
        let found = read_text(&self.text, &self.source(), schema);
        found.map_err(|error| self.placed(error))
    }

    /// Reads the text as a JSON patch.
    pub(super) fn operations(&self) -> Result<Vec<Operation>, Error> {
        let documents = self.documents()?;
        match documents.first() {
            Some(node) => self.operations_of(node),
            None => Ok(Vec::new()),
        }
    }

    fn operations_of(&self, node: &Node) -> Result<Vec<Operation>, Error> {
        if !matches!(node.value, yaml::Value::Seq(_)) {
            let what = format!(
                "a JSON patch must be a list of operations, not {}",
                node.value.kind()
            );
            return Err(self.error(node.at, &what));
        }
        let read = |entry: &Node| {
            Operation::read(&entry.to_json()).map_err(|why| {
                let told = "this is no operation of a JSON patch";
                self.error(entry.at, if self.confidential { told } else { &why })
            })
        };
        node.items().iter().map(read).collect()
    }

    fn documents(&self) -> Result<Vec<Node>, Error> {
        yaml::load(&self.text, &self.source()).map_err(|error| self.placed(error.into()))
    }

    fn source(&self) -> yaml::Source {
        let source = self.source.clone();
        if self.confidential {
            source.confidential()
        } else {
            source
        }
    }

    /// An error about a place of the text.
    fn error(&self, at: Mark, what: &str) -> Error {
        if self.is_file {
            return Error::at(&self.source().at(at), what);
        }
        Error::at(&self.at, format!("line {} of the patch: {what}", at.line))
    }

    /// An error of a reader, which takes the text for a file.
    fn placed(&self, error: Error) -> Error {
        if self.is_file {
            return error;
        }
        match error {
            Error::Yaml(error) => self.error(error.at.mark(), &error.kind.to_string()),
            Error::At { at, what, hint, .. } => {
                let placed = self.error(at.mark(), &what);
                match hint {
                    Some(hint) => placed.with_hint(hint),
                    None => placed,
                }
            }
            other => other,
        }
    }
}

/// The object of a patch as it is merged into objects that a target selects: its type is theirs, and labels and
/// annotations are texts, so that a null cannot take one away.
pub(super) fn for_targets(patch: &Resource) -> Value {
    let mut json = with_texts(patch, &["labels", "annotations"]);
    if let Value::Object(fields) = &mut json {
        fields.remove("apiVersion");
    }
    json
}

/// The object of a patch with such of its labels and annotations as texts. Where it has none it does not mention them.
pub(super) fn with_texts(patch: &Resource, marks: &[&str]) -> Value {
    let mut json = patch.json.clone();
    let Value::Object(fields) = &mut json else {
        return json;
    };
    let Some(Value::Object(metadata)) = fields.get_mut("metadata") else {
        return json;
    };
    for name in marks.iter().copied() {
        let at = super::super::written::Place::ROOT;
        let (at, written) = (at.field("metadata"), patch.written.as_deref());
        let at = at.field(name);
        match metadata.get_mut(name) {
            Some(Value::Object(marks)) if !marks.is_empty() => {
                for (key, value) in marks.iter_mut() {
                    let is_blank = written.is_some_and(|written| written.is_blank(&at.field(key)));
                    *value = Value::String(text_of(value, is_blank));
                }
            }
            _ => {
                metadata.remove(name);
            }
        }
    }
    json
}

/// A scalar as it was written; empty for everything else.
pub(super) fn text_of(value: &Value, is_blank: bool) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null if is_blank => String::new(),
        Value::Object(_) | Value::Array(_) => String::new(),
        scalar => scalar.to_string(),
    }
}
