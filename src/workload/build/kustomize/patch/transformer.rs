//! STUB (K1): the structs and signatures are meant to stay.

use std::sync::Arc;

use super::super::error::Error;
use super::super::file::PatchOptions;
use super::super::selector::Selector;
use super::super::set::ResourceSet;
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
    pub(crate) fn apply(&self, _set: &mut ResourceSet) -> Result<(), Error> {
        Ok(())
    }
}

impl JsonTransformer {
    pub(crate) fn apply(&self, _set: &mut ResourceSet) -> Result<(), Error> {
        Ok(())
    }
}

impl StrategicTransformer {
    pub(crate) fn apply(&self, _set: &mut ResourceSet) -> Result<(), Error> {
        Ok(())
    }
}
