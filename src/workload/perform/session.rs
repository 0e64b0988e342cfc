//! What the tasks of one run share: client, known kinds, gate, deadline, and what is known of others.

use std::collections::HashSet;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::kinds::Kinds;
use super::milestones::Milestones;
use super::run::Options;
use crate::exec::backoff::Backoff;
use crate::exec::event::{Event, Events, StepId};
use crate::k8s::discovery::Resource;
use crate::k8s::gate::Gate;
use crate::k8s::{self, Api, Retry};
use crate::text::Took;
use crate::workload::depends::{self, Edges};
use crate::workload::error::Error;
use crate::workload::object::{Object, ObjectId};

pub(super) struct Session {
    pub(super) api: Api,
    pub(super) options: Options,
    pub(super) deadline: Instant,
    pub(super) kinds: Kinds,
    pub(super) gate: Gate,
    /// Cancelled when the user wants out: nothing new is sent then.
    pub(super) stop: CancellationToken,
    /// What each object waits for.
    pub(super) needs: Edges,
    pub(super) milestones: Milestones,
    /// How often in a row credentials were refused.
    pub(super) log_ins: AtomicU32,
    /// Why nothing that is sent can succeed any more.
    pub(super) abort: OnceLock<String>,
    /// Namespaces that this run applies itself.
    own_namespaces: HashSet<String>,
}

impl Session {
    /// # Errors
    ///
    /// Objects whose dependencies make no sense.
    pub(super) fn new(
        api: Api,
        options: &Options,
        objects: &[Arc<Object>],
        deadline: Instant,
        events: &Events,
        stop: CancellationToken,
    ) -> Result<Self, Error> {
        let gate = Gate::new(
            api.clone(),
            options.parallelism,
            options.requests_per_second,
            events.clone(),
        );
        let references: Vec<&Object> = objects.iter().map(AsRef::as_ref).collect();
        let needs = depends::needs(&references)?;
        let awaited: HashSet<usize> = needs.iter().flatten().copied().collect();
        let milestones = Milestones::new(
            awaited
                .into_iter()
                .map(|index| (index, objects[index].id.to_string())),
        );
        Ok(Self {
            gate,
            api,
            deadline,
            stop,
            needs,
            milestones,
            log_ins: AtomicU32::new(0),
            abort: OnceLock::new(),
            kinds: Kinds::new(objects, options.cache.clone()),
            own_namespaces: objects
                .iter()
                .filter(|object| object.id.kind == "Namespace")
                .map(|object| object.id.name.clone())
                .collect(),
            options: options.clone(),
        })
    }

    /// The namespace an object lives in, if its kind has namespaces.
    pub(super) fn namespace(&self, id: &ObjectId, resource: &Resource) -> Option<String> {
        resource.namespaced.then(|| {
            id.namespace
                .clone()
                .unwrap_or_else(|| self.options.namespace.clone())
        })
    }

    /// Whether this run applies the namespace of an object.
    pub(super) fn has_own_namespace(&self, id: &ObjectId) -> bool {
        let namespace = id.namespace.as_deref().unwrap_or(&self.options.namespace);
        self.own_namespaces.contains(namespace)
    }

    /// Learns the kinds of the server, waiting for it to answer.
    pub(super) async fn discover(&self, events: &Events) -> Result<(), k8s::Error> {
        let step = StepId::from("connect");
        let (mut backoff, mut tries, mut told) = (backoff(), 0, false);
        loop {
            tries += 1;
            let error = match timeout_at(self.deadline, self.kinds.fetch(&self.api)).await {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(error)) => error,
                Err(_) => return Err(self.silence("the deadline passed")),
            };
            let hopeless = match error.retry() {
                Retry::Never => true,
                Retry::AFewTimes => tries >= 5,
                Retry::UntilDeadline(_) => false,
            };
            if hopeless || Instant::now() >= self.deadline {
                return Err(error);
            }
            if !told {
                told = true;
                let patience = Took(self.options.timeout);
                events.warn(format!("{error}; trying for up to {patience}"));
            }
            events.send(Event::Waiting(step.clone(), error.to_string()));
            self.pause(&mut backoff, None).await;
        }
    }

    fn silence(&self, why: &str) -> k8s::Error {
        k8s::Error::Unreachable {
            server: self.api.server().to_owned(),
            why: why.to_owned(),
        }
    }

    /// Waits for the next attempt, but not beyond the deadline or when the user wants out.
    pub(super) async fn pause(&self, backoff: &mut Backoff, at_least: Option<Duration>) {
        let pause = backoff.pause_at_least(at_least.unwrap_or_default());
        // Whoever is woken by the deadline notices it by itself.
        tokio::select! {
            () = self.stop.cancelled() => {}
            waited = timeout_at(self.deadline, pause) => drop(waited),
        }
    }
}

pub(super) fn backoff() -> Backoff {
    Backoff::new(Duration::from_millis(100), Duration::from_secs(3))
}
