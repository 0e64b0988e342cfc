//! `replacements`: a value that is copied from one field of one object, or given, to fields of others.

mod lookup;
mod matcher;
mod path;
pub(super) mod scalar;
mod source;
mod structured;
mod styled;
mod target;
#[cfg(test)]
mod tests;
mod transformer;

pub(crate) use transformer::ReplacementTransformer;
