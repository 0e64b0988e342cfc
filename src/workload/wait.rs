//! Waits for objects on behalf of a command, and says what became of each.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::Error;
use super::object::{ObjectId, Origin};
use super::redact;
use crate::exec::backoff::Backoff;
use crate::exec::event::{Event, Events, Outcome, StepId};
use crate::k8s::condition::Readiness;
use crate::k8s::goal::Goal;
use crate::k8s::wait::{self, Board, Target, Wish};
use crate::k8s::{self, Api, Retry};
use crate::text::Took;

/// How long to wait.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// All in all; zero = look once.
    pub timeout: Duration,
    deadline: Instant,
}

impl Patience {
    /// Patience that begins now.
    pub fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            deadline: Instant::now() + timeout,
        }
    }

    /// Sends a request again and again while that makes sense and there is time.
    pub async fn ask<T, F: Future<Output = Result<T, k8s::Error>>>(
        &self,
        events: &Events,
        request: impl Fn() -> F,
    ) -> Result<T, k8s::Error> {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(3));
        let mut told = false;
        loop {
            let error = match request().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if error.retry() == Retry::Never || Instant::now() >= self.deadline {
                return Err(error);
            }
            if !told {
                told = true;
                let patience = Took(self.timeout);
                events.warn(format!("{error}; trying for up to {patience}"));
            }
            drop(timeout_at(self.deadline, backoff.pause()).await);
        }
    }
}

/// An object that is waited for.
#[derive(Debug, Clone)]
pub struct Awaited {
    /// The object.
    pub id: ObjectId,
    /// Where it is defined, if in a file.
    pub origin: Option<Origin>,
    /// Its values must not get into messages.
    pub confidential: bool,
    /// Where it is looked for.
    pub target: Target,
}

impl Awaited {
    fn label(&self) -> String {
        match &self.origin {
            Some(origin) => format!("{} ({origin})", self.id),
            None => self.id.to_string(),
        }
    }

    /// A reason without the values of an object that must not be shown.
    fn redact(&self, why: String, object: Option<&Value>) -> String {
        match object {
            Some(object) if self.confidential => redact::live_values(object, why),
            _ => why,
        }
    }
}

/// What a task of the wait says.
struct Told {
    index: usize,
    state: Readiness,
    object: Option<Value>,
}

/// Waits until every object has reached the goals or has failed, or until patience ends. `report` hears of each that
/// got there.
pub async fn wait_for(
    api: &Api,
    mut awaited: Vec<Awaited>,
    wish: &Wish,
    patience: Patience,
    events: &Events,
    report: &mut (dyn FnMut(&Awaited) -> Result<(), Error> + Send),
) -> Result<(), Error> {
    let timeout = patience.timeout;
    let step = StepId::from(match wish.goals.as_slice() {
        [Goal::Ready] => "wait until ready",
        [Goal::Deleted] => "wait until deleted",
        _ => "wait",
    });
    let started = Instant::now();
    events.send(Event::Planned(1));
    events.send(Event::Started(step.clone()));

    let (sender, mut told) = mpsc::unbounded_channel();
    let news = move |index: usize, state: &Readiness, object: Option<&Value>| {
        // Nobody listens any more once the deadline has passed.
        drop(sender.send(Told {
            index,
            state: state.clone(),
            object: object.cloned(),
        }));
    };
    let board = Board::new(awaited.len());
    let targets: Vec<Target> = awaited.iter().map(|one| one.target.clone()).collect();
    let wait = async {
        if timeout.is_zero() {
            return Ok(wait::look(api, &targets, wish, &board, news).await);
        }
        let until = wait::until(api, targets.clone(), wish, &board, news);
        timeout_at(patience.deadline, until).await
    };
    let mut waiting = std::pin::pin!(wait);
    let mut ended = None;
    while ended.is_none() {
        tokio::select! {
            biased;
            Some(told) = told.recv() => hear(told, &mut awaited, &step, events, report)?,
            end = &mut waiting => ended = Some(end),
        }
    }
    // What was said before the end is heard before the summary.
    while let Ok(told) = told.try_recv() {
        hear(told, &mut awaited, &step, events, report)?;
    }
    if let Some(Ok(Err(error))) = ended {
        events.send(Event::Finished(step, Outcome::Failed, started.elapsed()));
        return Err(error.into());
    }
    let result = summarise(api, &awaited, board.read(), timeout, events).await;
    let outcome = if result.is_ok() {
        Outcome::Done
    } else {
        Outcome::Failed
    };
    events.send(Event::Finished(step, outcome, started.elapsed()));
    result
}

fn hear(
    told: Told,
    awaited: &mut [Awaited],
    step: &StepId,
    events: &Events,
    report: &mut (dyn FnMut(&Awaited) -> Result<(), Error> + Send),
) -> Result<(), Error> {
    let Some(one) = awaited.get_mut(told.index) else {
        return Ok(());
    };
    match told.state {
        Readiness::Ready => report(one)?,
        Readiness::NotYet(why) => {
            let why = one.redact(why, told.object.as_ref());
            events.send(Event::Waiting(step.clone(), format!("{}: {why}", one.id)));
        }
        Readiness::Failed(_) => {}
    }
    if told.object.is_some() {
        one.target.object = told.object;
    }
    Ok(())
}

/// Says why each of the others did not get there.
async fn summarise(
    api: &Api,
    awaited: &[Awaited],
    states: Vec<Readiness>,
    timeout: Duration,
    events: &Events,
) -> Result<(), Error> {
    let (mut waiting, mut failed) = (0, 0);
    for (one, state) in awaited.iter().zip(states) {
        let why = match state {
            Readiness::Ready => continue,
            Readiness::NotYet(why) if timeout.is_zero() => {
                waiting += 1;
                why
            }
            Readiness::NotYet(why) => {
                waiting += 1;
                format!("not there after {}: {why}", Took(timeout))
            }
            Readiness::Failed(why) => {
                failed += 1;
                why
            }
        };
        let mut words = vec![why];
        let reasons = wait::pod_reasons(api, &one.target).await;
        words.extend(reasons.iter().map(|reason| format!("pod: {reason}")));
        if reasons.is_empty() {
            words.extend(wait::last_warning(api, &one.target).await);
        }
        let why = one.redact(words.join("; "), one.target.object.as_ref());
        events.error(format!("{}: {why}", one.label()));
    }
    let total = awaited.len();
    match (failed, waiting) {
        (0, 0) => Ok(()),
        (0, _) => Err(Error::WaitTimedOut {
            after: timeout,
            waiting,
            total,
        }),
        _ => Err(Error::WaitFailed { failed, total }),
    }
}
