//! What a command works with: flags, variables, files and defaults brought together, each value with its origin.
//!
//! Everything here is pure. Precedence is flag, then variable, then file, then default.

mod cluster;
mod error;
mod layers;
mod origin;

pub use cluster::{Bundled, ClusterArgs, ClusterSettings, Wanted, cluster};
pub use error::Error;
pub use origin::{Origin, Sourced};

#[cfg(test)]
mod tests;
