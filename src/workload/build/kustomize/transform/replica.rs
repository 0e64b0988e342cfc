//! STUB (K2)

use super::super::error::Error;
use super::super::fieldspec::FieldSpec;
use super::super::file::Replica;
use super::super::set::ResourceSet;

/// An entry of `replicas`.
#[derive(Debug, Clone)]
pub(crate) struct ReplicaTransformer {
    /// How many of what.
    pub replica: Replica,
    /// Fields that say how many.
    pub specs: Vec<FieldSpec>,
}

impl ReplicaTransformer {
    pub(crate) fn apply(&self, _set: &mut ResourceSet) -> Result<(), Error> {
        Ok(())
    }
}
