//! Provisioning, in reading order: model → distribution (desired) → observed → diff → plan → perform.

pub mod access;
pub mod blueprint;
pub mod console;
pub mod diff;
pub mod distribution;
pub mod family;
pub mod halt;
pub mod k3s;
pub mod kind;
mod mask;
pub mod model;
pub mod observed;
pub mod perform;
pub mod plan;
pub mod removal;
pub mod revived;
pub(crate) mod subnet;
pub mod summary;
pub mod talos;
