//! `configMapGenerator` and `secretGenerator`.

mod maker;
mod pairs;
#[cfg(test)]
mod tests;

pub(crate) use maker::{Made, generate};
pub(crate) use pairs::file_source;
