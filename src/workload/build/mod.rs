//! Second stage: texts to objects. Three synchronous steps that run on all cores: parse, decrypt, expand.

mod expand;
mod parallel;
mod parse;
mod render;
mod stages;
#[cfg(test)]
mod tests;

pub use expand::expand_documents;
pub use parse::parse_texts;
pub use render::render_objects;
pub use stages::{Built, Parsed, decrypt_documents, drop_repetitions, names_only};
