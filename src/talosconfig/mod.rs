//! Talosconfig files: who may use the Talos API of which cluster, for talosctl.
//!
//! [`model`] keeps every field it does not know, [`merge`] adds and removes our context, [`mod@file`] applies that to the
//! user's files, see [`crate::userfile`].

pub mod file;
pub mod merge;
pub mod model;

pub use file::{Error, Files};
pub use merge::Ours;
pub use model::{Access, Talosconfig};
