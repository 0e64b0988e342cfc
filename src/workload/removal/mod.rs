//! Deletes objects, stage by stage, and waits until they are gone: the last step of `apply --prune`, and all of
//! `delete`. A stage begins when nothing of the one before is left, so that controllers outlive what they look after.

mod error;
mod run;
mod stages;
mod task;
mod victim;

pub use error::Error;
pub use run::{Options, Outcome, remove_stages};
pub use stages::{Stage, by_class, reversed};
pub use victim::{Guard, Victim};
