//! STUB (K2)

use super::super::error::Error;
use super::super::fieldspec::FieldSpec;
use super::super::set::ResourceSet;

/// Before or behind the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Before.
    Prefix,
    /// Behind.
    Suffix,
}

/// `namePrefix` and `nameSuffix`.
#[derive(Debug, Clone)]
pub(crate) struct AffixTransformer {
    /// Where it goes.
    pub side: Side,
    /// The text.
    pub text: String,
    /// Fields that get it.
    pub specs: Vec<FieldSpec>,
}

impl AffixTransformer {
    pub(crate) fn apply(&self, _set: &mut ResourceSet) -> Result<(), Error> {
        Ok(())
    }
}
