//! The only user of the Kubernetes client: objects are JSON, requests are paths.
//!
//! [`connect`] makes an [`Api`], [`discovery`] maps kinds to paths, [`apply`] sends objects, [`wait`] watches them until
//! a [`goal`] is reached. Which objects, in which order and until when is decided elsewhere.

pub mod admission;
pub mod api;
pub mod apply;
pub mod condition;
pub mod connect;
pub mod delete;
pub mod discovery;
pub mod error;
pub mod gate;
pub mod goal;
pub mod gone;
mod immutable;
pub mod inventory;
pub mod jsonpath;
pub mod live;
pub mod metadata;
pub mod openapi;
pub mod owned;
pub mod path;
mod reasons;
mod refusal;
pub mod remains;
pub mod resource;
pub mod retry;
pub mod settle;
pub mod stored;
mod version;
pub mod wait;
pub mod watch;

pub use api::Api;
pub use error::{Error, Refusal, Retry};
pub use stored::Stored;
