//! A patch: what a file in `talos/` or a flag says about machine configuration.

use super::document::{Document, Id, document_type};
use super::json_patch::{self, Operation};
use super::removal::{self, Removal};
use super::schema::table;
use super::version::Role;
use crate::config::error::Error;
use crate::config::fields::Cell;
use crate::yaml::{self, Node, Source, Value};

/// Which nodes a patch is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PatchScope {
    /// All nodes.
    All,
    /// Control-plane nodes.
    ControlPlanes,
    /// Worker nodes.
    Workers,
}

impl PatchScope {
    /// Whether nodes of this role are meant.
    pub fn covers(self, role: Role) -> bool {
        match self {
            Self::All => true,
            Self::ControlPlanes => role == Role::ControlPlane,
            Self::Workers => role == Role::Worker,
        }
    }
}

/// A patch of machine configuration, read and checked as far as it can be without the configuration that it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    scope: PatchScope,
    source: Source,
    pub(super) form: Form,
}

/// The two forms of patches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// Documents that merge into those with the same kind and name.
    Merge(Vec<Step>),
    /// Operations of RFC 6902.
    Json(Vec<Operation>),
}

/// What a document of a patch asks for, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// To take something away.
    Remove(Id, Removal),
    /// To merge a document, or to add it.
    Merge(Document),
}

impl Patch {
    /// Reads a patch: documents are a strategic merge patch, a list is a JSON patch. Nothing at all is a patch that
    /// changes nothing.
    ///
    /// # Errors
    ///
    /// With line and column: unknown fields and documents, values of the wrong type, documents that are there twice.
    pub fn parse(text: &str, source: &Source, scope: PatchScope) -> Result<Self, Error> {
        Self::of_documents(yaml::load_untyped(text, source)?, source, scope)
    }

    /// Reads a patch whose variables are already expanded: the documents of an untyped YAML text.
    ///
    /// # Errors
    ///
    /// See [`Self::parse`].
    pub fn of_documents(
        mut roots: Vec<Node>,
        source: &Source,
        scope: PatchScope,
    ) -> Result<Self, Error> {
        let form = match roots.as_mut_slice() {
            [root] if matches!(root.value, Value::Seq(_)) => {
                Form::Json(json_patch::decode(&Cell::root(root, source))?)
            }
            roots => Form::Merge(steps(roots, source)?),
        };
        Ok(Self {
            scope,
            source: source.clone(),
            form,
        })
    }

    /// The nodes that it is for.
    pub fn scope(&self) -> PatchScope {
        self.scope
    }

    /// Where it comes from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Whether it changes nothing: a file with comments only.
    pub fn is_empty(&self) -> bool {
        match &self.form {
            Form::Merge(steps) => steps.is_empty(),
            Form::Json(operations) => operations.is_empty(),
        }
    }
}

fn steps(roots: &mut [Node], source: &Source) -> Result<Vec<Step>, Error> {
    let mut steps = Vec::new();
    let mut documents: Vec<Document> = Vec::new();
    for root in roots {
        let kind = document_type(&Cell::root(root, source))?;
        let named = root.get("name").filter(|_| kind.named);
        let name = named.and_then(Node::as_str).unwrap_or_default().to_owned();
        let id = Id {
            kind: kind.kind,
            name,
        };
        let (removals, rest) = removal::extract(root, source)?;
        for removal in removals {
            if id.is_main() && removal.is_whole() {
                let why = "cannot be deleted: every machine needs it";
                return Err(Error::rule(removal.at().clone(), "$patch", why));
            }
            removal.check(table().body(kind.body))?;
            steps.push(Step::Remove(id.clone(), removal));
        }
        if rest {
            let document = Document::decode(&Cell::root(root, source), kind)?;
            super::document::refuse_twin(&documents, &document)?;
            documents.push(document.clone());
            steps.push(Step::Merge(document));
        }
    }
    // The document with `machine` and `cluster` comes first, wherever the patch has it.
    steps.sort_by_key(|step| !step.id().is_main());
    Ok(steps)
}

impl Step {
    /// The document that is meant.
    pub(super) fn id(&self) -> &Id {
        match self {
            Self::Remove(id, _) => id,
            Self::Merge(document) => &document.id,
        }
    }
}
