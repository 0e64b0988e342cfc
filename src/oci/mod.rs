//! Registries of the OCI distribution API: what an artifact is, and how it gets there.
//!
//! Reading order: `reference` says where to, `artifact` what, `connect` reaches the registry and keeps asking until
//! it answers, `push` uploads what is missing. `challenge` is the pure half of `authorize`; `credentials` reads what
//! `docker login` wrote, for the Engine's pulls as well. `download` fetches any file at a URL.

pub mod artifact;
mod authorize;
mod challenge;
pub mod connect;
pub mod credentials;
mod download;
mod error;
mod push;
pub mod reference;
mod tls;
mod transport;

pub use artifact::Artifact;
pub use connect::{Options, Registry};
pub use download::download;
pub use error::Error;
pub use push::{Pushed, push};
pub use reference::Reference;
