//! Runs any plan: dependency order, permits per resource class, cancellation, events.

pub mod backoff;
pub mod event;
pub mod flow;
pub mod interrupt;
pub mod limits;
pub mod plan;
pub mod record;
pub mod run;
