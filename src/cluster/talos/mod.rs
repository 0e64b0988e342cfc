//! Talos Linux: what its containers, secrets, configurations and objects are. Pure functions only.
//!
//! Reading order: `machines` counts, names and numbers them, `machine` configures one, `desired` brings it all together,
//! `bring_up` orders the steps.

mod access;
mod blueprint;
mod bring_up;
mod configured;
mod console;
mod container;
mod desired;
mod distribution;
pub mod error;
mod family;
pub mod flags;
mod host;
mod kubelet;
mod machine;
mod machines;
mod manifests;
pub mod pki;
mod ranges;
pub mod recovered;
pub mod secrets;
mod secrets_file;
mod userdata;

pub use family::Talos;
pub use machine::Base;
pub use recovered::from_control_plane_config;
pub use secrets::{Bundle, Encryption, Identity};

#[cfg(test)]
mod tests;
