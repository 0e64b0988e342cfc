//! The manifest pipeline, one file per stage:
//!
//! [`discover`] (paths → texts) → [`build`] (texts → documents → decrypted → objects, each with its origin) → [`order`]
//! (objects → waves) → [`perform`] (waves → API server → ready). Only `discover` and `perform` have effects.
//!
//! Beside it, objects are looked at: [`place`] finds out where they live, [`wait`] waits for them, [`survey`] reads them
//! all for [`status`], and [`diff`] compares them with what an apply would make of them. [`validate`] checks documents
//! against schemas, and [`images`] finds what they run.
//! Beside it stand [`pack`] (files → archive for a registry) and [`generate`] (flags → objects).

pub mod applyset;
pub mod build;
pub mod depends;
pub mod diff;
pub mod discover;
mod error;
pub(crate) mod gather;
pub mod generate;
pub mod images;
mod kustomization;
pub mod named;
pub mod object;
pub mod order;
pub mod pack;
pub mod perform;
pub mod place;
pub mod prune;
mod redact;
pub mod removal;
pub mod replace;
pub mod schemas;
pub mod status;
pub mod survey;
pub(crate) mod unseal;
pub mod validate;
pub mod wait;

pub use error::Error;
pub use kustomization::{KustomizationOptions, build_kustomization};
