//! Where requests of a run wait until they may go out: for a permit, for a token, and for a server that is gone.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::api::{Api, Health};
use super::error::Error;
use crate::exec::backoff::{Backoff, rest};
use crate::exec::event::Events;
use crate::exec::flow::{Breaker, Bucket, Limiter};
use crate::text::Took;

/// Requests at a time to begin with.
const FIRST: usize = 8;

/// Longest time for which one server's `Retry-After` holds up everybody.
const LONGEST_HOLD: Duration = Duration::from_secs(10);

/// After so many answers that only hide its health, a server that answers counts as well.
const HIDDEN: u32 = 5;

/// How long a server that was away may refuse what it will allow.
const SETTLING: Duration = Duration::from_secs(15);

/// One for all requests of a run.
pub struct Gate {
    api: Api,
    events: Events,
    began: Instant,
    permits: Semaphore,
    state: Mutex<State>,
    /// Held by the one who probes a server that is gone; the others queue behind.
    probe: tokio::sync::Mutex<()>,
}

struct State {
    limiter: Limiter,
    bucket: Bucket,
    breaker: Breaker,
    /// When the server was last found to be back.
    back: Option<Instant>,
    /// Permits that there are, those in use included.
    permits: usize,
}

/// How the server took a request, as far as it matters to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signal {
    Good,
    /// It is there and works, but not for this request.
    Refused,
    Overloaded(Option<Duration>),
    Gone,
}

impl Signal {
    fn of(error: Option<&Error>) -> Self {
        match error {
            Some(Error::Unreachable { .. }) => Signal::Gone,
            Some(Error::Refused(refusal)) => match refusal.code {
                429 => Signal::Overloaded(refusal.retry_after),
                500..=599 if !refusal.is_about_the_object() => Signal::Gone,
                _ => Signal::Refused,
            },
            _ => Signal::Good,
        }
    }
}

/// Leave for one request.
pub struct Pass<'a> {
    gate: &'a Gate,
    permit: Option<SemaphorePermit<'a>>,
    epoch: u64,
}

impl Gate {
    /// At most `parallelism` requests at a time and `rate` per second; zero = any number.
    pub fn new(api: Api, parallelism: usize, rate: u32, events: Events) -> Self {
        let limiter = Limiter::new(FIRST, parallelism);
        let permits = limiter.limit();
        Self {
            api,
            events,
            began: Instant::now(),
            permits: Semaphore::new(permits),
            state: Mutex::new(State {
                limiter,
                bucket: Bucket::new(rate),
                breaker: Breaker::default(),
                back: None,
                permits,
            }),
            probe: tokio::sync::Mutex::new(()),
        }
    }

    /// Waits for leave to send a request, in the order of asking.
    pub async fn enter(&self) -> Pass<'_> {
        // The semaphore is never closed.
        let permit = self.permits.acquire().await.ok();
        loop {
            if self.state().breaker.is_open() {
                self.await_server().await;
            }
            let wait = self.state().bucket.take(self.began.elapsed());
            if wait.is_zero() {
                break;
            }
            rest(wait).await;
            // The server may have gone in the meantime.
            if !self.state().breaker.is_open() {
                break;
            }
        }
        let epoch = self.state().limiter.epoch();
        Pass {
            gate: self,
            permit,
            epoch,
        }
    }

    /// Asks the server whether it is there, for all who wait, until it is.
    async fn await_server(&self) {
        let _probing = self.probe.lock().await;
        if !self.state().breaker.is_open() {
            return;
        }
        let started = Instant::now();
        let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(2));
        let mut hidden = 0;
        loop {
            match self.api.health().await {
                Health::Ready => break,
                Health::Hidden if hidden == HIDDEN => break,
                Health::Hidden => hidden += 1,
                Health::Bad => hidden = 0,
            }
            backoff.pause().await;
        }
        let mut state = self.state();
        state.breaker.probed();
        state.back = Some(Instant::now());
        drop(state);
        let after = Took(started.elapsed());
        self.events
            .note(format!("the API server answers again after {after}"));
    }

    /// Whether the server was away a moment ago: it may not know yet who may do what.
    pub fn is_just_back(&self) -> bool {
        let back = self.state().back;
        back.is_some_and(|back| back.elapsed() < SETTLING)
    }

    /// How many requests may be open now.
    #[cfg(test)]
    fn limit(&self) -> usize {
        self.state().limiter.limit()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// Learns from how the request ended. Whoever drops the pass instead says nothing.
    pub fn settle(self, error: Option<&Error>) {
        let mut state = self.gate.state();
        let State {
            limiter,
            bucket,
            breaker,
            ..
        } = &mut *state;
        match Signal::of(error) {
            Signal::Good => {
                limiter.good();
                breaker.good();
            }
            Signal::Refused => breaker.good(),
            Signal::Overloaded(pause) => {
                breaker.good();
                // When one request at a time is too many, everybody comes back later.
                if let (true, Some(pause)) = (limiter.is_least(), pause) {
                    bucket.hold(self.gate.began.elapsed() + pause.min(LONGEST_HOLD));
                }
                limiter.overloaded(self.epoch);
            }
            Signal::Gone => {
                if breaker.failed() {
                    limiter.restart();
                    let why = error.map(ToString::to_string).unwrap_or_default();
                    self.gate.events.warn(format!(
                        "{why}; nothing more is sent until the API server answers"
                    ));
                }
            }
        }
    }
}

impl Drop for Pass<'_> {
    /// Gives the permit back, or brings the number of permits closer to the limit.
    fn drop(&mut self) {
        let mut state = self.gate.state();
        let limit = state.limiter.limit();
        if state.permits > limit {
            state.permits -= 1;
            if let Some(permit) = self.permit.take() {
                permit.forget();
            }
        } else if state.permits < limit {
            self.gate.permits.add_permits(limit - state.permits);
            state.permits = limit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::k8s::Refusal;

    fn refused(code: u16, reason: &str) -> Error {
        Error::Refused(Refusal {
            code,
            reason: reason.into(),
            message: String::new(),
            causes: Vec::new(),
            retry_after: None,
        })
    }

    fn gate(parallelism: usize) -> Gate {
        let api = crate::k8s::connect::anonymous("http://127.0.0.1:9").unwrap();
        Gate::new(api, parallelism, 0, Events::discard())
    }

    #[test]
    fn only_what_concerns_all_is_a_signal() {
        let unreachable = Error::Unreachable {
            server: String::new(),
            why: String::new(),
        };
        for (error, signal) in [
            (None, Signal::Good),
            (Some(unreachable), Signal::Gone),
            (
                Some(refused(429, "TooManyRequests")),
                Signal::Overloaded(None),
            ),
            (Some(refused(422, "Invalid")), Signal::Refused),
            (Some(refused(503, "ServiceUnavailable")), Signal::Gone),
        ] {
            assert_eq!(Signal::of(error.as_ref()), signal);
        }
    }

    #[tokio::test]
    async fn permits_follow_the_limit() {
        let gate = gate(10);
        let mut open = Vec::new();
        for _ in 0..FIRST {
            open.push(gate.enter().await);
        }
        assert_eq!(gate.permits.available_permits(), 0);
        let busy = refused(429, "TooManyRequests");
        for pass in open.drain(..) {
            pass.settle(Some(&busy));
        }
        assert_eq!((gate.limit(), gate.permits.available_permits()), (4, 4));
        for _ in 0..100 {
            gate.enter().await.settle(None);
        }
        assert_eq!((gate.limit(), gate.permits.available_permits()), (10, 10));
        drop(gate.enter().await);
        assert_eq!(gate.permits.available_permits(), 10);
    }
}
