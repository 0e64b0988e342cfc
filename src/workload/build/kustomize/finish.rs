//! STUB (K3): the last steps at the root: order, label of the manager, annotations.

use super::error::Error;
use super::file::Kustomization;
use super::set::ResourceSet;

/// Drops what stays local, sorts, and writes the annotations and labels that were asked for.
pub(crate) fn finish(_set: &mut ResourceSet, _root: &Kustomization) -> Result<(), Error> {
    Ok(())
}
