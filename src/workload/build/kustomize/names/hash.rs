//! STUB (K3): puts the hash of its content behind the name of every object that needs one.

use super::super::error::Error;
use super::super::set::ResourceSet;

/// Adds hashes; the names before are remembered.
pub(crate) fn add_hashes(_set: &mut ResourceSet) -> Result<(), Error> {
    Ok(())
}
