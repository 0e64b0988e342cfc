//! STUB (K3): generated objects join those that are there: created, replaced or merged.

use super::error::Error;
use super::resource::Resource;
use super::set::ResourceSet;

impl ResourceSet {
    /// Adds generated objects as their behaviors say.
    pub(crate) fn absorb(&mut self, made: Vec<Resource>) -> Result<(), Error> {
        self.append(made)
    }
}
