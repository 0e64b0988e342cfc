//! K3s in containers, as k3d has it: what its containers, files and steps are. Pure functions only.

mod api;
pub mod blueprint;
mod bring_up;
mod console;
mod container;
pub mod desired;
pub mod distribution;
mod family;
mod files;
pub mod flags;
mod network;
mod node;
mod ports;
mod proxy;

pub use family::K3s;

#[cfg(test)]
mod tests;
