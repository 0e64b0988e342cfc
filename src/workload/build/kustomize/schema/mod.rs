//! Types of objects: which kinds are cluster-scoped, and by which keys lists are merged.
//!
//! Kustomize merges with the types of one version of Kubernetes that is built in, whatever cluster is meant, so these
//! are bundled (`builtin.txt`, written by `testbed/mergekeys.sh`) as far as they say how something is merged. A
//! kustomization can name an `OpenAPI` document that takes their place.

mod document;
mod scopes;
mod shape;
mod table;
mod types;

pub(crate) use shape::{ShapeId, Shapes};
pub(crate) use types::Schema;

#[cfg(test)]
mod tests;
