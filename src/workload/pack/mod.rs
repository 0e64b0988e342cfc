//! Files for an artifact: which there are, where they come from, and one archive of them.

mod archive;
mod ignored;
mod provenance;
mod tree;

pub use archive::{Packed, pack_files};
pub use ignored::DEFAULT_IGNORED;
pub use provenance::{Provenance, ask_git};
pub use tree::{PackedFile, Tree, read_tree};
