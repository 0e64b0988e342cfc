//! Requests at a time: more while the server keeps up, fewer when it says that it does not.

/// What a decrease leaves of the limit, in percent.
const DECREASE: usize = 50;

/// Additive increase, multiplicative decrease between one and a maximum. It starts low and grows by one with every good
/// answer until the server first objects; from then on by one per round of answers.
///
/// Latency is no signal here: an admission webhook that takes a second wants more requests at a time, not fewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limiter {
    limit: usize,
    most: usize,
    /// Good answers since the last increase.
    good: usize,
    /// The server has objected before.
    careful: bool,
    /// Changes of the limit downwards so far: requests that began before the last one say nothing new.
    epoch: u64,
}

impl Limiter {
    /// Starts with `first` and never allows more than `most`; both count as at least one.
    pub fn new(first: usize, most: usize) -> Self {
        let most = most.max(1);
        Self {
            limit: first.clamp(1, most),
            most,
            good: 0,
            careful: false,
            epoch: 0,
        }
    }

    /// How many requests may be open now.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// What a request has to remember from its start for [`Limiter::overloaded`].
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// One at a time is all that is left.
    pub fn is_least(&self) -> bool {
        self.limit == 1
    }

    /// The server answered as it should.
    pub fn good(&mut self) {
        self.good += 1;
        if self.limit < self.most && (!self.careful || self.good >= self.limit) {
            self.limit += 1;
            self.good = 0;
        }
    }

    /// The server had too much to do for a request that began in `epoch`. A burst of such answers counts once.
    pub fn overloaded(&mut self, epoch: u64) {
        self.careful = true;
        if epoch == self.epoch {
            self.limit = (self.limit * DECREASE / 100).max(1);
            self.epoch += 1;
            self.good = 0;
        }
    }

    /// The server is gone: begin again with a single request.
    pub fn restart(&mut self) {
        self.limit = 1;
        self.good = 0;
        self.epoch += 1;
        self.careful = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_with_every_answer_until_the_server_objects() {
        let mut limiter = Limiter::new(4, 16);
        (0..8).for_each(|_| limiter.good());
        assert_eq!(limiter.limit(), 12);
        let epoch = limiter.epoch();
        (0..12).for_each(|_| limiter.overloaded(epoch));
        assert_eq!(limiter.limit(), 6, "one burst is one decrease");
        (0..6).for_each(|_| limiter.good());
        assert_eq!(limiter.limit(), 7, "one more per round");
        (0..1000).for_each(|_| limiter.good());
        assert_eq!(limiter.limit(), 16);
    }

    #[test]
    fn never_ends_at_zero() {
        let mut limiter = Limiter::new(0, 0);
        assert!(limiter.is_least());
        for _ in 0..9 {
            limiter.overloaded(limiter.epoch());
        }
        assert_eq!(limiter.limit(), 1);
    }

    #[test]
    fn a_server_that_comes_back_is_asked_once_first() {
        let mut limiter = Limiter::new(8, 32);
        let before = limiter.epoch();
        limiter.restart();
        assert!(limiter.is_least());
        limiter.overloaded(before);
        limiter.good();
        limiter.overloaded(before);
        assert_eq!(limiter.limit(), 2, "late news from before do not count");
    }
}
