//! STUB (K2)

use super::super::error::Error;
use super::super::fieldspec::FieldSpec;
use super::super::set::ResourceSet;

/// Which subjects of role bindings get the namespace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Subjects {
    /// Service accounts that are called `default`.
    #[default]
    DefaultOnly,
    /// All service accounts.
    AllServiceAccounts,
    /// None.
    None,
}

/// `namespace`, or a `NamespaceTransformer`.
#[derive(Debug, Clone)]
pub(crate) struct NamespaceTransformer {
    /// The namespace.
    pub namespace: String,
    /// Fields that get it, besides `metadata.namespace`.
    pub specs: Vec<FieldSpec>,
    /// Only objects that have none get it.
    pub unset_only: bool,
    /// Which subjects of role bindings get it.
    pub subjects: Subjects,
}

impl NamespaceTransformer {
    pub(crate) fn apply(&self, _set: &mut ResourceSet) -> Result<(), Error> {
        Ok(())
    }
}
