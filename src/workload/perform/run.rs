//! One run: waves in order, results in order, and the books in between.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::baseline::Baseline;
use super::life::{Job, Message};
use super::outcome::{Outcome, Results};
use super::session::Session;
use super::standing::Standing;
use crate::exec::backoff::rest;
use crate::exec::event::{Event, Events, Outcome as StepOutcome, StepId};
use crate::k8s::{self, Api};
use crate::text::Count;
use crate::workload::Error;
use crate::workload::object::Object;
use crate::workload::order::Wave;

/// How long requests that are on their way have to end when the user wants out.
const GRACE: Duration = Duration::from_millis(500);

/// How to apply.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each stands for a flag of its own"
)]
pub struct Options {
    /// Requests at a time, at most.
    pub parallelism: usize,
    /// Requests per second, at most; zero = any number.
    pub requests_per_second: u32,
    /// How long all of it may take.
    pub timeout: Duration,
    /// Namespace of objects that name none.
    pub namespace: String,
    /// Who owns the fields afterwards.
    pub field_manager: String,
    /// Take fields over from other managers.
    pub force_conflicts: bool,
    /// Delete and create anew what cannot be changed.
    pub replace: bool,
    /// Let the server check everything and store nothing.
    pub dry_run: bool,
    /// Wait until everything is ready.
    pub wait: bool,
    /// Directory that remembers which kinds servers have.
    pub cache: Option<PathBuf>,
}

/// Hears of each object.
pub type Report<'a> = &'a mut (dyn FnMut(&Object, &Outcome) -> Result<(), Error> + Send);

/// Applies all waves and, if asked to, waits until the objects are ready. `report` hears of every object in order, as
/// soon as all before it are known.
pub async fn apply_waves(
    api: Api,
    waves: Vec<Wave>,
    options: &Options,
    events: &Events,
    cancel: &CancellationToken,
    report: Report<'_>,
) -> Result<Results, Error> {
    let deadline = Instant::now() + options.timeout;
    let waits = usize::from(options.wait && !options.dry_run);
    events.send(Event::Planned(waves.len() + waits));
    let (mut steps, mut objects) = (Vec::new(), Vec::new());
    for wave in waves {
        steps.push((StepId::from(format!("apply {wave}")), wave.objects.len()));
        objects.extend(wave.objects.into_iter().map(Arc::new));
    }
    let session = Session::new(api, options, &objects, deadline, events, cancel.clone())?;
    let mut run = Run {
        session: Arc::new(session),
        events,
        report,
        outcomes: vec![None; objects.len()],
        objects,
        spawned: 0,
        stored: HashMap::new(),
        unsettled: Vec::new(),
        reported: 0,
        held_up: None,
        client_side: 0,
    };
    let stopped = async {
        cancel.cancelled().await;
        rest(GRACE).await;
    };
    let ended = tokio::select! {
        result = run.apply_all(steps) => result,
        () = stopped => Ok(()),
    };
    run.report_rest()?;
    ended?;
    run.check_complete()?;
    if waits > 0 {
        tokio::select! {
            result = run.wait_all(options.timeout) => result?,
            () = cancel.cancelled() => {
                let all = Count(run.objects.len(), "object");
                events.note(format!("{all} applied; whether they become ready was not waited for"));
                return Err(Error::Interrupted);
            }
        }
    }
    let outcomes = run.outcomes.into_iter().flatten();
    Ok(run.objects.into_iter().zip(outcomes).collect())
}

pub(super) struct Run<'a> {
    pub(super) session: Arc<Session>,
    pub(super) events: &'a Events,
    report: Report<'a>,
    pub(super) objects: Vec<Arc<Object>>,
    pub(super) outcomes: Vec<Option<Outcome>>,
    /// How many objects, from the first on, have a task.
    spawned: usize,
    /// What the server stored, for objects that have yet to become ready.
    pub(super) stored: HashMap<usize, (k8s::discovery::Resource, Value)>,
    /// Objects that others wait for, not ready and not watched yet.
    pub(super) unsettled: Vec<usize>,
    reported: usize,
    /// What was last said to be missing.
    held_up: Option<String>,
    /// Objects with fields that `kubectl apply` owns, too.
    client_side: usize,
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
    async fn apply_all(&mut self, steps: Vec<(StepId, usize)>) -> Result<(), Error> {
        let session = Arc::clone(&self.session);
        let baseline = async {
            // The server must be there; who is not is waited for like anything else.
            session.discover(self.events).await?;
            let mut standing = Standing::find(&session, &self.objects).await;
            let moments = std::mem::take(&mut standing.moments);
            let baseline = Baseline::take(&session, &self.objects, moments).await;
            if session.options.dry_run {
                // What changes must have a later time than the baseline, and times count seconds.
                rest(Duration::from_secs(1)).await;
            }
            Ok::<_, Error>((baseline, standing))
        };
        let (baseline, mut standing) = tokio::select! {
            baseline = baseline => baseline?,
            () = session.stop.cancelled() => return Ok(()),
        };
        let (sender, mut messages) = mpsc::unbounded_channel();
        let (mut tasks, mut watches) = (JoinSet::new(), JoinSet::new());
        for (step, count) in steps {
            if session.stop.is_cancelled() {
                return Ok(());
            }
            let started = Instant::now();
            self.events.send(Event::Started(step.clone()));
            let first = self.spawned;
            self.spawned += count;
            for index in first..self.spawned {
                // The content goes with the task, and is gone when the server has it.
                let bare = Arc::new(self.objects[index].without_content());
                let object = std::mem::replace(&mut self.objects[index], bare);
                let job = Job {
                    index,
                    before: baseline.of(&object.id),
                    stood: standing.remove(index),
                    object,
                    messages: sender.clone(),
                };
                let session = Arc::clone(&session);
                tasks.spawn(async move { session.apply(job).await });
            }
            let mut open = count;
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
            self.watch_unsettled(&step, &mut watches);
            let outcome = self.step_outcome(first);
            self.events
                .send(Event::Finished(step, outcome, started.elapsed()));
        }
        drop(sender);
        self.take_late(&mut messages, &mut tasks, &mut watches)
            .await?;
        self.tell_of_kubectl();
        Ok(())
    }

    /// What is still held up has until the deadline.
    async fn take_late(
        &mut self,
        messages: &mut mpsc::UnboundedReceiver<Message>,
        tasks: &mut JoinSet<()>,
        watches: &mut JoinSet<()>,
    ) -> Result<(), Error> {
        let open = self.outcomes.iter().filter(|outcome| outcome.is_none());
        let open = open.count();
        if open == 0 {
            return Ok(());
        }
        if let Some(why) = &self.held_up {
            let more = Count(open, "object");
            self.events.note(format!("{more} held up: {why}"));
        }
        let step = StepId::from("apply what was held up");
        let started = Instant::now();
        self.events.send(Event::Started(step.clone()));
        while let Some(message) = next(messages, tasks).await {
            self.take(message, &step)?;
            self.watch_unsettled(&step, watches);
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
                Ok(())
            }
            Message::Done {
                index,
                outcome,
                stored,
                client_side,
            } => {
                if let Outcome::Failed(why) = &outcome {
                    self.complain(index, why);
                }
                self.client_side += usize::from(client_side);
                self.settle(index, &outcome, stored.map(|stored| *stored));
                self.outcomes[index] = Some(outcome);
                self.report_known()
            }
        }
    }

    /// Reports every object before which all others are known.
    fn report_known(&mut self) -> Result<(), Error> {
        while let Some(Some(outcome)) = self.outcomes.get(self.reported) {
            (self.report)(&self.objects[self.reported], outcome)?;
            self.reported += 1;
        }
        Ok(())
    }

    /// Says what is wrong with an object.
    pub(super) fn complain(&self, index: usize, why: &str) {
        let object = &self.objects[index];
        self.events
            .error(format!("{} ({}): {why}", object.id, object.origin));
    }

    /// Two owners of a field are no conflict as long as they agree, but neither can remove it.
    fn tell_of_kubectl(&self) {
        if self.client_side > 0 {
            let objects = Count(self.client_side, "object");
            self.events.warn(format!(
                "`kubectl apply` without `--server-side` still owns fields of {objects}: what is removed from the manifests \
                 stays there until `kubectl apply --server-side --field-manager={manager}` has taken them over once",
                manager = self.session.options.field_manager
            ));
        }
    }

    fn step_outcome(&self, first: usize) -> StepOutcome {
        let known = || self.outcomes[first..].iter().flatten();
        let held_up = self.outcomes[first..self.spawned]
            .iter()
            .any(Option::is_none);
        if known().any(|outcome| !outcome.is_applied()) {
            StepOutcome::Failed
        } else if !held_up && known().all(|outcome| *outcome == Outcome::Unchanged) {
            StepOutcome::Unchanged
        } else {
            StepOutcome::Done
        }
    }

    /// Reports what the run did not come to.
    fn report_rest(&mut self) -> Result<(), Error> {
        for (index, outcome) in self.outcomes.iter_mut().enumerate() {
            // Tasks end by themselves when the user wants out, unless a request of theirs is on its way.
            outcome.get_or_insert(if index < self.spawned {
                Outcome::Unknown
            } else {
                Outcome::NotApplied
            });
        }
        self.report_known()
    }

    /// Whether all of it was applied.
    fn check_complete(&self) -> Result<(), Error> {
        let bad = self.outcomes.iter().flatten();
        let failed = bad.filter(|outcome| !outcome.is_applied()).count();
        if self.session.stop.is_cancelled() {
            return Err(Error::Interrupted);
        }
        match failed {
            0 => Ok(()),
            failed => Err(Error::Incomplete {
                failed,
                total: self.objects.len(),
            }),
        }
    }
}
