//! Kind: what its containers, files and objects are. Pure functions only.

pub mod desired;
pub mod distribution;
pub mod files;
pub mod kubeadm;
pub mod patch;
pub mod pki;
pub mod subnet;
pub mod version;

pub use distribution::Kind;
