//! Second stage: texts to objects. Three synchronous steps that run on all cores: parse, decrypt, expand.

mod expand;
mod files;
pub(crate) mod kustomize;
mod kustomized;
pub(crate) mod parallel;
mod parse;
mod render;
mod stages;
#[cfg(test)]
mod tests;

pub(crate) use expand::CONFIGURATION;
pub use expand::expand_documents;
pub use files::object_files;
pub use kustomize::Error as KustomizationError;
pub(crate) use kustomized::{Fate, documents_of, objects_of};
pub use parse::{parse_each, parse_texts};
pub use render::{render_list, render_objects};
pub use stages::{Built, Parsed, decrypt_documents, decrypt_each, drop_repetitions, names_only};
