//! Files of the user that several programs change: kubeconfig, talosconfig. They are changed under a lock, in one step
//! each, and what we do not know in them stays.
//!
//! [`document`] says what such a file is to the rest of this module, [`mod@change`] does what is the same for all.

pub mod change;
pub mod document;
mod error;
mod lock;
mod loopback;

pub use document::{Document, Kind, Malformed};
pub use error::Error;
pub use loopback::is_loopback;
