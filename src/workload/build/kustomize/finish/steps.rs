//! The steps, one after the other.

use serde_json::Value;

use super::super::accumulate::BuildOptions;
use super::super::error::Error;
use super::super::file::{BuildMetadata, Kustomization, Order};
use super::super::resource::{Resource, as_map, child};
use super::super::set::ResourceSet;
use super::{annotations, order};

/// Objects with this annotation are for tools, not for clusters.
const LOCAL: &str = "config.kubernetes.io/local-config";

/// The label of `managedByLabel`.
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";

/// Its value: the version of kustomize that this engine does the same as.
const MANAGER: &str = "kustomize-v5.8.1";

/// Drops what stays local, sorts, and writes the annotations and labels that were asked for.
pub(crate) fn finish(
    set: &mut ResourceSet,
    root: &Kustomization,
    asked: BuildOptions,
) -> Result<(), Error> {
    set.list().iter().try_for_each(check)?;
    set.list_mut().retain(|resource| !is_local(resource));
    let options = root.sort_options.as_ref();
    match options.map_or(asked.order, |options| options.order) {
        Order::Fifo => {}
        Order::Legacy => {
            set.check_unique()?;
            let kinds = options.and_then(|options| options.kinds.as_ref());
            order::sort(set.list_mut(), kinds);
        }
    }
    let managed = asked.managed_by || root.asks_for(BuildMetadata::ManagedBy);
    set.try_each(|resource| {
        if managed {
            let metadata = child(as_map(&mut resource.json), "metadata");
            child(metadata, "labels").insert(MANAGED_BY.to_owned(), MANAGER.into());
        }
        annotations::write(resource, root);
        Ok(())
    })
}

/// Refuses objects that transformers have left without a kind or name.
fn check(resource: &Resource) -> Result<(), Error> {
    let kind = resource.kind();
    if kind.is_empty() {
        return Err(Error::object(resource, "`kind` was taken away"));
    }
    if resource.name().is_empty() && !kind.ends_with("List") {
        let what = format!("{kind}: `metadata.name` was taken away");
        return Err(Error::object(resource, what));
    }
    Ok(())
}

fn is_local(resource: &Resource) -> bool {
    let value = resource
        .marks("annotations")
        .and_then(|marks| marks.get(LOCAL));
    match value {
        None | Some(Value::Bool(false)) => false,
        Some(Value::String(text)) => text != "false",
        Some(_) => true,
    }
}
