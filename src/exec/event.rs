//! What leaves the executor: progress bars, plain lines, timings, JSON and the exit code are all folds over these.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::record::Record;

/// Names a step within one run, e.g. `start kind-worker`. Unique per plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId(pub Arc<str>);

impl<T: Into<Arc<str>>> From<T> for StepId {
    fn from(name: T) -> Self {
        Self(name.into())
    }
}

impl std::fmt::Display for StepId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It did its work.
    Done,
    /// Nothing was left to do.
    Unchanged,
    /// It failed; the error travels separately.
    Failed,
    /// It was stopped by a failure elsewhere or by the user.
    Cancelled,
}

/// One thing that happened, in order of happening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A run of this many steps begins.
    Planned(usize),
    /// A step began.
    Started(StepId),
    /// A running step now waits for this, or has come this far.
    Waiting(StepId, String),
    /// A step ended.
    Finished(StepId, Outcome, Duration),
    /// A stage of computing, which is no step of a plan, came to its end just now and took this long.
    Computed(StepId, Duration),
    /// Something the user should know, though nothing failed.
    Warned(String),
    /// A part of the work failed for good; the run goes on with the rest and fails at its end.
    Erred(String),
    /// A plain statement of progress or result.
    Noted(String),
}

/// Sending half of the event stream; cheap to clone, never blocks, never fails.
#[derive(Debug, Clone)]
pub struct Events {
    sender: Option<Sender>,
    record: Option<Record>,
}

#[derive(Debug, Clone)]
enum Sender {
    Strong(mpsc::UnboundedSender<Event>),
    Weak(mpsc::WeakUnboundedSender<Event>),
}

impl Events {
    /// A stream and its receiving end.
    pub fn channel() -> (Self, mpsc::UnboundedReceiver<Event>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let events = Self {
            sender: Some(Sender::Strong(sender)),
            record: None,
        };
        (events, receiver)
    }

    /// Swallows everything.
    pub fn discard() -> Self {
        Self {
            sender: None,
            record: None,
        }
    }

    /// The same stream for work that may outlive the command: the reporter does not wait for it.
    #[must_use]
    pub fn weak(&self) -> Self {
        let mut weak = self.clone();
        if let Some(Sender::Strong(sender)) = &self.sender {
            weak.sender = Some(Sender::Weak(sender.downgrade()));
        }
        weak
    }

    /// The same stream, which is also recorded.
    #[must_use]
    pub fn recorded(self, record: Option<Record>) -> Self {
        Self { record, ..self }
    }

    /// Sends one event. A reporter that is gone is no reason to fail.
    pub fn send(&self, event: Event) {
        if let Some(record) = &self.record {
            record.push(event.clone());
        }
        match &self.sender {
            Some(Sender::Strong(sender)) => drop(sender.send(event)),
            Some(Sender::Weak(sender)) => drop(sender.upgrade().map(|sender| sender.send(event))),
            None => {}
        }
    }

    /// Shorthand for [`Event::Warned`].
    pub fn warn(&self, text: impl Into<String>) {
        self.send(Event::Warned(text.into()));
    }

    /// Shorthand for [`Event::Erred`].
    pub fn error(&self, text: impl Into<String>) {
        self.send(Event::Erred(text.into()));
    }

    /// Shorthand for [`Event::Noted`].
    pub fn note(&self, text: impl Into<String>) {
        self.send(Event::Noted(text.into()));
    }
}
