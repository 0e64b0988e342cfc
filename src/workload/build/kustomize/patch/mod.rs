//! Patches: strategic merge and JSON patch, and whom they are for.

mod change;
mod find;
mod json;
mod merge;
mod text;
mod transformer;

pub(crate) use transformer::{JsonTransformer, PatchText, PatchTransformer, StrategicTransformer};

#[cfg(test)]
mod tests;
