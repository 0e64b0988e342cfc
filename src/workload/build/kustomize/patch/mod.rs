//! Patches: strategic merge and JSON patch, and whom they are for.

mod transformer;

pub(crate) use transformer::{JsonTransformer, PatchText, PatchTransformer, StrategicTransformer};
