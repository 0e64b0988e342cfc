//! Kustomizations: from files to objects, as kustomize builds them.
//!
//! The way of a build: [`tree`] (everything it reads, gathered before by `workload::gather`) → [`accumulate`] (bases,
//! generators, components, transformers, validators, one folder after the other) → [`names`] (hashes, references,
//! variables) → [`finish`] (order, annotations). Beside it stand [`mod@file`] (what a kustomization can say), [`rules`] (which
//! fields transformers touch), [`schema`] (how patches are merged), [`plugin`] (transformers and generators with files of
//! their own). All of it is pure.

mod absorb;
mod accumulate;
mod dotted;
mod error;
mod fieldspec;
pub(crate) mod file;
mod finish;
mod generate;
mod gojson;
mod goyaml;
mod gvk;
mod internal;
mod kinds;
mod names;
mod notes;
mod objects;
mod patch;
mod pathtree;
mod plugin;
mod provenance;
mod replace;
mod requirement;
mod resource;
mod rules;
pub(crate) mod schema;
mod selector;
mod set;
mod settle;
mod shared;
#[cfg(test)]
mod testing;
mod transform;
pub(crate) mod tree;
mod written;

#[cfg(test)]
pub(crate) use accumulate::Outcome;
pub(crate) use accumulate::{BuildOptions, build};
pub use error::Error;
pub(crate) use file::Order;
pub(crate) use plugin::{Use, charts_of, paths_of};
pub(crate) use resource::Resource;
