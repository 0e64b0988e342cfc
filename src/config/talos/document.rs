//! Machine configuration: one document for machine and cluster, and any number of others.

use std::fmt;

use serde_json::{Map, Value as Json};

use super::decode;
use super::schema::{DocumentType, table};
use super::tree::Tree;
use crate::config::error::{Error, Problem};
use crate::config::fields::Cell;
use crate::secret::Secret;
use crate::yaml::{self, Location, Mark, Node, Source};

/// The `apiVersion` of all documents.
pub(super) const API_VERSION: &str = "v1alpha1";
/// What messages call a configuration that no file has.
const GENERATED: &str = "generated machine configuration";
/// Fields by which the document without a `kind` is recognised.
const UNNAMED_FIELDS: [&str; 4] = ["machine", "cluster", "debug", "persist"];
/// What identifies a document and is no field of its body.
pub(super) const HEADER: [&str; 2] = ["apiVersion", "kind"];

/// A whole machine configuration. Values keep the place where they are written, also through patches.
#[derive(Clone, PartialEq, Eq)]
pub struct MachineConfig {
    pub(super) documents: Vec<Document>,
}

/// One document.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Document {
    /// What kind of document it is.
    pub(super) id: Id,
    /// Its fields without `apiVersion` and `kind`.
    pub(super) body: Tree,
}

/// What tells documents apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Id {
    /// `kind`; empty for the document with `machine` and `cluster`.
    pub(super) kind: &'static str,
    /// `name`, for documents that have one.
    pub(super) name: String,
}

impl Id {
    /// Whether this is the document with `machine` and `cluster`.
    pub(super) fn is_main(&self) -> bool {
        self.kind.is_empty()
    }
}

/// `HostnameConfig`, or ``VolumeConfig `EPHEMERAL` ``.
impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, self.name.as_str()) {
            ("", _) => f.write_str("the document with `machine` and `cluster`"),
            (kind, "") => write!(f, "`{kind}`"),
            (kind, name) => write!(f, "`{kind}` named `{name}`"),
        }
    }
}

/// Keys and tokens stay out of logs.
impl fmt::Debug for MachineConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self
            .documents
            .iter()
            .map(|document| document.id.to_string());
        f.debug_list().entries(ids).finish()
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.id)
    }
}

impl MachineConfig {
    /// Reads a configuration. `source` should be confidential: the text holds keys.
    ///
    /// # Errors
    ///
    /// With line and column: unknown fields and documents, values of the wrong type, documents that are there twice.
    pub fn parse(text: &str, source: &Source) -> Result<Self, Error> {
        let roots = yaml::load_untyped(text, source)?;
        let mut documents: Vec<Document> = Vec::new();
        for root in &roots {
            let cell = Cell::root(root, source);
            let document = Document::decode(&cell, document_type(&cell)?)?;
            refuse_twin(&documents, &document)?;
            documents.push(document);
        }
        Ok(Self { documents })
    }

    /// Reads a configuration of one document that the program itself has made.
    ///
    /// # Errors
    ///
    /// See [`Self::parse`].
    pub fn of_json(document: &Json) -> Result<Self, Error> {
        let source = Source::new(GENERATED).confidential();
        let node = decode::node_of(document, Mark { line: 0, column: 0 });
        let cell = Cell::root(&node, &source);
        let document = Document::decode(&cell, document_type(&cell)?)?;
        Ok(Self {
            documents: vec![document],
        })
    }

    /// The configuration as YAML, one document after the other.
    pub fn to_yaml(&self) -> Secret<String> {
        let documents: Vec<Json> = self.documents.iter().map(Document::to_json).collect();
        Secret::new(yaml::documents_to_yaml(&documents))
    }

    /// The value of a field of the document with this `kind`, empty for the one with `machine` and `cluster`: what
    /// patches have made of it. Several documents of the kind count as the first.
    pub fn value(&self, kind: &str, path: &[&str]) -> Option<Json> {
        let mut documents = self.documents.iter();
        let document = documents.find(|document| document.id.kind == kind)?;
        document.body.at_path(path).map(Tree::to_json)
    }

    /// The document with `machine` and `cluster`.
    pub(super) fn main(&self) -> Option<&Document> {
        self.documents.iter().find(|document| document.id.is_main())
    }
}

impl Document {
    /// Reads the body of a document of this kind.
    pub(super) fn decode(cell: &Cell<'_>, kind: &'static DocumentType) -> Result<Self, Error> {
        let header: &[&str] = if kind.kind.is_empty() { &[] } else { &HEADER };
        let body = decode::fields(cell, table().body(kind.body), header)?;
        let name = body.get("name").filter(|_| kind.named);
        let name = name.and_then(Tree::text).unwrap_or_default().to_owned();
        Ok(Self {
            id: Id {
                kind: kind.kind,
                name,
            },
            body,
        })
    }

    /// What the table says about this kind of document.
    pub(super) fn kind(&self) -> Option<&'static DocumentType> {
        table().document(self.id.kind)
    }

    /// Where it begins.
    pub(super) fn at(&self) -> &Location {
        &self.body.at
    }

    /// The document as it is written.
    pub(super) fn to_json(&self) -> Json {
        let mut object = Map::new();
        if !self.id.is_main() {
            object.insert("apiVersion".into(), API_VERSION.into());
            object.insert("kind".into(), self.id.kind.into());
        }
        if let Json::Object(body) = self.body.to_json() {
            object.extend(body);
        }
        object.into()
    }
}

/// Refuses a document that is there already.
pub(super) fn refuse_twin(documents: &[Document], new: &Document) -> Result<(), Error> {
    match documents.iter().find(|known| known.id == new.id) {
        None => Ok(()),
        Some(twin) => {
            let why = format!("is there twice: {} begins at {}", new.id, twin.at());
            Err(Error::rule(new.at().clone(), "the document", why))
        }
    }
}

/// The kind of a document, by its `apiVersion` and `kind`, or by the fields of the one that has neither.
pub(super) fn document_type(cell: &Cell<'_>) -> Result<&'static DocumentType, Error> {
    let mut fields = cell.fields()?;
    let has_field = |name: &&str| cell.node.get(name).is_some();
    let kind = fields
        .read("kind", Cell::text)?
        .filter(|kind| !kind.is_empty());
    let Some(kind) = kind else {
        if UNNAMED_FIELDS.iter().any(has_field) || is_version_only(cell.node) {
            return table().document("").ok_or_else(|| missing(cell, "kind"));
        }
        return Err(missing(cell, "kind"));
    };
    let version = fields.require("apiVersion")?;
    version.choice(&[(API_VERSION, ())], false)?;
    let found = table()
        .document(&kind)
        .filter(|found| !found.kind.is_empty());
    found.ok_or_else(|| {
        let kinds = table().documents.iter().map(|document| document.kind);
        let kinds: Vec<&str> = kinds.filter(|kind| !kind.is_empty()).collect();
        let at = fields
            .take("kind")
            .map_or_else(|| cell.at(), |cell| cell.at());
        let problem = match crate::text::nearest(&kind, kinds.iter().copied()) {
            Some(nearest) => format!(
                "is `{kind}`, which is no kind of document that Talos knows; did you mean `{nearest}`?"
            ),
            None => format!("is `{kind}`, which is no kind of document that Talos knows"),
        };
        Error::rule(at, "kind", problem)
    })
}

/// `version: v1alpha1` alone: the document of which nothing else is said.
fn is_version_only(node: &Node) -> bool {
    !node.entries().is_empty() && node.entries().iter().all(|entry| entry.key == "version")
}

fn missing(cell: &Cell<'_>, field: &str) -> Error {
    let field = field.to_owned();
    Error::field(cell.at(), Problem::Missing { field })
}
