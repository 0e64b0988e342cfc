//! The waiting part of a run: foundations between waves, everything else at the end.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::run::{Outcome, Run};
use crate::exec::event::{Event, Outcome as StepOutcome, StepId};
use crate::k8s::condition::Readiness;
use crate::k8s::wait::{self, Board, Target};
use crate::text::Took;
use crate::workload::Error;

impl Run<'_> {
    /// Waits until namespaces and definitions of a wave can be used. One that cannot is a failed object; the others go
    /// on.
    pub(super) async fn await_foundations(
        &mut self,
        first: usize,
        step: &StepId,
    ) -> Result<(), Error> {
        let indexes: Vec<usize> = (first..self.objects.len())
            .filter(|index| self.stored.contains_key(index))
            .collect();
        let states = self.await_ready(&indexes, step).await?;
        for (index, state) in indexes.into_iter().zip(states) {
            let why = match state {
                Readiness::Ready => continue,
                Readiness::NotYet(why) | Readiness::Failed(why) => {
                    format!("applied, but not usable: {why}")
                }
            };
            self.complain(index, &why);
            self.outcomes[index] = Some(Outcome::Failed(why));
        }
        Ok(())
    }

    /// Waits until everything that was applied does its work.
    pub(super) async fn wait_all(&mut self, timeout: Duration) -> Result<(), Error> {
        let step = StepId::from("wait until ready");
        let started = Instant::now();
        self.events.send(Event::Started(step.clone()));
        let indexes: Vec<usize> = (0..self.objects.len())
            .filter(|index| self.stored.contains_key(index) && !self.is_foundation(*index))
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
        let targets: Vec<Target> = indexes
            .iter()
            .filter_map(|index| self.target(*index))
            .collect();
        let board = Board::new(targets.len());
        let names: Vec<String> = indexes
            .iter()
            .map(|index| self.objects[*index].id.to_string())
            .collect();
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

    fn target(&self, index: usize) -> Option<Target> {
        let (resource, object) = self.stored.get(&index)?;
        let id = &self.objects[index].id;
        Some(Target {
            namespace: self.session.namespace(id, resource),
            resource: resource.clone(),
            name: id.name.clone(),
            object: Some(object.clone()),
        })
    }
}
