//! Transformers that patch objects.

use std::sync::Arc;

use super::super::error::Error;
use super::super::file::PatchOptions;
use super::super::notes::Notes;
use super::super::resource::Resource;
use super::super::schema::Schema;
use super::super::selector::Selector;
use super::super::set::ResourceSet;
use super::change::{StrategicPatch, each, merge_all, merge_into, operate};
use super::find::owner;
use super::text::with_texts;
use crate::config::Located;
use crate::yaml::{Location, Source};

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
    pub(crate) fn apply(&self, set: &mut ResourceSet, notes: &mut Notes) -> Result<(), Error> {
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
                    let json = if self.options == PatchOptions::default() {
                        &patch.json
                    } else {
                        // Kustomize keeps the options in annotations, which makes all of them texts.
                        &with_texts(patch, &["annotations"])
                    };
                    let resource = &mut set.list_mut()[place];
                    notes.merged = true;
                    merge_into(resource, StrategicPatch::new(patch, json), self.options)
                        .map_err(|why| self.patch.failed(resource, &why))?;
                }
                Ok(())
            }
            Some(target) if !patches.json.is_empty() => {
                let selected = selected(set, target, notes);
                each(set, &selected, |resource| {
                    resource.store_previous_id();
                    operate(resource, &patches.json, &self.patch)
                })
            }
            Some(target) => match patches.strategic.as_slice() {
                [] => Ok(()),
                [patch] => {
                    let selected = selected(set, target, notes);
                    notes.merged |= !selected.is_empty();
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
    pub(crate) fn apply(&self, set: &mut ResourceSet, notes: &mut Notes) -> Result<(), Error> {
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
        let selected = selected(set, &self.target, notes);
        each(set, &selected, |resource| {
            operate(resource, &operations, &self.patch)
        })
    }
}

impl StrategicTransformer {
    pub(crate) fn apply(&self, set: &mut ResourceSet, notes: &mut Notes) -> Result<(), Error> {
        let schema = schema_of(set);
        let mut is_empty = true;
        for text in &self.patches {
            for patch in text.objects(&schema)? {
                is_empty = false;
                let place = owner(set, &patch, text)?;
                notes.merged = true;
                merge_all(set, &[place], &patch, PatchOptions::default(), text)?;
            }
        }
        match self.patches.first() {
            Some(first) if is_empty => Err(Error::at(&first.at, "the patch is empty")),
            _ => Ok(()),
        }
    }
}

/// Places of the objects that a target selects. Selecting none is no error to kustomize, but may well be a mistake.
fn selected(set: &ResourceSet, target: &Located<Selector>, notes: &mut Notes) -> Vec<usize> {
    let selected = set.select(&target.value);
    if selected.is_empty() {
        notes
            .idle
            .push(target.value.selects_none(&target.at, set.list()));
    }
    selected
}

/// The types of the build, which every object knows. Without objects nothing is merged either.
fn schema_of(set: &ResourceSet) -> Arc<Schema> {
    let first = set.list().first();
    first.map_or_else(Schema::builtin, |resource| Arc::clone(resource.schema()))
}

impl PatchText {
    /// A patch that does not fit an object. What it says is not told if it was encrypted.
    pub(super) fn failed(&self, resource: &Resource, why: &str) -> Error {
        let id = resource.id();
        if self.confidential {
            return Error::at(&self.at, format!("{id} cannot be patched with this"))
                .with_hint("the patch is encrypted: compare its paths with the object");
        }
        Error::at(&self.at, format!("{id} cannot be patched: {why}"))
    }
}
