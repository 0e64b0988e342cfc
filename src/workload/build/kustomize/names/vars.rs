//! STUB (K2): variables.

use super::super::error::Error;
use super::super::fieldspec::FieldSpec;
use super::super::file::Var;
use super::super::set::ResourceSet;

/// The variables of a build, by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vars {}

impl Vars {
    /// Adds those of a kustomization, and marks the objects they take their values from.
    pub(crate) fn add(&mut self, _vars: &[Var], _set: &mut ResourceSet) -> Result<(), Error> {
        Ok(())
    }

    /// Adds those of a base; the same one twice is refused as kustomize does.
    pub(crate) fn merge(&mut self, _other: Vars) -> Result<(), Error> {
        Ok(())
    }
}

/// Replaces `$(NAME)`. Returns the names that nothing used.
pub(crate) fn resolve_vars(
    _set: &mut ResourceSet,
    _vars: &Vars,
    _specs: &[FieldSpec],
) -> Result<Vec<String>, Error> {
    Ok(Vec::new())
}
