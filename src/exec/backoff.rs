//! The one place that sleeps: growing pauses between attempts.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Pauses that double from the first to a cap.
#[derive(Debug, Clone)]
pub struct Backoff {
    next: Duration,
    cap: Duration,
}

impl Backoff {
    /// Pauses of `first`, twice that, and so on, never more than `cap`.
    pub fn new(first: Duration, cap: Duration) -> Self {
        Self { next: first, cap }
    }

    /// The next pause.
    pub fn next_pause(&mut self) -> Duration {
        let pause = self.next.min(self.cap);
        self.next = pause.saturating_mul(2);
        pause
    }

    /// Waits for the next pause to pass.
    pub async fn pause(&mut self) {
        self.pause_at_least(Duration::ZERO).await;
    }

    /// Waits at least this long, for a server that said when to come back.
    pub async fn pause_at_least(&mut self, least: Duration) {
        let pause = jitter(self.next_pause());
        rest(least.max(pause).max(least + pause / 8)).await;
    }
}

/// Waits this long.
#[expect(
    clippy::disallowed_methods,
    reason = "the backoff helper the rule points to"
)]
pub async fn rest(pause: Duration) {
    tokio::time::sleep(pause).await;
}

/// Something between half of a pause and all of it, so that those who failed together do not come back together.
fn jitter(pause: Duration) -> Duration {
    // Every new state of the standard hasher has a key of its own, which is randomness enough to spread requests.
    let random = RandomState::new().hash_one(0) % 1024;
    let share = u32::try_from(random).unwrap_or_default();
    pause / 2 + pause / 2 * share / 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_cap() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(5));
        let pauses: Vec<u64> = (0..5).map(|_| backoff.next_pause().as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 5, 5]);
    }

    #[test]
    fn jitter_takes_away_up_to_half_and_differs() {
        let pause = Duration::from_secs(8);
        let pauses: Vec<Duration> = (0..32).map(|_| jitter(pause)).collect();
        assert!(pauses.iter().all(|some| (pause / 2..=pause).contains(some)));
        assert!(pauses.iter().any(|some| *some != pauses[0]));
        assert_eq!(jitter(Duration::ZERO), Duration::ZERO);
    }
}
