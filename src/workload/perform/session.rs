//! What the tasks of one run share: client, known kinds, permits, deadline; and the life of one object.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{Instant, timeout_at};

use super::kinds::Kinds;
use super::run::{Options, Outcome};
use crate::error::Hint;
use crate::exec::backoff::Backoff;
use crate::exec::event::{Event, Events, StepId};
use crate::k8s::apply::{self, Applied};
use crate::k8s::discovery::Resource;
use crate::k8s::{self, Api, Retry};
use crate::text::Took;
use crate::workload::object::{Object, ObjectId};
use crate::workload::order::Wave;

/// Who owns the fields that we apply.
const FIELD_MANAGER: &str = "ksail";

/// Attempts at something that may pass or may not.
const FEW: u32 = 5;

/// One object to apply.
pub(super) struct Job {
    pub(super) index: usize,
    pub(super) object: Arc<Object>,
    /// Its resource version before, if it existed.
    pub(super) known: Option<String>,
    pub(super) messages: mpsc::UnboundedSender<Message>,
}

/// What a task has to say.
pub(super) enum Message {
    /// Something that may yet come is missing.
    HeldUp { index: usize, why: String },
    /// The end.
    Done {
        index: usize,
        outcome: Outcome,
        stored: Option<Box<(Resource, Value)>>,
    },
}

impl Message {
    pub(super) fn index(&self) -> usize {
        match self {
            Message::HeldUp { index, .. } | Message::Done { index, .. } => *index,
        }
    }
}

pub(super) struct Session {
    pub(super) api: Api,
    options: Options,
    pub(super) deadline: Instant,
    pub(super) kinds: Kinds,
    pub(super) permits: Semaphore,
    /// Namespaces that this run applies itself.
    own_namespaces: HashSet<String>,
}

impl Session {
    pub(super) fn new(api: Api, options: &Options, waves: &[Wave], deadline: Instant) -> Self {
        let objects = waves.iter().flat_map(|wave| &wave.objects);
        Self {
            api,
            deadline,
            kinds: Kinds::new(waves),
            permits: Semaphore::new(options.parallelism.max(1)),
            own_namespaces: objects
                .filter(|object| object.id.kind == "Namespace")
                .map(|object| object.id.name.clone())
                .collect(),
            options: options.clone(),
        }
    }

    pub(super) fn dry_run(&self) -> bool {
        self.options.dry_run
    }

    /// The namespace an object lives in, if its kind has namespaces.
    pub(super) fn namespace(&self, id: &ObjectId, resource: &Resource) -> Option<String> {
        resource.namespaced.then(|| {
            id.namespace
                .clone()
                .unwrap_or_else(|| self.options.namespace.clone())
        })
    }

    /// Learns the kinds of the server, waiting for it to answer.
    pub(super) async fn discover(&self, events: &Events) -> Result<(), k8s::Error> {
        let step = StepId::from("connect");
        let (mut backoff, mut told) = (backoff(), false);
        loop {
            let error = match timeout_at(self.deadline, self.kinds.fetch(&self.api)).await {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(error)) => error,
                Err(_) => return Err(self.silence("the deadline passed")),
            };
            if error.retry() == Retry::Never || Instant::now() >= self.deadline {
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

    /// Applies one object, again and again while that makes sense.
    pub(super) async fn apply(&self, job: Job) {
        let (mut backoff, mut tries, mut told) = (backoff(), 0, false);
        let mut last = None;
        let error = loop {
            let error = match timeout_at(self.deadline, self.attempt(&job, tries > 0)).await {
                Ok(Ok((resource, applied))) => return done(&job, resource, applied),
                Ok(Err(error)) => error,
                // What held it up before says more than that the deadline passed.
                Err(_) => break last.unwrap_or_else(|| self.silence("the deadline passed")),
            };
            if self.options.dry_run && self.is_of_this_run(&job.object.id, &error) {
                return finish(&job, Outcome::Created, None);
            }
            tries += 1;
            let pause = match self.retry(&job.object.id, &error).await {
                Retry::Never => break error,
                Retry::AFewTimes if tries >= FEW => break error,
                Retry::AFewTimes => None,
                Retry::UntilDeadline(pause) => pause,
            };
            if Instant::now() + pause.unwrap_or_default() >= self.deadline {
                break error;
            }
            if error.is_dependency() && !told {
                told = true;
                let why = job.object.redact(error.to_string());
                drop(job.messages.send(Message::HeldUp {
                    index: job.index,
                    why,
                }));
            }
            last = Some(error);
            self.pause(&mut backoff, pause).await;
        };
        let mut why = error.to_string();
        if tries > 1 {
            why = format!("{why} (gave up after {tries} attempts)");
        }
        if let Some(hint) = error.hint() {
            why = format!("{why}; {hint}");
        }
        finish(&job, Outcome::Failed(job.object.redact(why)), None);
    }

    async fn attempt(&self, job: &Job, again: bool) -> Result<(Resource, Applied), k8s::Error> {
        let closed = |_| self.silence("the run was stopped");
        let _permit = self.permits.acquire().await.map_err(closed)?;
        let id = &job.object.id;
        let resource = if again {
            self.kinds.find_anew(&self.api, id).await?
        } else {
            self.kinds.find(id).await?
        };
        let namespace = self.namespace(id, &resource);
        let options = apply::Options {
            field_manager: FIELD_MANAGER,
            force: self.options.force_conflicts,
            dry_run: self.options.dry_run,
        };
        let json = body(&job.object);
        let applied =
            apply::server_side(&self.api, &resource, namespace.as_deref(), &json, options).await?;
        Ok((resource, applied))
    }

    /// Kinds of Kubernetes itself do not appear later, nor does anything in a dry run.
    async fn retry(&self, id: &ObjectId, error: &k8s::Error) -> Retry {
        match error {
            k8s::Error::NoKind { .. } if self.options.dry_run || !self.kinds.may_grow(id).await => {
                Retry::Never
            }
            _ if error.is_dependency() && self.options.dry_run => Retry::Never,
            error => error.retry(),
        }
    }

    /// Whether a dry run only fails because it did not store what the run itself would have stored before.
    fn is_of_this_run(&self, id: &ObjectId, error: &k8s::Error) -> bool {
        let k8s::Error::Refused(refusal) = error else {
            return false;
        };
        let namespace = id.namespace.as_deref().unwrap_or(&self.options.namespace);
        (refusal.is_missing_namespace() && self.own_namespaces.contains(namespace))
            || (refusal.is_missing_path() && self.kinds.is_own(id))
    }

    fn silence(&self, why: &str) -> k8s::Error {
        k8s::Error::Unreachable {
            server: self.api.server().to_owned(),
            why: why.to_owned(),
        }
    }

    /// Waits for the next attempt, but not beyond the deadline.
    async fn pause(&self, backoff: &mut Backoff, at_least: Option<Duration>) {
        let pause = async {
            match at_least {
                Some(pause) => backoff.pause_at_least(pause).await,
                None => backoff.pause().await,
            }
        };
        // Whoever is woken by the deadline notices it by itself.
        drop(timeout_at(self.deadline, pause).await);
    }
}

/// What is sent for an object. A bare namespace gets the label that the server adds anyway: whoever applies no field at
/// all is not remembered as an owner, and the next apply would count as a change.
fn body(object: &Object) -> Cow<'_, Value> {
    let json = &object.json;
    let bare = object.id.kind == "Namespace" && object.id.api_version == "v1";
    if !bare || json["metadata"].get("labels").is_some() {
        return Cow::Borrowed(json);
    }
    let mut json = json.clone();
    json["metadata"]["labels"] = json!({ "kubernetes.io/metadata.name": object.id.name });
    Cow::Owned(json)
}

fn backoff() -> Backoff {
    Backoff::new(Duration::from_millis(100), Duration::from_secs(3))
}

fn done(job: &Job, resource: Resource, applied: Applied) {
    let outcome = match (&job.known, applied.resource_version()) {
        _ if applied.created => Outcome::Created,
        (Some(before), Some(after)) if before == after => Outcome::Unchanged,
        _ => Outcome::Configured,
    };
    let waits = k8s::condition::needs_wait(&job.object.id.api_version, &job.object.id.kind);
    finish(
        job,
        outcome,
        waits.then(|| Box::new((resource, applied.object))),
    );
}

fn finish(job: &Job, outcome: Outcome, stored: Option<Box<(Resource, Value)>>) {
    let message = Message::Done {
        index: job.index,
        outcome,
        stored,
    };
    // Nobody listens any more once the run was stopped.
    drop(job.messages.send(message));
}
