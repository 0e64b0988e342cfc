//! One removal: stages in order, results in order, and the books in between.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::stages::Stage;
use super::task::{Asked, Session};
use super::victim::{Guard, Victim};
use crate::exec::event::{Event, Events, Outcome as StepOutcome, StepId};
use crate::k8s::Api;
use crate::k8s::delete::Cascade;
use crate::k8s::gone::{Board, Going, until_gone};
use crate::workload;

/// How to delete.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Requests at a time.
    pub parallelism: usize,
    /// When everything must be over.
    pub deadline: Instant,
    /// How long that is from the start, for messages.
    pub timeout: Duration,
    /// What becomes of dependents.
    pub cascade: Cascade,
    /// Seconds that pods and the like have to end; `None` = what the object says.
    pub grace_period: Option<u32>,
    /// Let the server check, but delete nothing.
    pub dry_run: bool,
    /// Wait until objects are gone.
    pub wait: bool,
}

/// What became of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is gone, or the server took note where nobody waits.
    Deleted,
    /// It was gone before.
    Absent,
    /// It changed since it was chosen, and stays.
    Kept(String),
    /// The server refused.
    Failed(String),
    /// It was deleted, but something holds it.
    Stuck(String),
}

/// Deletes stage after stage. A stage that does not end well is the last one. `report` hears of every object in order,
/// as soon as all before it are known.
pub async fn remove_stages(
    api: Api,
    stages: Vec<Stage>,
    options: Options,
    guard: Guard,
    events: &Events,
    cancel: &CancellationToken,
    report: &mut (dyn FnMut(&Victim, &Outcome) -> Result<(), workload::Error> + Send),
) -> Result<(), workload::Error> {
    let total = stages.iter().map(|stage| stage.victims.len()).sum();
    events.send(Event::Planned(stages.len()));
    let mut run = Run {
        session: Arc::new(Session {
            api,
            options,
            guard,
            permits: Semaphore::new(options.parallelism.max(1)),
        }),
        events,
        report,
        victims: Vec::new(),
        outcomes: Vec::new(),
        reported: 0,
        total,
    };
    let result = tokio::select! {
        result = run.all(stages) => result,
        () = cancel.cancelled() => Err(workload::Error::Interrupted),
    };
    if matches!(result, Err(workload::Error::Interrupted)) {
        run.tell_how_far()?;
    }
    result
}

struct Run<'a> {
    session: Arc<Session>,
    events: &'a Events,
    report: &'a mut (dyn FnMut(&Victim, &Outcome) -> Result<(), workload::Error> + Send),
    /// Those whose stage has begun.
    victims: Vec<Victim>,
    outcomes: Vec<Option<Outcome>>,
    reported: usize,
    total: usize,
}

impl Run<'_> {
    async fn all(&mut self, stages: Vec<Stage>) -> Result<(), workload::Error> {
        for Stage { label, victims } in stages {
            let step = StepId::from(format!("delete {label}"));
            let started = Instant::now();
            self.events.send(Event::Started(step.clone()));
            let first = self.victims.len();
            self.victims.extend(victims);
            self.outcomes.resize(self.victims.len(), None);
            let going = self.ask(first, &step).await?;
            if !going.is_empty() {
                self.wait(going, &step).await?;
            }
            let bad = self.count(first, |outcome| {
                matches!(outcome, Outcome::Failed(_) | Outcome::Stuck(_))
            });
            let outcome = match bad {
                0 => StepOutcome::Done,
                _ => StepOutcome::Failed,
            };
            self.events
                .send(Event::Finished(step, outcome, started.elapsed()));
            if bad > 0 {
                return Err(self.error().into());
            }
        }
        Ok(())
    }

    /// Asks for the deletion of all objects from `first` on. Returns those that are still there, with the reasons.
    async fn ask(
        &mut self,
        first: usize,
        step: &StepId,
    ) -> Result<Vec<(usize, String)>, workload::Error> {
        let mut tasks = JoinSet::new();
        for (index, victim) in self.victims.iter().enumerate().skip(first) {
            let (session, victim) = (Arc::clone(&self.session), victim.clone());
            tasks.spawn(async move { (index, session.ask(victim).await) });
        }
        let mut going = Vec::new();
        while let Some(joined) = tasks.join_next().await {
            let (index, asked) = match joined {
                Ok(ended) => ended,
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(_) => return Err(workload::Error::Interrupted),
                },
            };
            let outcome = match asked {
                Asked::Gone => Outcome::Deleted,
                Asked::Going(_) if !self.session.options.wait => Outcome::Deleted,
                Asked::Absent => Outcome::Absent,
                Asked::Kept(why) => Outcome::Kept(why),
                Asked::Failed(why) => Outcome::Failed(why),
                Asked::Going(why) => {
                    let text = format!("{}: {why}", self.victims[index]);
                    self.events.send(Event::Waiting(step.clone(), text));
                    going.push((index, why));
                    continue;
                }
            };
            self.settle(index, outcome)?;
        }
        Ok(going)
    }

    /// Waits until these are gone, or the deadline.
    async fn wait(
        &mut self,
        going: Vec<(usize, String)>,
        step: &StepId,
    ) -> Result<(), workload::Error> {
        let objects = going.iter().map(|(index, _)| self.going(*index)).collect();
        let names: Vec<String> = going
            .iter()
            .map(|(index, _)| self.victims[*index].to_string())
            .collect();
        let board = Board::new(going.iter().map(|(_, why)| why.clone()).collect());
        let (events, step) = (self.events.clone(), step.clone());
        let news = move |index: usize, why: Option<&str>| {
            if let (Some(why), Some(name)) = (why, names.get(index)) {
                events.send(Event::Waiting(step.clone(), format!("{name}: {why}")));
            }
        };
        let Session { api, options, .. } = &*self.session;
        let wait = until_gone(api, objects, &board, news);
        let fault = match timeout_at(options.deadline, wait).await {
            Ok(Ok(())) | Err(_) => None,
            // Who may delete need not be allowed to watch; what is known then is that the server took note.
            Ok(Err(error)) => Some(format!(
                "the server took note, but cannot be asked whether it is gone: {error}"
            )),
        };
        for ((index, _), state) in going.into_iter().zip(board.read()) {
            let outcome = match (state, &fault) {
                (None, _) => Outcome::Deleted,
                (Some(_), Some(fault)) => Outcome::Stuck(fault.clone()),
                (Some(why), None) => Outcome::Stuck(why),
            };
            self.settle(index, outcome)?;
        }
        Ok(())
    }

    fn going(&self, index: usize) -> Going {
        let victim = &self.victims[index];
        Going {
            resource: victim.resource.clone(),
            namespace: victim.id.namespace.clone(),
            name: victim.id.name.clone(),
            uid: victim.uid.clone(),
        }
    }

    fn settle(&mut self, index: usize, outcome: Outcome) -> Result<(), workload::Error> {
        let victim = &self.victims[index];
        match &outcome {
            Outcome::Failed(why) => self.events.error(format!("{victim}: {why}")),
            Outcome::Stuck(why) => self
                .events
                .error(format!("{victim}: deleted, but still there: {why}")),
            Outcome::Kept(why) => self.events.warn(format!("{victim} stays: {why}")),
            Outcome::Deleted | Outcome::Absent => {}
        }
        self.outcomes[index] = Some(outcome);
        while let Some(Some(outcome)) = self.outcomes.get(self.reported) {
            (self.report)(&self.victims[self.reported], outcome)?;
            self.reported += 1;
        }
        Ok(())
    }

    fn count(&self, first: usize, is: impl Fn(&Outcome) -> bool) -> usize {
        let known = self.outcomes[first..].iter().flatten();
        known.filter(|outcome| is(outcome)).count()
    }

    fn error(&self) -> Error {
        let stuck = self.count(0, |outcome| matches!(outcome, Outcome::Stuck(_)));
        let failed = self.count(0, |outcome| matches!(outcome, Outcome::Failed(_)));
        let (untouched, total) = (self.total - self.victims.len(), self.total);
        match failed {
            0 => Error::TimedOut {
                after: self.session.options.timeout,
                stuck,
                untouched,
                total,
            },
            failed => Error::Incomplete {
                failed,
                untouched,
                total,
            },
        }
    }

    /// What an interrupted removal did and did not do.
    fn tell_how_far(&mut self) -> Result<(), workload::Error> {
        for index in self.reported..self.victims.len() {
            if let Some(outcome) = &self.outcomes[index] {
                (self.report)(&self.victims[index], outcome)?;
            }
        }
        let gone = self.count(0, |outcome| {
            matches!(outcome, Outcome::Deleted | Outcome::Absent)
        });
        let open = self
            .outcomes
            .iter()
            .filter(|outcome| outcome.is_none())
            .count();
        let untouched = self.total - self.victims.len();
        self.events.note(format!(
            "{gone} of {} deleted, {open} perhaps being deleted, {untouched} not touched; running the command again goes on",
            self.total
        ));
        Ok(())
    }
}
