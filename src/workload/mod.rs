//! The manifest pipeline, one file per stage:
//!
//! [`discover`] (paths → texts) → [`build`] (texts → documents → decrypted → objects, each with its origin) → [`order`]
//! (objects → waves) → [`perform`] (waves → API server → ready). Only `discover` and `perform` have effects.
//!
//! Beside it stand [`pack`] (files → archive for a registry) and [`generate`] (flags → objects).

pub mod build;
pub mod discover;
mod error;
pub mod generate;
pub mod object;
pub mod order;
pub mod pack;
pub mod perform;
mod redact;

pub use error::Error;
