//! The only user of the Kubernetes client.

pub mod api;
pub mod connect;
pub mod error;
pub mod path;
pub mod watch;

pub use api::Api;
pub use error::Error;
