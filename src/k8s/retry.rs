//! Tries again what may yet succeed.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::api::Api;
use super::error::{Error, Retry};
use crate::exec::backoff::Backoff;

/// Attempts at something that may pass or may not.
const FEW: u32 = 5;

/// Runs `attempt` until it succeeds, fails for good, or the deadline passes.
pub async fn patiently<T, F: Future<Output = Result<T, Error>>>(
    api: &Api,
    deadline: Instant,
    mut attempt: impl FnMut() -> F,
) -> Result<T, Error> {
    let mut pauses = Backoff::new(Duration::from_millis(100), Duration::from_secs(3));
    let (mut tries, mut last) = (0, None);
    loop {
        let error = match timeout_at(deadline, attempt()).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) => error,
            // What went wrong before says more than that the deadline passed.
            Err(_) => return Err(last.unwrap_or_else(|| api.silent("the deadline passed"))),
        };
        tries += 1;
        let pause = match error.retry() {
            Retry::Never => return Err(error),
            Retry::AFewTimes if tries >= FEW => return Err(error),
            Retry::AFewTimes => Duration::ZERO,
            Retry::UntilDeadline(pause) => pause.unwrap_or_default(),
        };
        // A path that is not served is a kind that is not there: nothing here makes one.
        let missing = matches!(&error, Error::Refused(refusal) if refusal.is_missing_path());
        if missing || Instant::now() + pause >= deadline {
            return Err(error);
        }
        last = Some(error);
        drop(timeout_at(deadline, pauses.pause_at_least(pause)).await);
    }
}
