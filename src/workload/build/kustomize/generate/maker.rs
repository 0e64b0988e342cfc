//! STUB (K3)

use std::sync::Arc;

use super::super::error::Error;
use super::super::file::{Generator, GeneratorOptions};
use super::super::resource::Resource;
use super::super::schema::Schema;
use super::super::tree::Directory;

/// What is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    /// A `ConfigMap`.
    ConfigMap,
    /// A `Secret`.
    Secret,
}

/// Makes the object of one entry; `global` are the options of the kustomization.
pub(crate) fn generate(
    _made: Made,
    _generator: &Generator,
    _global: Option<&GeneratorOptions>,
    _directory: &Directory,
    _schema: &Arc<Schema>,
) -> Result<Resource, Error> {
    unimplemented!("K3")
}
