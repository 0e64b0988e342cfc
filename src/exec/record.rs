//! When things happened: every event with its moment, for who wants to see the whole run afterwards.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::event::{Event, Events};

/// What happened so far, in order. Shared with the stream that it records, so that it is there however the run ends.
#[derive(Debug, Clone, Default)]
pub struct Record(Arc<Mutex<Vec<(Instant, Event)>>>);

impl Record {
    /// Adds what happens now.
    pub(super) fn push(&self, event: Event) {
        let mut events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock, so that later entries have later moments.
        events.push((Instant::now(), event));
    }

    /// Everything until now; the record is empty then.
    pub fn take(&self) -> Vec<(Instant, Event)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Events {
    /// Does some computing and tells how long it took.
    pub fn timed<T>(&self, stage: &'static str, work: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let result = work();
        self.send(Event::Computed(stage.into(), begun.elapsed()));
        result
    }
}
