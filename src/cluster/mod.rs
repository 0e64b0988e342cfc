//! Provisioning, in reading order: model → desired → observed → diff → plan → perform.

pub mod model;
pub mod observed;
