//! The parent of a set: found, read, written.

use serde_json::Value;
use tokio::time::Instant;

use super::Error;
use crate::k8s::apply;
use crate::k8s::discovery::{Discovery, Resource};
use crate::k8s::inventory::{GroupKind, IS_PARENT_TYPE, Inventory, Parent, Reference};
use crate::k8s::retry::patiently;
use crate::k8s::{self, Api, metadata};
use crate::workload;

/// Who owns the fields of parents.
const FIELD_MANAGER: &str = "ksail-applyset";

/// A set and what its parent said when it was opened.
#[derive(Debug, Clone)]
pub struct ApplySet {
    /// Its parent.
    pub parent: Parent,
    /// Where the parent lives.
    pub resource: Resource,
    /// Metadata of the parent as it is now; `None` if it does not exist.
    object: Option<Value>,
    /// What it says; of a new set, only the parent's namespace.
    pub recorded: Inventory,
}

/// The object that a reference names, and where it lives.
pub async fn find_parent(
    api: &Api,
    served: &Discovery,
    reference: &Reference,
    namespace: &str,
    deadline: Instant,
) -> Result<(Parent, Resource), workload::Error> {
    if let Some(parent) = reference.built_in(namespace) {
        let resource = resource(&parent);
        return Ok((parent, resource));
    }
    let (name, group) = reference.resource.clone().unwrap_or_default();
    let full = if group.is_empty() {
        name.clone()
    } else {
        format!("{name}.{group}")
    };
    let known = served.kind_of(&name, &group);
    let (kind, resource) = known.ok_or_else(|| Error::UnknownKind(full.clone()))?;
    let permitted = patiently(api, deadline, || permitted(api)).await?;
    let definition = format!("{}.{group}", resource.plural);
    if !permitted.contains(&definition) {
        return Err(Error::NotPermitted(full).into());
    }
    let parent = Parent {
        api_version: resource.api_version.clone(),
        kind: kind.to_owned(),
        namespace: resource.namespaced.then(|| namespace.to_owned()),
        name: reference.name.clone(),
    };
    Ok((parent, resource.clone()))
}

/// Where parents of the built-in kinds live.
pub fn resource(parent: &Parent) -> Resource {
    let plural = match parent.kind.as_str() {
        "ConfigMap" => "configmaps",
        _ => "secrets",
    };
    Resource {
        api_version: parent.api_version.clone(),
        plural: plural.to_owned(),
        namespaced: true,
    }
}

/// Names of the definitions whose custom resources may be parents.
async fn permitted(api: &Api) -> Result<Vec<String>, k8s::Error> {
    let definitions = Resource {
        api_version: "apiextensions.k8s.io/v1".to_owned(),
        plural: "customresourcedefinitions".to_owned(),
        namespaced: false,
    };
    let found = metadata::list(api, &definitions, None, Some(IS_PARENT_TYPE)).await?;
    let names = found
        .iter()
        .filter_map(|object| object["metadata"]["name"].as_str());
    Ok(names.map(str::to_owned).collect())
}

impl ApplySet {
    /// Reads the parent. One that does not exist makes a new, empty set.
    pub async fn open(
        api: &Api,
        served: &Discovery,
        (parent, resource): (Parent, Resource),
        deadline: Instant,
    ) -> Result<Self, workload::Error> {
        let namespace = parent.namespace.as_deref();
        let read = || metadata::get(api, &resource, namespace, &parent.name);
        let object = patiently(api, deadline, read).await?;
        let kind_of = |plural: &str, group: &str| {
            let (kind, _) = served.kind_of(plural, group)?;
            Some(GroupKind {
                group: group.to_owned(),
                kind: kind.to_owned(),
            })
        };
        let recorded = match &object {
            Some(object) => parent.read(object, kind_of).map_err(Error::from)?,
            None if !parent.group().is_empty() => {
                return Err(Error::NoCustomParent(Box::new(parent)).into());
            }
            None => Inventory {
                namespaces: parent.namespace.iter().cloned().collect(),
                ..Inventory::default()
            },
        };
        Ok(Self {
            parent,
            resource,
            object,
            recorded,
        })
    }

    /// Whether the parent exists.
    pub fn exists(&self) -> bool {
        self.object.is_some()
    }

    /// `metadata.uid` of the parent.
    pub fn uid(&self) -> Option<String> {
        let uid = self.object.as_ref()?["metadata"]["uid"].as_str()?;
        Some(uid.to_owned())
    }

    /// Lets the parent say this. One that does already is left alone. Fields that kubectl wrote are taken over, as it
    /// takes over ours.
    pub async fn record(
        &mut self,
        api: &Api,
        inventory: &Inventory,
        dry_run: bool,
        deadline: Instant,
    ) -> Result<(), k8s::Error> {
        let known = self.object.as_ref();
        if known.is_some_and(|object| self.parent.says(object, inventory)) {
            return Ok(());
        }
        let wanted = self.parent.write(inventory);
        let options = apply::Options {
            field_manager: FIELD_MANAGER,
            force: true,
            dry_run,
        };
        let namespace = self.parent.namespace.as_deref();
        let write = || apply::server_side(api, &self.resource, namespace, &wanted, options);
        patiently(api, deadline, write).await?;
        let uid = self.uid();
        let object = self.object.insert(wanted);
        if let Some(uid) = uid {
            object["metadata"]["uid"] = uid.into();
        }
        Ok(())
    }
}
