//! The formats, and what each does with the metadata.

use std::path::Path;

use serde_json::{Map, Value as Json};

use super::{dotenv, flatten, ini_read, ini_write, json_read, json_write, yaml_read, yaml_write};
use crate::secret::Secret;
use crate::sops::error::Error;
use crate::sops::leaf::Plain;
use crate::sops::tree::{self, Branch, Element, Member, Tree, Value};

/// The top-level key of the metadata.
const SOPS: &str = "sops";
/// What names of metadata begin with where there is no nesting at all.
const PREFIX: &str = "sops_";
/// The only key of a binary file.
const DATA: &str = "data";

/// A format that sops knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// YAML, one document or several.
    Yaml,
    /// JSON, an object.
    Json,
    /// `NAME=value` lines.
    Dotenv,
    /// Sections of `name = value` lines.
    Ini,
    /// Bytes; encrypted, they are JSON with one text.
    Binary,
}

/// How files are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// Blanks of YAML's indentation, 4 if unset.
    pub yaml: Option<usize>,
    /// Blanks of JSON's indentation, a tab if unset.
    pub json: Option<usize>,
    /// Blanks in the JSON of binary files, a tab if unset.
    pub json_binary: Option<usize>,
}

impl Style {
    fn yaml_indent(self) -> usize {
        self.yaml
            .filter(|count| (2..=9).contains(count))
            .unwrap_or(if self.yaml.is_some() { 2 } else { 4 })
    }
}

impl Format {
    /// The format of a file by the ending of its name; binary if that says nothing.
    pub fn of_path(path: &Path) -> Self {
        let name = path.to_string_lossy();
        let ends = |ending: &str| name.ends_with(ending);
        if ends(".yaml") || ends(".yml") {
            Self::Yaml
        } else if ends(".json") {
            Self::Json
        } else if ends(".env") {
            Self::Dotenv
        } else if ends(".ini") {
            Self::Ini
        } else {
            Self::Binary
        }
    }

    /// The name, as flags have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
            Self::Dotenv => "dotenv",
            Self::Ini => "ini",
            Self::Binary => "binary",
        }
    }

    /// Reads clear text.
    pub(crate) fn read(self, bytes: &[u8]) -> Result<Tree, Error> {
        if self == Self::Binary {
            let plain = match std::str::from_utf8(bytes) {
                Ok(text) => Plain::Str(text.to_owned()),
                Err(_) => Plain::Bytes(bytes.to_owned()),
            };
            let data = Member::Pair(DATA.to_owned(), Value::Leaf(plain));
            return Ok(Tree {
                documents: vec![vec![data]],
            });
        }
        self.read_structure(bytes)
    }

    /// Reads an encrypted file: its tree, and its metadata as JSON.
    pub(crate) fn read_sealed(self, bytes: &[u8]) -> Result<(Tree, Json), Error> {
        let mut tree = self.read_structure(bytes)?;
        let metadata = match self {
            Self::Dotenv => {
                let branch = tree
                    .documents
                    .first_mut()
                    .map(std::mem::take)
                    .unwrap_or_default();
                let (metadata, rest): (Vec<Member>, Vec<Member>) = branch.into_iter().partition(
                    |member| matches!(member, Member::Pair(name, _) if name.starts_with(PREFIX)),
                );
                tree.documents = vec![rest];
                unflattened(&metadata, PREFIX, false)
            }
            Self::Ini => match take(&mut tree)? {
                Some(Value::Map(section)) => unflattened(&section, "", true),
                _ => Ok(None),
            },
            Self::Yaml | Self::Json | Self::Binary => {
                Ok(take(&mut tree)?.map(|sops| to_json(&sops)))
            }
        }?;
        match metadata {
            Some(metadata @ Json::Object(_)) => Ok((tree, metadata)),
            Some(_) => Err(Error::Metadata("`sops` is not a mapping".into())),
            None => Err(Error::Metadata(
                "the file holds none, so it is not encrypted".into(),
            )),
        }
    }

    fn read_structure(self, bytes: &[u8]) -> Result<Tree, Error> {
        let text = std::str::from_utf8(bytes)
            .map_err(|_| Error::unreadable(self.name(), 1, "the file is not UTF-8"))?;
        match self {
            Self::Yaml => yaml_read::read(text),
            Self::Json | Self::Binary => json_read::read(text),
            Self::Dotenv => dotenv::read(text),
            Self::Ini => ini_read::read(text),
        }
    }

    /// Whether a file with this content would be taken for an encrypted one.
    pub(crate) fn has_metadata(self, tree: &Tree) -> bool {
        let prefixed =
            |member: &Member| matches!(member, Member::Pair(name, _) if name.starts_with(PREFIX));
        tree.documents.first().is_some_and(|branch| match self {
            Self::Dotenv => branch.iter().any(prefixed),
            _ => tree::get(branch, SOPS).is_some(),
        })
    }

    /// Writes clear text.
    pub(crate) fn write(self, tree: &Tree, style: Style) -> Result<Secret<Vec<u8>>, Error> {
        if self == Self::Binary {
            return match tree.documents.as_slice() {
                [branch] => match tree::get(branch, DATA) {
                    Some(Value::Leaf(Plain::Str(text))) => {
                        Ok(Secret::new(text.clone().into_bytes()))
                    }
                    Some(Value::Leaf(Plain::Bytes(bytes))) => Ok(Secret::new(bytes.clone())),
                    _ => Err(Error::Output(
                        "binary",
                        "the file holds no `data`; choose another output type",
                    )),
                },
                _ => Err(Error::Output(
                    "binary",
                    "the file has several documents; choose another output type",
                )),
            };
        }
        self.write_structure(&tree.documents, style)
            .map(Secret::new)
    }

    /// Writes an encrypted tree with its metadata.
    pub(crate) fn write_sealed(
        self,
        tree: &Tree,
        metadata: &Map<String, Json>,
        style: Style,
    ) -> Result<Vec<u8>, Error> {
        let members: Vec<Member> = match self {
            Self::Dotenv => flatten::flatten(metadata)
                .into_iter()
                .map(|(name, text)| Member::Pair(format!("{PREFIX}{name}"), Value::text(text)))
                .collect(),
            Self::Ini => {
                let lines = flatten::flatten(metadata).into_iter();
                let section = lines
                    .map(|(name, text)| Member::Pair(name, Value::text(text.replace('\n', "\\n"))));
                vec![Member::Pair(SOPS.to_owned(), Value::Map(section.collect()))]
            }
            Self::Yaml | Self::Json | Self::Binary => {
                let sops = from_json(&Json::Object(metadata.clone()));
                vec![Member::Pair(SOPS.to_owned(), sops)]
            }
        };
        let documents: Vec<Branch> = tree
            .documents
            .iter()
            .map(|document| document.iter().chain(&members).cloned().collect())
            .collect();
        self.write_structure(&documents, style)
    }

    fn write_structure(self, documents: &[Branch], style: Style) -> Result<Vec<u8>, Error> {
        if self == Self::Yaml {
            return Ok(yaml_write::write(documents, style.yaml_indent()).into_bytes());
        }
        let [branch] = documents else {
            return Err(Error::Output(
                self.name(),
                "only YAML can hold several documents",
            ));
        };
        match self {
            Self::Dotenv => dotenv::write(branch),
            Self::Ini => ini_write::write(branch).map(String::into_bytes),
            Self::Binary => json_write::write(branch, style.json_binary).map(String::into_bytes),
            Self::Json | Self::Yaml => {
                json_write::write(branch, style.json).map(String::into_bytes)
            }
        }
    }

    /// Writes one value of a tree. Texts are written as they are, whatever the format.
    pub(crate) fn write_value(self, value: &Value, style: Style) -> Result<Secret<Vec<u8>>, Error> {
        let text = match (self, value) {
            (_, Value::Leaf(Plain::Str(text))) => text.clone().into_bytes(),
            (_, Value::Leaf(Plain::Bytes(bytes))) => bytes.clone(),
            (Self::Yaml, Value::Map(branch)) => {
                yaml_write::write(std::slice::from_ref(branch), style.yaml_indent()).into_bytes()
            }
            (Self::Yaml, value) => yaml_write::write_value(value, style.yaml_indent()).into_bytes(),
            (Self::Json, Value::Map(branch)) => json_write::write(branch, style.json)?.into_bytes(),
            (Self::Json | Self::Ini, value) => {
                json_write::write_value(value, style.json)?.into_bytes()
            }
            (Self::Dotenv, Value::Map(branch)) => dotenv::write(branch)?,
            (Self::Dotenv | Self::Binary, _) => {
                let reason = "only a text can be extracted into this format";
                return Err(Error::Output(self.name(), reason));
            }
        };
        Ok(Secret::new(text))
    }
}

/// Removes the metadata of all documents; that of the first counts.
fn take(tree: &mut Tree) -> Result<Option<Value>, Error> {
    let mut found = None;
    for (number, branch) in tree.documents.iter_mut().enumerate() {
        let is_metadata = |member: &Member| matches!(member, Member::Pair(name, _) if name == SOPS);
        if number == 0 && branch.iter().filter(|member| is_metadata(member)).count() > 1 {
            return Err(Error::Metadata("`sops` occurs twice".into()));
        }
        while let Some(at) = branch.iter().position(is_metadata) {
            if let Member::Pair(_, value) = branch.remove(at)
                && number == 0
            {
                found = Some(value);
            }
        }
    }
    Ok(found)
}

fn unflattened(members: &[Member], prefix: &str, escaped: bool) -> Result<Option<Json>, Error> {
    let mut lines = members
        .iter()
        .filter_map(|member| match member {
            Member::Pair(name, value) => Some((name.strip_prefix(prefix)?, value.as_str()?)),
            Member::Comment(_) => None,
        })
        .map(|(name, text)| {
            let text = if escaped {
                text.replace("\\n", "\n")
            } else {
                text.to_owned()
            };
            (name, text)
        })
        .peekable();
    if lines.peek().is_none() {
        return Ok(None);
    }
    let metadata = flatten::unflatten(lines)
        .ok_or_else(|| Error::Metadata("its lines contradict each other or leave gaps".into()))?;
    Ok(Some(Json::Object(metadata)))
}

fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Leaf(plain) => match plain {
            Plain::Str(text) | Plain::Time(text) | Plain::Comment(text) => text.as_str().into(),
            Plain::Bytes(_) => Json::Null,
            Plain::Int(number) => (*number).into(),
            Plain::Unsigned(number) => (*number).into(),
            Plain::Float(number) => (*number).into(),
            Plain::Bool(value) => (*value).into(),
        },
        Value::Seq(list) => list
            .iter()
            .filter_map(|element| match element {
                Element::Item(value) => Some(to_json(value)),
                Element::Comment(_) => None,
            })
            .collect(),
        Value::Map(branch) => branch
            .iter()
            .filter_map(|member| match member {
                Member::Pair(name, value) => Some((name.clone(), to_json(value))),
                Member::Comment(_) => None,
            })
            .collect::<Map<_, _>>()
            .into(),
    }
}

fn from_json(value: &Json) -> Value {
    match value {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Leaf(Plain::Bool(*value)),
        Json::String(text) => Value::text(text.as_str()),
        Json::Number(number) => Value::Leaf(number.as_i64().map_or_else(
            || Plain::Float(number.as_f64().unwrap_or_default()),
            Plain::Int,
        )),
        Json::Array(items) => Value::Seq(
            items
                .iter()
                .map(|item| Element::Item(from_json(item)))
                .collect(),
        ),
        Json::Object(fields) => Value::Map(
            fields
                .iter()
                .map(|(name, value)| Member::Pair(name.clone(), from_json(value)))
                .collect(),
        ),
    }
}
