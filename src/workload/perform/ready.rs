//! The waiting parts of a run: for what other objects need, while applying; for everything else at the end.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::outcome::Outcome;
use super::run::Run;
use crate::exec::event::{Event, Outcome as StepOutcome, StepId};
use crate::k8s::condition::{self, Readiness, Surroundings};
use crate::k8s::discovery::Resource;
use crate::k8s::wait::{self, Board, Target};
use crate::text::Took;
use crate::workload::Error;

impl Run<'_> {
    /// Keeps what has yet to become ready, and tells those who wait for the object how far it is.
    pub(super) fn settle(
        &mut self,
        index: usize,
        outcome: &Outcome,
        stored: Option<(Resource, Value)>,
    ) {
        let milestones = &self.session.milestones;
        if !outcome.is_applied() {
            let why = "it could not be applied".to_owned();
            return milestones.note(index, Readiness::Failed(why));
        }
        if self.session.options.dry_run {
            return milestones.note(index, Readiness::Ready);
        }
        let state = match &stored {
            Some((_, object)) => condition::readiness(object, &Surroundings::default()),
            None => Readiness::Ready,
        };
        let awaited = milestones.is_awaited(index);
        if let Some(stored) = stored
            && state != Readiness::Ready
            && (awaited || self.session.options.wait)
        {
            self.stored.insert(index, stored);
            if awaited {
                self.unsettled.push(index);
            }
        }
        milestones.note(index, state);
    }

    /// Watches objects that others wait for.
    pub(super) fn watch_unsettled(&mut self, step: &StepId, watches: &mut JoinSet<()>) {
        let indexes = std::mem::take(&mut self.unsettled);
        if indexes.is_empty() {
            return;
        }
        let targets = self.targets(&indexes);
        let board = Board::new(targets.len());
        let session = Arc::clone(&self.session);
        let names = self.names(&indexes);
        let (events, step) = (self.events.clone(), step.clone());
        watches.spawn(async move {
            let positions = indexes.clone();
            let shared = Arc::clone(&session);
            let news = move |at: usize, state: &Readiness| {
                let (Some(index), Some(name)) = (positions.get(at), names.get(at)) else {
                    return;
                };
                if let Readiness::NotYet(why) = state {
                    events.send(Event::Waiting(step.clone(), format!("{name}: {why}")));
                }
                shared.milestones.note(*index, state.clone());
            };
            if let Err(error) = wait::until_ready(&session.api, targets, &board, news).await {
                for index in indexes {
                    if !session.milestones.is_ready(index) {
                        let why = Readiness::Failed(error.to_string());
                        session.milestones.note(index, why);
                    }
                }
            }
        });
    }

    /// Waits until everything that was applied does its work.
    pub(super) async fn wait_all(&mut self, timeout: Duration) -> Result<(), Error> {
        let step = StepId::from("wait until ready");
        let started = Instant::now();
        self.events.send(Event::Started(step.clone()));
        let indexes: Vec<usize> = (0..self.objects.len())
            .filter(|index| self.stored.contains_key(index))
            .filter(|index| !self.session.milestones.is_ready(*index))
            .collect();
        let states = self.await_ready(&indexes, &step).await?;

        let (mut waiting, mut failed) = (0, 0);
        for (index, state) in indexes.into_iter().zip(states) {
            let why = match state {
                Readiness::Ready => continue,
                Readiness::NotYet(why) => {
                    waiting += 1;
                    format!("not ready after {}: {why}", Took(timeout))
                }
                Readiness::Failed(why) => {
                    failed += 1;
                    why
                }
            };
            let reasons = match self.target(index) {
                Some(target) => wait::pod_reasons(&self.session.api, &target).await,
                None => Vec::new(),
            };
            let mut why = vec![why];
            why.extend(reasons.iter().map(|reason| format!("pod: {reason}")));
            self.complain(index, &why.join("; "));
        }
        let total = self.objects.len();
        let (outcome, result) = match (failed, waiting) {
            (0, 0) => (StepOutcome::Done, Ok(())),
            (0, _) => {
                let after = timeout;
                (
                    StepOutcome::Failed,
                    Err(Error::TimedOut {
                        after,
                        waiting,
                        total,
                    }),
                )
            }
            _ => (StepOutcome::Failed, Err(Error::Broken { failed, total })),
        };
        self.events
            .send(Event::Finished(step, outcome, started.elapsed()));
        result
    }

    /// The states of objects once all are settled, or at the deadline.
    async fn await_ready(&self, indexes: &[usize], step: &StepId) -> Result<Vec<Readiness>, Error> {
        let targets = self.targets(indexes);
        let board = Board::new(targets.len());
        let names = self.names(indexes);
        let (events, step) = (self.events.clone(), step.clone());
        let news = move |index: usize, state: &Readiness| {
            if let (Readiness::NotYet(why), Some(name)) = (state, names.get(index)) {
                events.send(Event::Waiting(step.clone(), format!("{name}: {why}")));
            }
        };
        match timeout_at(
            self.session.deadline,
            wait::until_ready(&self.session.api, targets, &board, news),
        )
        .await
        {
            Ok(Ok(())) | Err(_) => Ok(board.read()),
            Ok(Err(error)) => Err(error.into()),
        }
    }

    fn names(&self, indexes: &[usize]) -> Vec<String> {
        let name = |index: &usize| self.objects[*index].id.to_string();
        indexes.iter().map(name).collect()
    }

    fn targets(&self, indexes: &[usize]) -> Vec<Target> {
        let target = |index: &usize| self.target(*index);
        indexes.iter().filter_map(target).collect()
    }

    fn target(&self, index: usize) -> Option<Target> {
        let (resource, object) = self.stored.get(&index)?;
        let id = &self.objects[index].id;
        // Not that of the manifest, which may leave the name to the server.
        let name = object.pointer("/metadata/name")?.as_str()?;
        Some(Target {
            namespace: self.session.namespace(id, resource),
            resource: resource.clone(),
            name: name.to_owned(),
            object: Some(object.clone()),
        })
    }
}
