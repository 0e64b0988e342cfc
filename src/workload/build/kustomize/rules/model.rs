//! STUB (K2): the model is meant to stay.

use super::super::error::Error;
use super::super::fieldspec::FieldSpec;
use super::super::gvk::Gvk;
use super::super::tree::Directory;

/// Fields in which names of objects of one kind stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BackReferences {
    /// The kind that is named.
    pub gvk: Gvk,
    /// Where it is named.
    pub referrers: Vec<FieldSpec>,
}

/// Fields that transformers touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rules {
    /// `namePrefix`
    pub name_prefix: Vec<FieldSpec>,
    /// `nameSuffix`
    pub name_suffix: Vec<FieldSpec>,
    /// `namespace`
    pub namespace: Vec<FieldSpec>,
    /// `commonLabels`
    pub common_labels: Vec<FieldSpec>,
    /// `labels`
    pub labels: Vec<FieldSpec>,
    /// `templateLabels`
    pub template_labels: Vec<FieldSpec>,
    /// `commonAnnotations`
    pub common_annotations: Vec<FieldSpec>,
    /// `nameReference`
    pub name_reference: Vec<BackReferences>,
    /// `varReference`
    pub var_reference: Vec<FieldSpec>,
    /// `images`
    pub images: Vec<FieldSpec>,
    /// `replicas`
    pub replicas: Vec<FieldSpec>,
}

impl Rules {
    /// Adds the rules of another set. The error is what contradicts each other.
    pub(crate) fn merge(&mut self, _other: &Rules) -> Result<(), String> {
        Ok(())
    }
}

/// What is built in, with what `configurations` and `crds` of a folder add.
pub(crate) fn rules_of(_directory: &Directory) -> Result<Rules, Error> {
    Ok(Rules::default())
}
