//! Kubeconfig files: model, merge, and the user's own files.
//!
//! [`model`] keeps every field it does not know, [`merge`] adds and removes our entries, [`mod@file`] applies that to the
//! user's files under the lock that `kubectl` honours too, see [`crate::userfile`].

pub mod file;
pub mod merge;
pub mod model;

pub use file::{Error, Files};
pub use model::{Access, Kubeconfig, Names};
