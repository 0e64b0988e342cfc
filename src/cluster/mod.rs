//! Provisioning, in reading order: model → distribution (desired) → observed → diff → plan → perform.

pub mod access;
pub mod console;
pub mod diff;
pub mod distribution;
pub mod kind;
pub mod model;
mod nodes;
pub mod observed;
pub mod perform;
pub mod perform_error;
pub mod plan;
pub mod ready;
pub mod removal;
mod setup;
pub mod summary;
