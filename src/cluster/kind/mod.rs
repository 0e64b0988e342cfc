//! Kind: what its containers, files and objects are. Pure functions only.

pub mod blueprint;
mod bring_up;
mod console;
pub mod desired;
pub mod distribution;
mod error;
mod family;
pub mod files;
pub mod kubeadm;
mod nodes;
pub mod patch;
pub mod pki;
pub mod subnet;
pub mod version;

pub use family::Kind;
