//! What a node would refuse, refused before there is one: rules of the whole configuration, by role and version.

mod check;
mod cluster;
mod documents;
mod image;
mod labels;
mod network;
mod node;
mod place;
mod version;

pub use check::Warning;
