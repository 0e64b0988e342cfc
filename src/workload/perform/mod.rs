//! Last stage: waves to the API server, then wait until what was applied is ready.
//!
//! A wave starts when every object of the one before was answered for, or is only held up by something that a later
//! wave may bring: a webhook's pods, a kind's definition. Held-up objects keep trying until the deadline.

mod before;
mod kinds;
mod ready;
mod run;
mod session;

pub use run::{Options, Outcome, Results, apply_waves};
