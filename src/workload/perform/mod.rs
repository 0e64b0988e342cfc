//! Last stage: waves to the API server, then wait until what was applied is ready.
//!
//! A wave starts when every object of the one before was answered for, or is only held up by something that may take
//! its time: an object that it depends on, a webhook's pods, a kind's definition, a namespace that goes away. Held-up
//! objects keep trying until the deadline.

mod baseline;
mod kinds;
mod life;
mod milestones;
mod outcome;
mod policy;
mod ready;
mod run;
mod session;
mod standing;

pub use outcome::{Outcome, Results};
pub use run::{Options, Report, apply_waves};
