//! The manifest pipeline, one file per stage:
//!
//! [`discover`] (paths → texts) → [`build`] (texts → documents → decrypted → objects, each with its origin) → [`order`]
//! (objects → waves) → [`perform`] (waves → API server → ready). Only `discover` and `perform` have effects. [`validate`]
//! checks documents against schemas instead.

pub mod build;
pub mod discover;
mod error;
pub mod images;
pub mod object;
pub mod order;
pub mod perform;
mod redact;
pub mod schemas;
pub mod validate;

pub use error::Error;
