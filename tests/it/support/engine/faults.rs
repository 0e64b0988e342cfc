//! Ways in which the fake misbehaves on demand.

use std::time::Duration;

/// One planned misbehaviour.
pub(super) struct Fault {
    call: String,
    nth: usize,
    seen: usize,
    effect: Effect,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Effect {
    /// Answer with this status and message.
    Refuse(u16, String),
    /// Answer late.
    Delay(Duration),
    /// Break the connection in the middle of the answer.
    Cut,
    /// Stop the whole Engine.
    Die,
}

impl Fault {
    /// `nth` counts matching calls from 1; 0 means every one.
    pub(super) fn new(call: &str, nth: usize, effect: Effect) -> Self {
        Self {
            call: call.to_owned(),
            nth,
            seen: 0,
            effect,
        }
    }

    /// Takes note of a call and says what it does to it.
    pub(super) fn hit(&mut self, call: &str) -> Option<Effect> {
        if !call.contains(&self.call) {
            return None;
        }
        self.seen += 1;
        (self.nth == 0 || self.nth == self.seen).then(|| self.effect.clone())
    }
}
