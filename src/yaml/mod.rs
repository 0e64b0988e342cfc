//! YAML text with positions, read the way Kubernetes tools read it, and written so that every reader agrees.
//!
//! [`load()`] turns text into [`Node`] trees that know line and column of every value. Scalars follow the YAML 1.1 rules
//! of go-yaml, so that a manifest means the same to us as to `kubectl`. [`to_yaml`] is the way back. This module is
//! pure: text in, trees out.

mod advice;
mod alias;
mod brackets;
mod build;
mod emit;
mod error;
mod escape;
mod input;
mod json;
mod layout;
mod load;
mod merge;
mod node;
mod parts;
mod scalar;
mod subset;

pub use emit::{documents_to_yaml, to_yaml};
pub use error::{Error, ErrorKind, Location, Source};
#[cfg(fuzzing)]
pub use load::load_by_parser;
pub use load::{Document, documents, load, load_last_of_repeated, load_untyped};
pub use node::{Entry, Mark, Node, Value};
pub use parts::{Part, PartKind, Place, parts};
pub use scalar::{decimal, resolve_plain};

#[cfg(test)]
mod tests;
