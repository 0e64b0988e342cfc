//! From a folder on disk to everything that a build of its kustomization reads.
//!
//! [`mentions`] says what a kustomization names, [`place`] which paths it may reach, [`folder`] reads one folder, and
//! [`walk`] goes from folder to folder, those of one level at the same time.

mod folder;
mod helm;
mod mentions;
mod options;
mod place;
mod reader;
mod remote;
mod source;
#[cfg(test)]
mod tests;
mod walk;

pub(crate) use mentions::Form;
pub(crate) use options::{HelmOptions, Opened, Options, Restriction, Unreachable};
pub(crate) use place::MAX_FILE;
pub(crate) use walk::{explain, gather, is_url};
