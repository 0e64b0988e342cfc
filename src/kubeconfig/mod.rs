//! Kubeconfig files: model, merge, locked and atomic writes.
//!
//! [`model`] keeps every field it does not know, [`merge`] adds and removes our entries, [`mod@file`] applies that to the
//! user's files under the lock that `kubectl` honours too.

pub mod file;
pub mod merge;
pub mod model;

pub use file::{Error, Files};
pub use model::{Access, Kubeconfig, Names};
