//! Manifests against schemas, without a server: what is wrong in them and where.
//!
//! [`Catalog`] knows kinds, from a bundled release ([`Release`]), from documents of a server ([`openapi`]) and from
//! definitions in the input. [`check_documents`] walks every document along its schema and collects [`Finding`]s. This
//! module is pure.

mod catalog;
mod check;
mod combination;
mod compile;
mod crd;
mod definition;
mod documents;
mod finding;
mod format;
mod limits;
mod metadata;
mod name;
pub mod openapi;
mod path;
mod pattern;
mod quantity;
mod release;
mod repeated;
mod schema;
#[cfg(test)]
mod tests;
mod unit;
mod values;

pub use catalog::Catalog;
pub use documents::{Checked, Options, UnknownFields, check_documents};
pub use finding::{Finding, Rule, unreadable};
pub use release::Release;
pub use unit::api_versions;
