//! The scheduler: starts a step the moment its predecessors are done, and sees every step to its end on every way out.
//!
//! A failure or a cancellation stops new steps and cancels the token that running steps watch. Steps are never dropped
//! half-way: an Engine call whose answer nobody reads could still create a container after the teardown.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::event::{Event, Events, Outcome, StepId};
use super::limits::Limits;
use super::plan::{Operation, Plan, Step};

/// Why a plan was not carried out to its end.
#[derive(Debug)]
pub enum Failure<E> {
    /// This step failed first.
    Step {
        /// The step.
        id: StepId,
        /// Its error.
        error: E,
    },
    /// The run was cancelled from outside.
    Cancelled,
}

/// What a running step may use.
#[derive(Debug, Clone)]
pub struct StepContext {
    /// The step itself.
    pub id: StepId,
    /// Where to report progress.
    pub events: Events,
    /// Cancelled when another step failed or the user interrupted: stop waiting, finish what changes state.
    pub cancel: CancellationToken,
}

impl StepContext {
    /// Reports what the step now waits for.
    pub fn waiting(&self, on: impl Into<String>) {
        self.events.send(Event::Waiting(self.id.clone(), on.into()));
    }
}

/// Runs the plan. `perform` carries out one operation; `None` means that it stopped because it was cancelled. All
/// steps share the caller's task: they wait for others most of the time, and nothing can outlive the run.
pub async fn run<O, E, F, Fut>(
    plan: Plan<O>,
    limits: &Limits,
    events: &Events,
    cancel: &CancellationToken,
    perform: F,
) -> Result<(), Failure<E>>
where
    O: Operation,
    F: Fn(O, StepContext) -> Fut,
    Fut: Future<Output = Result<Option<Outcome>, E>>,
{
    events.send(Event::Planned(plan.steps.len()));
    let scope = cancel.child_token();
    let mut waiting: Vec<Step<O>> = plan.steps;
    let mut done: BTreeSet<StepId> = BTreeSet::new();
    let mut running = FuturesUnordered::new();
    let mut failure = None;
    loop {
        if !scope.is_cancelled() {
            let (ready, later): (Vec<_>, Vec<_>) = waiting
                .into_iter()
                .partition(|step| step.after.iter().all(|edge| done.contains(edge)));
            waiting = later;
            for step in ready {
                let permits = limits.of(step.op.class());
                let context = StepContext {
                    id: step.id,
                    events: events.clone(),
                    cancel: scope.clone(),
                };
                let work = perform(step.op, context.clone());
                running.push(one(context, permits, work));
            }
        }
        match running.next().await {
            None => break,
            Some((id, Ok(Some(_)))) => {
                done.insert(id);
            }
            Some((_, Ok(None))) => scope.cancel(),
            Some((id, Err(error))) => {
                scope.cancel();
                failure.get_or_insert(Failure::Step { id, error });
            }
        }
    }
    match failure {
        Some(failure) => Err(failure),
        None if scope.is_cancelled() => Err(Failure::Cancelled),
        None => Ok(()),
    }
}

/// One step: waits for its permit, does its work, tells how it went.
async fn one<E>(
    context: StepContext,
    permits: Option<Arc<Semaphore>>,
    work: impl Future<Output = Result<Option<Outcome>, E>>,
) -> (StepId, Result<Option<Outcome>, E>) {
    let StepContext { id, events, cancel } = context;
    let _permit = match &permits {
        Some(permits) => permits.acquire().await.ok(),
        None => None,
    };
    if cancel.is_cancelled() {
        return (id, Ok(None));
    }
    let begun = Instant::now();
    events.send(Event::Started(id.clone()));
    let result = work.await;
    let outcome = match &result {
        Ok(Some(outcome)) => *outcome,
        Ok(None) => Outcome::Cancelled,
        Err(_) => Outcome::Failed,
    };
    events.send(Event::Finished(id.clone(), outcome, begun.elapsed()));
    (id, result)
}

#[cfg(test)]
mod tests {
    use std::fmt;
    use std::sync::{Arc, Mutex};

    use super::super::limits::Class;
    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    struct Named(&'static str);

    impl fmt::Display for Named {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Operation for Named {
        fn class(&self) -> Class {
            Class::Engine
        }
    }

    /// a and b first, c after both, d after a.
    fn diamond() -> Plan<Named> {
        let mut plan = Plan::default();
        let a = plan.push(Named("a"), []);
        let b = plan.push(Named("b"), []);
        plan.push(Named("c"), [a.clone(), b]);
        plan.push(Named("d"), [a]);
        plan
    }

    fn names(order: &Arc<Mutex<Vec<&'static str>>>) -> Vec<&'static str> {
        order.lock().unwrap().clone()
    }

    #[test]
    fn waves_layer_the_edges() {
        let plan = diamond();
        let waves: Vec<Vec<&str>> = plan
            .waves()
            .iter()
            .map(|wave| wave.iter().map(|step| step.op.0).collect())
            .collect();
        assert_eq!(waves, [vec!["a", "b"], vec!["c", "d"]]);
    }

    #[tokio::test]
    async fn steps_run_after_their_predecessors() {
        let order = Arc::new(Mutex::new(Vec::new()));
        let seen = order.clone();
        let result: Result<(), Failure<&str>> = run(
            diamond(),
            &Limits::default(),
            &Events::discard(),
            &CancellationToken::new(),
            move |op: Named, _| {
                let seen = seen.clone();
                async move {
                    seen.lock().unwrap().push(op.0);
                    Ok(Some(Outcome::Done))
                }
            },
        )
        .await;
        assert!(result.is_ok());
        let order = names(&order);
        let at = |name| order.iter().position(|seen| *seen == name).unwrap();
        assert!(at("c") > at("a") && at("c") > at("b") && at("d") > at("a"));
    }

    #[tokio::test]
    async fn a_failure_cancels_waits_and_is_reported_after_all_have_ended() {
        let order = Arc::new(Mutex::new(Vec::new()));
        let seen = order.clone();
        let result = run(
            diamond(),
            &Limits::default(),
            &Events::discard(),
            &CancellationToken::new(),
            move |op: Named, context: StepContext| {
                let seen = seen.clone();
                async move {
                    if op.0 == "a" {
                        tokio::task::yield_now().await;
                        return Err("broken");
                    }
                    context.cancel.cancelled().await;
                    seen.lock().unwrap().push(op.0);
                    Ok(None)
                }
            },
        )
        .await;
        assert!(
            matches!(result, Err(Failure::Step { id, error: "broken" }) if id == StepId::from("a"))
        );
        assert_eq!(
            names(&order),
            ["b"],
            "c and d never start, b was waited for"
        );
    }

    #[tokio::test]
    async fn cancellation_from_outside_starts_nothing_new() {
        let cancel = CancellationToken::new();
        cancel.cancel();
        let result: Result<(), Failure<()>> = run(
            diamond(),
            &Limits::default(),
            &Events::discard(),
            &cancel,
            |_: Named, _| async { panic!("must not start") },
        )
        .await;
        assert!(matches!(result, Err(Failure::Cancelled)));
    }
}
