//! What a node would refuse, refused before there is one: rules of the whole configuration, by role and version.

mod check;
mod node;
mod version;

pub use check::Warning;
