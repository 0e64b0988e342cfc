//! How fast a run may talk to a server, as arithmetic: how many requests at a time (`limiter`), how many per second
//! (`bucket`), and whether any at all (`breaker`). Time is passed in; who waits for it is elsewhere.

mod breaker;
mod bucket;
mod limiter;

pub use breaker::Breaker;
pub use bucket::Bucket;
pub use limiter::Limiter;
