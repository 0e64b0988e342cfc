//! The only user of the Engine client: one function per endpoint, no decisions.
//!
//! Reading order: [`address`] says where the Engine is, [`connect`] reaches it, [`snapshot`] observes, [`ops`] changes,
//! [`files`] reads and writes inside containers, [`images`] pulls, [`stream`] follows logs and events. `body` and `archive`
//! are the pure halves of `ops` and `files`.
//! Every future and stream here may be dropped at any time; a request that was already sent may still be carried out
//! by the Engine, which is why callers find things again by label and never by remembered ids.

pub mod address;
mod archive;
mod body;
pub mod connect;
mod contexts;
pub mod error;
pub mod files;
pub mod images;
pub mod ops;
mod refusal;
pub mod snapshot;
pub mod stream;
mod tls;

pub use address::{Address, Endpoint, Origin};
pub use connect::Engine;
pub use error::Error;
