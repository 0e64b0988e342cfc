//! An object on its way through a build: what it says, and what happened to it.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::gvk::{Gvk, ResId};
use super::provenance::Provenance;
use super::schema::Schema;
use super::shared::Shared;
use super::written::Written;
use crate::workload::object::Origin;

/// How a generated object meets one that is there already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Behavior {
    /// Neither of the others was asked for.
    #[default]
    Unspecified,
    /// There must be none.
    Create,
    /// It takes the place of the other.
    Replace,
    /// Its data are added to those of the other.
    Merge,
}

/// A name that an object had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PreviousId {
    /// `metadata.name`.
    pub name: String,
    /// Effective namespace, see [`ResId::effective_namespace`].
    pub namespace: String,
    /// `kind`.
    pub kind: String,
}

/// What happened to an object, as far as it decides who means it.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    /// Its earlier names, the first one first.
    pub previous: Vec<PreviousId>,
    /// Prefixes it got, the first one first.
    pub prefixes: Vec<String>,
    /// Suffixes it got, the first one first.
    pub suffixes: Vec<String>,
    /// Variables that take their value from it.
    pub vars: Vec<String>,
    /// Its name gets a hash of its content.
    pub needs_hash: bool,
    /// helm rendered it, and gave it the namespace that it needs.
    pub from_helm: bool,
    /// How it meets one that is there.
    pub behavior: Behavior,
    /// Where it comes from, if annotations that say so were asked for.
    pub provenance: Option<Provenance>,
    /// What changed it, likewise.
    pub transformations: Vec<Provenance>,
}

impl History {
    /// Whether kustomize would have annotations of its own in the object, for which patches find a mapping there.
    pub(crate) fn is_marked(&self) -> bool {
        !self.previous.is_empty()
            || !self.prefixes.is_empty()
            || !self.suffixes.is_empty()
            || self.needs_hash
            || self.behavior != Behavior::Unspecified
            || self.provenance.is_some()
    }
}

/// One object.
#[derive(Clone)]
pub(crate) struct Resource {
    /// All of it, a mapping.
    pub json: Value,
    /// Where it is defined.
    pub origin: Origin,
    /// It comes from something encrypted.
    pub confidential: bool,
    /// What happened to it.
    pub history: History,
    /// How it was written, where that counts.
    pub written: Option<Arc<Written>>,
    /// Entries that are one value in several places.
    pub shared: Vec<Shared>,
    schema: Arc<Schema>,
}

impl std::fmt::Debug for Resource {
    /// Without the content, which may be secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.id(), self.origin)
    }
}

impl Resource {
    /// An object that nothing happened to yet.
    pub(crate) fn new(json: Value, origin: Origin, schema: &Arc<Schema>) -> Self {
        Self {
            json,
            origin,
            confidential: false,
            history: History::default(),
            written: None,
            shared: Vec::new(),
            schema: Arc::clone(schema),
        }
    }

    /// Something changed the object: what is one value in several places is one again.
    pub(super) fn settle_shared(&mut self) {
        for shared in &mut self.shared {
            shared.settle(&mut self.json);
        }
    }

    /// The types of the build.
    pub(crate) fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// Other types count from here on.
    pub(super) fn use_schema(&mut self, schema: &Arc<Schema>) {
        if !Arc::ptr_eq(&self.schema, schema) {
            self.schema = Arc::clone(schema);
        }
    }

    /// `kind`.
    pub(crate) fn kind(&self) -> &str {
        text(&self.json, "kind")
    }

    /// `apiVersion`.
    pub(crate) fn api_version(&self) -> &str {
        text(&self.json, "apiVersion")
    }

    /// `metadata.name`; empty if there is none.
    pub(crate) fn name(&self) -> &str {
        self.json
            .get("metadata")
            .map_or("", |metadata| text(metadata, "name"))
    }

    /// `metadata.namespace`; empty if there is none.
    pub(crate) fn namespace(&self) -> &str {
        self.json
            .get("metadata")
            .map_or("", |metadata| text(metadata, "namespace"))
    }

    /// What it is.
    pub(crate) fn gvk(&self) -> Gvk {
        Gvk::new(self.api_version(), self.kind())
    }

    /// Its identity as it is now.
    pub(crate) fn id(&self) -> ResId {
        let gvk = self.gvk();
        ResId {
            cluster_scoped: self.schema.is_cluster_scoped(&gvk),
            gvk,
            name: self.name().to_owned(),
            namespace: self.namespace().to_owned(),
        }
    }

    /// Its identities before, the first one first.
    pub(crate) fn previous_ids(&self) -> impl Iterator<Item = ResId> + '_ {
        self.history.previous.iter().map(|previous| {
            let gvk = Gvk::new(self.api_version(), &previous.kind);
            ResId {
                cluster_scoped: false,
                gvk,
                name: previous.name.clone(),
                namespace: previous.namespace.clone(),
            }
        })
    }

    /// The identity it began with.
    pub(crate) fn original_id(&self) -> ResId {
        self.previous_ids().next().unwrap_or_else(|| self.id())
    }

    /// The kind it began with.
    pub(crate) fn original_kind(&self) -> &str {
        match self.history.previous.first() {
            Some(previous) => &previous.kind,
            None => self.kind(),
        }
    }

    /// Whether it has or had a name.
    pub(crate) fn was_ever_called(&self, name: &str) -> bool {
        self.name() == name || self.history.previous.iter().any(|old| old.name == name)
    }

    /// All identities it ever had, the one it has now last.
    pub(crate) fn all_ids(&self) -> impl Iterator<Item = ResId> + '_ {
        self.previous_ids()
            .chain(std::iter::once_with(|| self.id()))
    }

    /// Whether it has or had an identity.
    pub(crate) fn has_or_had(&self, id: &ResId) -> bool {
        // Most objects can be told apart by their names, which costs nothing.
        let knows_name = self.name() == id.name
            || (self.history.previous.iter()).any(|previous| previous.name == id.name);
        knows_name && self.all_ids().any(|own| own.means(id))
    }

    /// Remembers its identity, which is about to change, and returns it.
    pub(crate) fn store_previous_id(&mut self) -> ResId {
        let id = self.id();
        self.history.previous.push(PreviousId {
            namespace: id.effective_namespace().to_owned(),
            name: id.name.clone(),
            kind: id.gvk.kind.clone(),
        });
        id
    }

    /// Sets `metadata.name`.
    pub(crate) fn set_name(&mut self, name: &str) {
        set_text(self.metadata(), "name", name);
    }

    /// Sets `metadata.namespace`; an empty one is taken away.
    pub(crate) fn set_namespace(&mut self, namespace: &str) {
        set_text(self.metadata(), "namespace", namespace);
    }

    /// `metadata.labels` or `metadata.annotations`: the value of a key.
    pub(crate) fn mark(&self, field: &str, key: &str) -> Option<&str> {
        self.marks(field)?.get(key)?.as_str()
    }

    /// `metadata.labels` or `metadata.annotations`, if there are any.
    pub(crate) fn marks(&self, field: &str) -> Option<&Map<String, Value>> {
        self.json.get("metadata")?.get(field)?.as_object()
    }

    /// Takes a label away, and the labels if it was the last one.
    pub(crate) fn remove_label(&mut self, key: &str) {
        let metadata = self.json.get_mut("metadata").and_then(Value::as_object_mut);
        let Some(metadata) = metadata else {
            return;
        };
        if let Some(Value::Object(labels)) = metadata.get_mut("labels")
            && labels.remove(key).is_some()
            && labels.is_empty()
        {
            metadata.remove("labels");
        }
    }

    /// Nothing is left of it: a patch deleted it.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.json {
            Value::Object(fields) => fields.is_empty(),
            Value::Null => true,
            _ => false,
        }
    }

    /// `metadata`, made if it is missing.
    fn metadata(&mut self) -> &mut Map<String, Value> {
        child(as_map(&mut self.json), "metadata")
    }
}

/// A mapping; whatever else is there gives way.
pub(crate) fn as_map(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(fields) => fields,
        _ => unreachable!("it was made a mapping"),
    }
}

/// The mapping below a key, made if it is missing.
pub(crate) fn child<'v>(
    fields: &'v mut Map<String, Value>,
    key: &str,
) -> &'v mut Map<String, Value> {
    as_map(fields.entry(key).or_insert(Value::Null))
}

/// The text of a field; empty if it is missing or something else.
pub(crate) fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn set_text(fields: &mut Map<String, Value>, key: &str, value: &str) {
    if value.is_empty() {
        fields.remove(key);
    } else {
        fields.insert(key.to_owned(), value.into());
    }
}

/// A name as a part of a JSON pointer.
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// What a message calls a value, with its article.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}
