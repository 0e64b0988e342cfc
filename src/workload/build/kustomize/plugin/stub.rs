//! STUB (K3)

use super::super::error::Error;
use super::super::resource::Resource;
use super::super::transform::Step;
use super::super::tree::Directory;

/// The transformers that configuration objects mean. Those that would run foreign code are refused by name.
pub(crate) fn transformers(
    _configs: &[Resource],
    _directory: &Directory,
) -> Result<Vec<Step>, Error> {
    Ok(Vec::new())
}

/// The objects that generators of configuration objects make, each generator's together.
pub(crate) fn generators(
    _configs: &[Resource],
    _directory: &Directory,
) -> Result<Vec<Vec<Resource>>, Error> {
    Ok(Vec::new())
}
