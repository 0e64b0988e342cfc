//! The manifest pipeline, one file per stage:
//!
//! [`discover`] (paths → texts) → [`build`] (texts → documents → decrypted → objects, each with its origin) → [`order`]
//! (objects → waves) → [`perform`] (waves → API server → ready). Only `discover` and `perform` have effects.

pub mod applyset;
pub mod build;
pub mod depends;
pub mod discover;
mod error;
pub mod object;
pub mod order;
pub mod perform;
pub mod prune;
mod redact;
pub mod removal;
pub mod replace;

pub use error::Error;
