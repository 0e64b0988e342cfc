//! STUB (K2)

use std::collections::BTreeMap;

use super::super::error::Error;
use super::super::fieldspec::FieldSpec;
use super::super::set::ResourceSet;

/// Labels or annotations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marks {
    /// Labels.
    Labels,
    /// Annotations.
    Annotations,
}

/// `labels`, `commonLabels` and `commonAnnotations`.
#[derive(Debug, Clone)]
pub(crate) struct MarksTransformer {
    /// What they are.
    pub marks: Marks,
    /// What is set.
    pub pairs: BTreeMap<String, String>,
    /// Mappings that get them.
    pub specs: Vec<FieldSpec>,
}

impl MarksTransformer {
    pub(crate) fn apply(&self, _set: &mut ResourceSet) -> Result<(), Error> {
        Ok(())
    }
}
