//! Client of the Talos API: gRPC over mutual TLS to a node, which passes calls on to the node that a call names.
//!
//! [`Client`] has one function per remote procedure and decides nothing. [`mod@watch`] follows a node through lost
//! connections. Messages are declared by hand from their field numbers, so nothing of Talos' sources is needed.

mod archive;
mod call;
mod client;
mod connect;
pub mod error;
mod message;
mod resources;
pub mod status;
mod transport;
pub mod watch;

pub use call::Client;
pub use client::{Applied, EtcdMember, Mode, Outcome, Service, Version};
pub use connect::Credentials;
pub use error::{Code, Error};
pub use resources::{Change, Resource, Selection};
pub use status::{MachineState, Stage, Unmet};
