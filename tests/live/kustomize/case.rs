//! A kustomization with everything below it, kept as values so that it can be changed and shrunk.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value, json};

use super::yaml;

/// Key of an object that stands for a text with the YAML of its value, as patches in kustomizations have it.
const INLINE: &str = "\0inline";

/// One file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum File {
    /// YAML with these documents.
    Documents(Vec<Value>),
    /// Something else, for generators.
    Text(String),
}

/// One build.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Case {
    /// All files by path.
    pub(super) files: BTreeMap<String, File>,
    /// Folder to build.
    pub(super) target: String,
    /// Whether objects are sorted as `kubectl kustomize` sorts them.
    pub(super) legacy: bool,
}

/// A value that is written as text into the file that has it.
pub(super) fn inline(value: &Value) -> Value {
    json!({ INLINE: value })
}

impl Case {
    /// Puts documents into a file.
    pub(super) fn put(&mut self, path: impl Into<String>, documents: Vec<Value>) {
        self.files.insert(path.into(), File::Documents(documents));
    }

    /// Whether a text is in any file.
    pub(super) fn mentions(&self, text: &str) -> bool {
        self.files.values().any(|file| file.text().contains(text))
    }

    /// All files as texts.
    pub(super) fn texts(&self) -> BTreeMap<String, String> {
        let text = |(path, file): (&String, &File)| (path.clone(), file.text());
        self.files.iter().map(text).collect()
    }
}

impl fmt::Display for Case {
    /// All files, each below its path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = if self.legacy { ", sorted" } else { "" };
        writeln!(f, "build `{}`{order}", self.target)?;
        for (path, text) in self.texts() {
            write!(f, "-- {path} --\n{text}")?;
        }
        Ok(())
    }
}

impl File {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Documents(documents) => {
                let yaml = |document| yaml::document(&written(document));
                let texts: Vec<String> = documents.iter().map(yaml).collect();
                texts.join("---\n")
            }
        }
    }
}

/// The value with texts in place of inline values.
fn written(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            if let Some(inner) = fields.get(INLINE) {
                return Value::String(yaml::document(&written(inner)));
            }
            let field = |(key, value): (&String, &Value)| (key.clone(), written(value));
            Value::Object(fields.iter().map(field).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(written).collect()),
        scalar => scalar.clone(),
    }
}
