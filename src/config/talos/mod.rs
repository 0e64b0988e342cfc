//! `talos/`: patches of the machine configuration of Talos, and the machine configuration itself: reading, patching and
//! checking it as `talosctl` and the nodes do, before any container starts.
//!
//! Names and types of all fields come from one table, see `schema`. Values keep the place where they are written
//! through every patch, so that what is wrong with the result can be shown in the patch that it comes from.

mod apply;
mod decode;
mod document;
mod files;
mod formats;
mod json_patch;
mod merge;
mod model;
pub mod options;
mod patch;
mod removal;
mod schema;
mod tree;
mod url;
mod validate;
mod version;

pub use document::MachineConfig;
pub use files::{example, source_of};
pub use model::TalosConfig;
pub use options::{FlagPatch, Mirror, Options, Size};
pub use patch::{Patch, PatchScope};
pub use validate::Warning;
pub use version::{Role, TalosVersion};

/// Folders of patches, in the order in which they apply.
pub const FOLDERS: [&str; 3] = ["cluster", "control-planes", "workers"];

#[cfg(test)]
mod tests;
