//! Transformers that patch objects.

use std::cell::RefCell;
use std::sync::Arc;

use serde_json::Value;

use super::super::error::Error;
use super::super::file::PatchOptions;
use super::super::gvk::ResId;
use super::super::resource::{Resource, as_map, child};
use super::super::schema::Schema;
use super::super::selector::Selector;
use super::super::set::ResourceSet;
use super::super::shared::Shared;
use super::super::written::{Place, Written};
use super::json::Operation;
use super::merge::{Fate, Merge};
use super::text::{for_targets, text_of, with_texts};
use crate::config::Located;
use crate::text::nearest;
use crate::workload::build::parallel;
use crate::yaml::{Location, Source};

/// Objects from which more than one core is worth its cost.
const MANY: usize = 128;

/// The text of a patch.
#[derive(Debug, Clone)]
pub(crate) struct PatchText {
    /// Patches in YAML or JSON.
    pub text: Arc<str>,
    /// What messages call the text: a file, or the kustomization that holds it.
    pub source: Source,
    /// It is a file of its own, so that places in it can be told; otherwise only `at` can.
    pub is_file: bool,
    /// Where the kustomization has it or names its file.
    pub at: Location,
    /// It was encrypted: nothing of it may get into messages.
    pub confidential: bool,
}

/// An entry of `patches`, or a `PatchTransformer`.
#[derive(Debug, Clone)]
pub(crate) struct PatchTransformer {
    /// The patch or patches.
    pub patch: PatchText,
    /// Whom they are for; without it they name their objects.
    pub target: Option<Located<Selector>>,
    /// What they may change.
    pub options: PatchOptions,
}

/// An entry of `patchesJson6902`, or a `PatchJson6902Transformer`.
#[derive(Debug, Clone)]
pub(crate) struct JsonTransformer {
    /// The patch.
    pub patch: PatchText,
    /// Whom it is for.
    pub target: Located<Selector>,
}

/// `patchesStrategicMerge`, or a `PatchStrategicMergeTransformer`.
#[derive(Debug, Clone)]
pub(crate) struct StrategicTransformer {
    /// The patches.
    pub patches: Vec<PatchText>,
}

impl PatchTransformer {
    pub(crate) fn apply(&self, set: &mut ResourceSet) -> Result<(), Error> {
        let patches = self.patch.read(&schema_of(set))?;
        match &self.target {
            None if !patches.json.is_empty() => Err(Error::at(
                &self.patch.at,
                "a JSON patch needs a `target`: it does not name its object",
            )
            .with_hint("add `target` with the `kind` and `name` of the object")),
            None => {
                for patch in &patches.strategic {
                    let place = owner(set, patch, &self.patch)?;
                    let json = match self.options == PatchOptions::default() {
                        true => &patch.json,
                        // Kustomize keeps the options in annotations, which makes all of them texts.
                        false => &with_texts(patch, &["annotations"]),
                    };
                    let resource = &mut set.list_mut()[place];
                    merge_into(resource, StrategicPatch::new(patch, json), self.options)
                        .map_err(|why| self.patch.failed(resource, &why))?;
                }
                Ok(())
            }
            Some(target) if !patches.json.is_empty() => {
                let selected = set.select(&target.value);
                each(set, &selected, |resource| {
                    resource.store_previous_id();
                    operate(resource, &patches.json, &self.patch)
                })
            }
            Some(target) => match patches.strategic.as_slice() {
                [] => Ok(()),
                [patch] => {
                    let selected = set.select(&target.value);
                    merge_all(set, &selected, patch, self.options, &self.patch)
                }
                _ => Err(Error::at(
                    &target.at,
                    "`target` can only be there if the text holds one patch, and it holds more",
                )
                .with_hint("write an entry of `patches` for each of them")),
            },
        }
    }
}

impl JsonTransformer {
    pub(crate) fn apply(&self, set: &mut ResourceSet) -> Result<(), Error> {
        if self.target.value.written.name.is_empty() {
            let what = "`target` must have a `name` here";
            return Err(
                Error::at(&self.target.at, what).with_hint("use `patches` to patch many objects")
            );
        }
        let operations = self.patch.operations()?;
        if operations.is_empty() {
            return Err(Error::at(&self.patch.at, "the patch is empty"));
        }
        let selected = set.select(&self.target.value);
        each(set, &selected, |resource| {
            operate(resource, &operations, &self.patch)
        })
    }
}

impl StrategicTransformer {
    pub(crate) fn apply(&self, set: &mut ResourceSet) -> Result<(), Error> {
        let schema = schema_of(set);
        let mut is_empty = true;
        for text in &self.patches {
            for patch in text.objects(&schema)? {
                is_empty = false;
                let place = owner(set, &patch, text)?;
                merge_all(set, &[place], &patch, PatchOptions::default(), text)?;
            }
        }
        match self.patches.first() {
            Some(first) if is_empty => Err(Error::at(&first.at, "the patch is empty")),
            _ => Ok(()),
        }
    }
}

/// The types of the build, which every object knows. Without objects nothing is merged either.
fn schema_of(set: &ResourceSet) -> Arc<Schema> {
    let first = set.list().first();
    first.map_or_else(Schema::builtin, |resource| Arc::clone(resource.schema()))
}

/// The place of the object that a patch names.
fn owner(set: &ResourceSet, patch: &Resource, text: &PatchText) -> Result<usize, Error> {
    let id = patch.id();
    let mut found = (set.list().iter().enumerate())
        .filter(|(_, resource)| !resource.is_empty() && resource.has_or_had(&id))
        .map(|(place, _)| place);
    match (found.next(), found.next()) {
        (Some(place), None) => Ok(place),
        (Some(_), Some(_)) => {
            let what = format!("the patch of {id} fits more than one object");
            Err(Error::at(&text.at, what))
        }
        (None, _) => {
            let error = Error::at(&text.at, format!("the patch of {id} fits no object"));
            Err(match near(set, &id) {
                Some(hint) => error.with_hint(hint),
                None => error,
            })
        }
    }
}

/// What the patch may have been meant for.
fn near(set: &ResourceSet, id: &ResId) -> Option<String> {
    let ids: Vec<ResId> = set.list().iter().flat_map(Resource::all_ids).collect();
    if let Some(other) = ids.iter().find(|other| other.same_kind_and_name(id)) {
        return Some(format!("did you mean {other}?"));
    }
    let same_name = |other: &&ResId| other.name == id.name && other.gvk.kind == id.gvk.kind;
    if let Some(other) = ids.iter().find(same_name) {
        let api_version = other.gvk.api_version();
        return Some(format!(
            "did you mean {other} with `apiVersion: {api_version}`?"
        ));
    }
    let of_kind = ids.iter().filter(|other| other.gvk.kind == id.gvk.kind);
    let names = of_kind.map(|other| other.name.as_str());
    if let Some(name) = nearest(&id.name, names) {
        let other = ids.iter().find(|other| other.name == name)?;
        return Some(format!("did you mean {other}?"));
    }
    let other = ids.iter().find(|other| other.name == id.name)?;
    Some(format!("did you mean {other}?"))
}

/// Changes objects, on all cores if they are many.
fn each(
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
fn merge_all(
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
struct StrategicPatch<'p> {
    json: &'p Value,
    kind: &'p str,
    written: Option<&'p Written>,
}

impl<'p> StrategicPatch<'p> {
    fn new(patch: &'p Resource, json: &'p Value) -> Self {
        Self {
            json,
            kind: patch.kind(),
            written: patch.written.as_deref(),
        }
    }
}

/// Merges a patch into an object, which keeps its identity as far as the options do not allow a new one.
fn merge_into(
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
fn operate(
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

impl PatchText {
    /// A patch that does not fit an object, which may be named even if its content is secret.
    fn failed(&self, resource: &Resource, why: &str) -> Error {
        let id = resource.id();
        Error::at(&self.at, format!("{id} cannot be patched: {why}"))
    }
}
