//! Requests per second.

use std::time::Duration;

/// A token bucket that may go into debt: whoever takes a token is told how long to wait for it. Times count from the
/// start of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Time that one token takes to appear; zero = no limit.
    step: Duration,
    /// How far behind the bucket may be, which is how many tokens it holds when full.
    slack: Duration,
    /// When the next token is due, counted from a second before the start of the run.
    due: Duration,
    /// Nothing goes out before.
    hold: Duration,
}

impl Bucket {
    /// `rate` tokens per second, at most a second's worth at once. Zero means no limit.
    pub fn new(rate: u32) -> Self {
        let step = Duration::from_secs(1)
            .checked_div(rate)
            .unwrap_or(Duration::ZERO);
        let slack = Duration::from_secs(1).saturating_sub(step);
        Self {
            step,
            slack,
            due: Duration::ZERO,
            hold: Duration::ZERO,
        }
    }

    /// Takes a token; the answer is how long to wait before using it.
    pub fn take(&mut self, now: Duration) -> Duration {
        let mut wait = self.hold.saturating_sub(now);
        if !self.step.is_zero() {
            // A run begins with a full bucket, as if nothing had gone out for a second before it.
            let now = now + Duration::from_secs(1);
            let due = self.due.max(now.saturating_sub(self.slack));
            self.due = due + self.step;
            wait = wait.max(due.saturating_sub(now));
        }
        wait
    }

    /// Nothing goes out before `until`.
    pub fn hold(&mut self, until: Duration) {
        self.hold = self.hold.max(until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_second_of_idleness_is_a_second_of_burst() {
        for now in [0, 5000] {
            let mut bucket = Bucket::new(10);
            let waits: Vec<u64> = (0..12)
                .map(|_| u64::try_from(bucket.take(millis(now)).as_millis()).unwrap())
                .collect();
            assert_eq!(waits, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100, 200]);
            assert_eq!(bucket.take(millis(now + 300)), Duration::ZERO);
        }
    }

    #[test]
    fn no_rate_is_no_limit_but_a_hold_holds() {
        let mut bucket = Bucket::new(0);
        for _ in 0..10_000 {
            assert_eq!(bucket.take(Duration::ZERO), Duration::ZERO);
        }
        bucket.hold(millis(700));
        bucket.hold(millis(200));
        assert_eq!(bucket.take(millis(500)), millis(200));
        assert_eq!(bucket.take(millis(700)), Duration::ZERO);
    }
}
