//! `configMapGenerator` and `secretGenerator`.

mod maker;

pub(crate) use maker::{Made, generate};
