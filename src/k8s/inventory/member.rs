//! A member of a set, as far as its metadata tells.

use std::fmt;

use serde_json::Value;

use super::{GroupKind, PART_OF};

/// Names an object across versions of its API.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// Its kind.
    pub kind: GroupKind,
    /// Its namespace, if its kind has namespaces.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

impl fmt::Display for Identity {
    /// `deployment.apps/web`, and the namespace after it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind.kind.to_lowercase())?;
        match self.kind.group.as_str() {
            "" => {}
            group => write!(f, ".{group}")?,
        }
        write!(f, "/{}", self.name)?;
        match &self.namespace {
            Some(namespace) => write!(f, " (namespace {namespace})"),
            None => Ok(()),
        }
    }
}

/// An object of the cluster that carries the label of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// What it is called.
    pub identity: Identity,
    /// `metadata.uid`.
    pub uid: String,
    /// `metadata.resourceVersion`.
    pub resource_version: String,
    /// Value of the label, if it has one.
    pub part_of: Option<String>,
    /// Annotations and labels, which may ask for protection.
    pub marks: Vec<(String, String)>,
    /// Who takes care of it: `ReplicaSet web-7d4b9`.
    pub owner: Option<String>,
    /// It is being deleted already.
    pub terminating: bool,
}

impl Member {
    /// Reads the metadata of an object of this kind.
    pub fn read(kind: &GroupKind, object: &Value) -> Self {
        let metadata = &object["metadata"];
        let text = |key: &str| metadata[key].as_str().map(str::to_owned);
        let pairs = |key: &str| {
            let map = metadata[key].as_object();
            let pairs = map.into_iter().flatten();
            pairs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        };
        Self {
            identity: Identity {
                kind: kind.clone(),
                namespace: text("namespace").filter(|namespace| !namespace.is_empty()),
                name: text("name").unwrap_or_default(),
            },
            uid: text("uid").unwrap_or_default(),
            resource_version: text("resourceVersion").unwrap_or_default(),
            part_of: metadata["labels"][PART_OF].as_str().map(str::to_owned),
            marks: pairs("annotations").chain(pairs("labels")).collect(),
            owner: owner(metadata),
            terminating: metadata["deletionTimestamp"].is_string(),
        }
    }
}

/// The owner that manages an object. A reference that neither controls nor blocks only says what goes first.
fn owner(metadata: &Value) -> Option<String> {
    let owners = metadata["ownerReferences"].as_array()?;
    let manages =
        |owner: &&Value| owner["controller"] == true || owner["blockOwnerDeletion"] == true;
    let owner = owners.iter().find(manages)?;
    let text = |key: &str| owner[key].as_str().unwrap_or_default();
    Some(format!("{} {}", text("kind"), text("name")))
}
