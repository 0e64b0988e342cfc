//! STUB (K2)

use super::super::error::Error;
use super::super::fieldspec::FieldSpec;
use super::super::file::Image;
use super::super::set::ResourceSet;

/// An entry of `images`.
#[derive(Debug, Clone)]
pub(crate) struct ImageTransformer {
    /// What it becomes.
    pub image: Image,
    /// Fields that have images, besides the usual ones.
    pub specs: Vec<FieldSpec>,
}

impl ImageTransformer {
    pub(crate) fn apply(&self, _set: &mut ResourceSet) -> Result<(), Error> {
        Ok(())
    }
}
