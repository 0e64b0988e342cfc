//! The one place that sleeps: growing pauses between attempts.

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
    #[expect(
        clippy::disallowed_methods,
        reason = "the backoff helper the rule points to"
    )]
    pub async fn pause_at_least(&mut self, least: Duration) {
        tokio::time::sleep(self.next_pause().max(least)).await;
    }
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
}
