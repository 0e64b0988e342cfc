//! STUB (K3): `ValueAddTransformer`.

use super::super::error::Error;
use super::super::set::ResourceSet;

/// A `ValueAddTransformer`.
#[derive(Debug, Clone)]
pub(crate) struct ValueAddTransformer {}

impl ValueAddTransformer {
    pub(crate) fn apply(&self, _set: &mut ResourceSet) -> Result<(), Error> {
        Ok(())
    }
}
