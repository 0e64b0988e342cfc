//! One object to delete, and what is checked before it is.

use std::fmt;
use std::sync::Arc;

use crate::k8s::discovery::Resource;
use crate::k8s::inventory::{GroupKind, Identity, Member};
use crate::workload::object::ObjectId;

/// One object to delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Victim {
    /// What it is called; the namespace is the one it lives in.
    pub id: ObjectId,
    /// Where it lives.
    pub resource: Resource,
    /// Its uid: another object of the same name is not deleted.
    pub uid: Option<String>,
    /// Its version, if a change since must be looked at first.
    pub resource_version: Option<String>,
    /// Somebody deleted it before.
    pub terminating: bool,
}

/// Why an object that changed since it was chosen must stay, if it must.
pub type Guard = Arc<dyn Fn(&Member) -> Option<String> + Send + Sync>;

impl Victim {
    /// A member of a set, which may change until its turn comes.
    pub fn member(member: &Member, resource: &Resource) -> Self {
        let Identity {
            kind,
            namespace,
            name,
        } = &member.identity;
        Self {
            id: ObjectId {
                api_version: resource.api_version.clone(),
                kind: kind.kind.clone(),
                namespace: namespace.clone(),
                name: name.clone(),
            },
            resource: resource.clone(),
            uid: Some(member.uid.clone()).filter(|uid| !uid.is_empty()),
            resource_version: Some(member.resource_version.clone())
                .filter(|version| !version.is_empty()),
            terminating: member.terminating,
        }
    }

    /// Its kind without the version.
    pub fn kind(&self) -> GroupKind {
        GroupKind {
            group: self.id.group().to_owned(),
            kind: self.id.kind.clone(),
        }
    }
}

impl fmt::Display for Victim {
    /// With the namespace, if it has one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.id)?;
        match &self.id.namespace {
            Some(namespace) => write!(f, " (namespace {namespace})"),
            None => Ok(()),
        }
    }
}
