//! One run: waves in order, results in order, and the books in between.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::exec::event::{Event, Events, Outcome as StepOutcome, StepId};
use crate::k8s::{self, Api};
use crate::text::Count;
use crate::workload::Error;
use crate::workload::object::Object;
use crate::workload::order::{Class, Wave};

use super::session::{self, Message, Session};

/// How to apply.
#[derive(Debug, Clone)]
pub struct Options {
    /// Requests at a time.
    pub parallelism: usize,
    /// How long all of it may take.
    pub timeout: Duration,
    /// Namespace of objects that name none.
    pub namespace: String,
    /// Take fields over from other managers.
    pub force_conflicts: bool,
    /// Let the server check everything and store nothing.
    pub dry_run: bool,
    /// Wait until everything is ready.
    pub wait: bool,
}

/// What became of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It did not exist before.
    Created,
    /// It was changed.
    Configured,
    /// It was as it should be.
    Unchanged,
    /// The server refused it.
    Failed(String),
}

/// All objects with what became of them, in the order in which they were applied.
pub type Results = Vec<(Arc<Object>, Outcome)>;

/// Applies all waves and, if asked to, waits until the objects are ready. `report` hears of every object in order, as
/// soon as all before it are known.
pub async fn apply_waves(
    api: Api,
    waves: Vec<Wave>,
    options: &Options,
    events: &Events,
    cancel: &CancellationToken,
    report: &mut (dyn FnMut(&Object, &Outcome) -> Result<(), Error> + Send),
) -> Result<Results, Error> {
    let deadline = Instant::now() + options.timeout;
    let waits = usize::from(options.wait && !options.dry_run);
    events.send(Event::Planned(waves.len() + waits));
    let mut run = Run {
        session: Arc::new(Session::new(api, options, &waves, deadline)),
        events,
        report,
        objects: Vec::new(),
        outcomes: Vec::new(),
        stored: HashMap::new(),
        reported: 0,
        held_up: None,
    };
    tokio::select! {
        result = run.apply_all(waves) => result?,
        () = cancel.cancelled() => return Err(Error::Interrupted),
    }
    run.check_complete()?;
    if waits > 0 {
        tokio::select! {
            result = run.wait_all(options.timeout) => result?,
            () = cancel.cancelled() => return Err(Error::Interrupted),
        }
    }
    let outcomes = run.outcomes.into_iter().flatten();
    Ok(run.objects.into_iter().zip(outcomes).collect())
}

pub(super) struct Run<'a> {
    pub(super) session: Arc<Session>,
    pub(super) events: &'a Events,
    report: &'a mut (dyn FnMut(&Object, &Outcome) -> Result<(), Error> + Send),
    pub(super) objects: Vec<Arc<Object>>,
    pub(super) outcomes: Vec<Option<Outcome>>,
    /// What the server stored, for objects that are waited for.
    pub(super) stored: HashMap<usize, (k8s::discovery::Resource, Value)>,
    reported: usize,
    /// What was last said to be missing.
    held_up: Option<String>,
}

/// The next message; a task that panicked takes the run with it.
async fn next(
    messages: &mut mpsc::UnboundedReceiver<Message>,
    tasks: &mut JoinSet<()>,
) -> Option<Message> {
    loop {
        tokio::select! {
            message = messages.recv() => return message,
            Some(ended) = tasks.join_next() => {
                if let Err(error) = ended
                    && let Ok(panic) = error.try_into_panic()
                {
                    std::panic::resume_unwind(panic);
                }
            }
        }
    }
}

impl Run<'_> {
    async fn apply_all(&mut self, waves: Vec<Wave>) -> Result<(), Error> {
        // The server must be there; who is not is waited for like anything else.
        self.session.discover(self.events).await?;
        let (sender, mut messages) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        for Wave { class, objects } in waves {
            let step = StepId::from(format!("apply {}", class.label()));
            let started = Instant::now();
            self.events.send(Event::Started(step.clone()));
            let first = self.objects.len();
            self.objects.extend(objects.into_iter().map(Arc::new));
            self.outcomes.resize(self.objects.len(), None);
            let session = Arc::clone(&self.session);
            let known = session.versions(&self.objects[first..]).await;
            for index in first..self.objects.len() {
                let job = session::Job {
                    index,
                    object: Arc::clone(&self.objects[index]),
                    known: known.get(index - first).cloned().flatten(),
                    messages: sender.clone(),
                };
                let session = Arc::clone(&self.session);
                tasks.spawn(async move { session.apply(job).await });
            }
            let mut open = self.objects.len() - first;
            let mut answered = vec![false; open];
            while open > 0 {
                let Some(message) = next(&mut messages, &mut tasks).await else {
                    break;
                };
                // An object of an earlier wave may still report; it does not count here.
                if let Some(slot) = message.index().checked_sub(first) {
                    open -= usize::from(!std::mem::replace(&mut answered[slot], true));
                }
                self.take(message, &step)?;
            }
            if class.is_barrier() && !self.session.dry_run() {
                self.await_foundations(first, &step).await?;
            }
            let outcome = self.step_outcome(first);
            self.events
                .send(Event::Finished(step, outcome, started.elapsed()));
        }
        drop(sender);
        let open = self.outcomes.iter().filter(|outcome| outcome.is_none());
        let open = open.count();
        if open == 0 {
            return Ok(());
        }
        if let Some(why) = &self.held_up {
            let more = Count(open, "object");
            self.events.note(format!("{more} held up: {why}"));
        }
        // What is still held up has until the deadline.
        let step = StepId::from("apply what was held up");
        let started = Instant::now();
        self.events.send(Event::Started(step.clone()));
        while let Some(message) = next(&mut messages, &mut tasks).await {
            self.take(message, &step)?;
        }
        let outcome = self.step_outcome(0);
        self.events
            .send(Event::Finished(step, outcome, started.elapsed()));
        Ok(())
    }

    /// Books what a task says.
    fn take(&mut self, message: Message, step: &StepId) -> Result<(), Error> {
        match message {
            Message::HeldUp { index, why } => {
                let text = format!("{}: {why}", self.objects[index].id);
                self.held_up = Some(text.clone());
                self.events.send(Event::Waiting(step.clone(), text));
            }
            Message::Done {
                index,
                outcome,
                stored,
            } => {
                if let Outcome::Failed(why) = &outcome {
                    self.complain(index, why);
                }
                if let Some(stored) = stored {
                    self.stored.insert(index, *stored);
                }
                self.outcomes[index] = Some(outcome);
                while let Some(Some(outcome)) = self.outcomes.get(self.reported) {
                    (self.report)(&self.objects[self.reported], outcome)?;
                    self.reported += 1;
                }
            }
        }
        Ok(())
    }

    /// Says what is wrong with an object.
    pub(super) fn complain(&self, index: usize, why: &str) {
        let object = &self.objects[index];
        self.events
            .error(format!("{} ({}): {why}", object.id, object.origin));
    }

    fn step_outcome(&self, first: usize) -> StepOutcome {
        let known = || self.outcomes[first..].iter().flatten();
        let held_up = self.outcomes[first..].iter().any(Option::is_none);
        if known().any(|outcome| matches!(outcome, Outcome::Failed(_))) {
            StepOutcome::Failed
        } else if !held_up && known().all(|outcome| *outcome == Outcome::Unchanged) {
            StepOutcome::Unchanged
        } else {
            StepOutcome::Done
        }
    }

    fn check_complete(&self) -> Result<(), Error> {
        let refused = |outcome: &&Option<Outcome>| matches!(outcome, Some(Outcome::Failed(_)));
        match self.outcomes.iter().filter(refused).count() {
            0 => Ok(()),
            failed => Err(Error::Incomplete {
                failed,
                total: self.objects.len(),
            }),
        }
    }

    pub(super) fn is_foundation(&self, index: usize) -> bool {
        Class::of(&self.objects[index].id) == Class::Foundations
    }
}
