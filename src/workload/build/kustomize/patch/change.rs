//! One patch and the objects that it changes.

use std::cell::RefCell;
use std::sync::Arc;

use serde_json::Value;

use super::super::error::Error;
use super::super::file::PatchOptions;
use super::super::resource::{Resource, as_map, child};
use super::super::set::ResourceSet;
use super::super::shared::Shared;
use super::super::written::{Place, Written};
use super::json::Operation;
use super::merge::{Fate, Merge};
use super::text::{for_targets, text_of};
use super::transformer::PatchText;
use crate::workload::build::parallel;

/// Objects from which more than one core is worth its cost.
const MANY: usize = 128;

/// Changes objects, on all cores if they are many.
pub(super) fn each(
    set: &mut ResourceSet,
    places: &[usize],
    change: impl Fn(&mut Resource) -> Result<(), Error> + Sync,
) -> Result<(), Error> {
    let list = set.list_mut();
    if places.len() < MANY {
        return places
            .iter()
            .try_for_each(|place| change(&mut list[*place]));
    }
    let mut chosen = vec![false; list.len()];
    for place in places {
        chosen[*place] = true;
    }
    let items = std::mem::take(list).into_iter().zip(chosen).collect();
    *list = parallel::try_map(items, |(mut resource, chosen)| {
        if chosen {
            change(&mut resource)?;
        }
        Ok::<_, Error>(resource)
    })?;
    Ok(())
}

/// Merges a patch into objects that were selected. Their identities must stay distinct.
pub(super) fn merge_all(
    set: &mut ResourceSet,
    places: &[usize],
    patch: &Resource,
    options: PatchOptions,
    text: &PatchText,
) -> Result<(), Error> {
    let json = for_targets(patch);
    let patch = StrategicPatch::new(patch, &json);
    each(set, places, |resource| {
        merge_into(resource, patch, options).map_err(|why| text.failed(resource, &why))
    })?;
    if options == PatchOptions::default() {
        return Ok(());
    }
    set.drop_empty();
    set.check_unique()
}

/// A patch as it is merged.
#[derive(Debug, Clone, Copy)]
pub(super) struct StrategicPatch<'p> {
    json: &'p Value,
    kind: &'p str,
    written: Option<&'p Written>,
}

impl<'p> StrategicPatch<'p> {
    pub(super) fn new(patch: &'p Resource, json: &'p Value) -> Self {
        Self {
            json,
            kind: patch.kind(),
            written: patch.written.as_deref(),
        }
    }
}

/// Merges a patch into an object, which keeps its identity as far as the options do not allow a new one.
pub(super) fn merge_into(
    resource: &mut Resource,
    patch: StrategicPatch<'_>,
    options: PatchOptions,
) -> Result<(), String> {
    if options != PatchOptions::default() {
        resource.store_previous_id();
    }
    let text = |key: &str| resource.json.get(key).cloned();
    let (own_kind, api_version) = (text("kind"), resource.api_version().to_owned());
    let (name, namespace) = (resource.name().to_owned(), resource.namespace().to_owned());
    let (schema, written) = (Arc::clone(resource.schema()), resource.written.clone());
    let merge = Merge {
        shapes: schema.shapes(),
        written: written.as_deref(),
        patch_written: patch.written,
        changes: RefCell::default(),
    };
    let shape = merge
        .shape_of(&resource.json)
        .or_else(|| merge.shapes.of_kind(&api_version, patch.kind));
    match merge.merge(&mut resource.json, patch.json, shape, &Place::ROOT)? {
        // Kustomize makes another object then, and keeps this one.
        Fate::Kept | Fate::Replaced(_) => {}
        Fate::Gone => resource.json = Value::Null,
    }
    resource.shared.iter_mut().for_each(Shared::forget_items);
    Written::update(&mut resource.written, merge.changes.into_inner());
    if resource.is_empty() {
        return Ok(());
    }
    let fields = as_map(&mut resource.json);
    if !fields.contains_key("apiVersion") && !api_version.is_empty() {
        fields.insert("apiVersion".to_owned(), api_version.into());
    }
    if let (false, Some(kind)) = (options.allow_kind_change, own_kind) {
        fields.insert("kind".to_owned(), kind);
    }
    if !options.allow_name_change && resource.name() != name {
        resource.set_name(&name);
    }
    if resource.namespace() != namespace {
        resource.set_namespace(&namespace);
    }
    Ok(())
}

/// Applies the operations of a JSON patch to an object.
pub(super) fn operate(
    resource: &mut Resource,
    operations: &[Operation],
    text: &PatchText,
) -> Result<(), Error> {
    let is_marked = resource.history.is_marked();
    let mut json = std::mem::take(&mut resource.json);
    if is_marked {
        child(child(as_map(&mut json), "metadata"), "annotations");
    }
    let done = operations
        .iter()
        .try_for_each(|operation| operation.apply(&mut json));
    resource.json = json;
    done.map_err(|why| text.failed(resource, &why))?;
    if !resource.json.is_object() {
        return Err(text.failed(resource, "nothing but a mapping can be an object"));
    }
    // Kustomize writes the object anew: as JSON, and annotations as texts.
    resource.written = None;
    resource.shared.clear();
    let metadata = child(as_map(&mut resource.json), "metadata");
    match metadata.get_mut("annotations") {
        Some(Value::Object(annotations)) if !annotations.is_empty() => {
            for value in annotations.values_mut().filter(|value| !value.is_string()) {
                *value = Value::String(text_of(value, false));
            }
        }
        _ if is_marked => {
            child(metadata, "annotations");
        }
        _ => {
            metadata.remove("annotations");
        }
    }
    Ok(())
}
