//! K3s in containers, as k3d has it: what its containers, files and steps are. Pure functions only.

pub mod blueprint;
mod bring_up;
mod console;
pub mod desired;
pub mod distribution;
mod family;
mod files;
mod node;
mod proxy;
mod subnet;

pub use family::K3s;
