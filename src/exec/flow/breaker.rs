//! Whether to talk to a server at all.

/// Failures in a row after which a server counts as gone.
const ENOUGH: u32 = 5;

/// Opens after some failures in a row. While it is open somebody probes the server for all; the first failure after a
/// successful probe opens it again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Breaker {
    failures: u32,
    open: bool,
}

impl Breaker {
    /// Whether requests have to wait for a probe.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// The server answered something sensible.
    pub fn good(&mut self) {
        if !self.open {
            self.failures = 0;
        }
    }

    /// No answer, or one that only a broken server gives. True if that opened the breaker.
    pub fn failed(&mut self) -> bool {
        self.failures += 1;
        let opens = !self.open && self.failures >= ENOUGH;
        self.open |= opens;
        opens
    }

    /// A probe found the server well.
    pub fn probed(&mut self) {
        self.open = false;
        self.failures = ENOUGH - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_after_failures_in_a_row_only() {
        let mut breaker = Breaker::default();
        for _ in 1..ENOUGH {
            assert!(!breaker.failed());
        }
        breaker.good();
        for _ in 1..ENOUGH {
            assert!(!breaker.failed());
        }
        assert!(breaker.failed());
        assert!(!breaker.failed(), "it opens once");
        assert!(breaker.is_open());
        breaker.good();
        assert!(
            breaker.is_open(),
            "an answer that was on its way does not close it"
        );
    }

    #[test]
    fn after_a_probe_one_failure_is_enough_and_one_answer_is_too() {
        let mut breaker = Breaker::default();
        (0..ENOUGH).for_each(|_| {
            breaker.failed();
        });
        breaker.probed();
        assert!(!breaker.is_open());
        assert!(breaker.failed());
        breaker.probed();
        breaker.good();
        assert!(!breaker.failed());
    }
}
