//! Talos Linux: what its containers, secrets and objects are. Pure functions only.

pub mod pki;
pub mod recovered;
pub mod secrets;
mod secrets_file;

pub use recovered::from_control_plane_config;
pub use secrets::{Bundle, Encryption, Identity};
