//! Transformers, generators and validators that are configured by objects of their own; built-in ones only.

mod stub;

pub(crate) use stub::{generators, transformers};
