//! STUB (K3): `replacements`. May become a folder.

use super::error::Error;
use super::file::{Replacement, ReplacementEntry};
use super::set::ResourceSet;
use super::tree::Directory;

/// `replacements`, or a `ReplacementTransformer`.
#[derive(Debug, Clone)]
pub(crate) struct ReplacementTransformer {
    /// All of them, files read.
    pub replacements: Vec<Replacement>,
}

impl ReplacementTransformer {
    /// Reads the files among the entries.
    pub(crate) fn of(_directory: &Directory, _entries: &[ReplacementEntry]) -> Result<Self, Error> {
        Ok(Self {
            replacements: Vec::new(),
        })
    }

    /// Copies every value.
    pub(crate) fn apply(&self, _set: &mut ResourceSet) -> Result<(), Error> {
        Ok(())
    }
}
