//! The life of one object: wait for what it needs, apply it, again and again while that makes sense.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};

use super::milestones::Verdict;
use super::outcome::Outcome;
use super::policy::{self, Circumstances, Fault, Next};
use super::session::{Session, backoff};
use super::standing::Stood;
use crate::error::Hint;
use crate::k8s::apply::{self, Applied, Moment};
use crate::k8s::discovery::Resource;
use crate::k8s::{self, Retry};
use crate::workload::object::Object;
use crate::workload::replace;

/// After this long without an answer others no longer wait for the object.
const SLOW: Duration = Duration::from_secs(3);

/// One object to apply.
pub(super) struct Job {
    pub(super) index: usize,
    pub(super) object: Arc<Object>,
    /// The store before the run.
    pub(super) before: Moment,
    /// It is as it should be already.
    pub(super) stood: Option<Stood>,
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
        /// What the server stored, for kinds that are not ready at once.
        stored: Option<Box<(Resource, Value)>>,
        /// `kubectl apply` owns fields of it, too.
        client_side: bool,
    },
}

impl Message {
    pub(super) fn index(&self) -> usize {
        match self {
            Message::HeldUp { index, .. } | Message::Done { index, .. } => *index,
        }
    }
}

impl Job {
    fn held_up(&self, why: String) {
        // Nobody listens any more once the run was stopped.
        drop(self.messages.send(Message::HeldUp {
            index: self.index,
            why: self.object.redact(why),
        }));
    }

    /// Waits for an answer; others only do so for a while.
    async fn patiently<T>(&self, request: impl Future<Output = T>) -> T {
        let mut request = std::pin::pin!(request);
        if let Ok(answer) = timeout(SLOW, &mut request).await {
            return answer;
        }
        self.held_up("the API server is slow to answer".into());
        request.await
    }

    /// Nothing had to be done.
    fn finish_stood(&self, stood: Stood) {
        drop(self.messages.send(Message::Done {
            index: self.index,
            outcome: Outcome::Unchanged,
            stored: stood.stored,
            client_side: stood.client_side,
        }));
    }

    fn finish(&self, outcome: Outcome, applied: Option<(Resource, Applied)>) {
        let id = &self.object.id;
        let client_side = applied
            .as_ref()
            .is_some_and(|(_, applied)| applied.stored.client_side);
        let stored = applied
            .filter(|_| k8s::condition::needs_wait(&id.api_version, &id.kind))
            .and_then(|(resource, applied)| Some(Box::new((resource, applied.object().ok()?))));
        drop(self.messages.send(Message::Done {
            index: self.index,
            outcome,
            stored,
            client_side,
        }));
    }
}

impl Session {
    /// All of it. The end is told by a message.
    pub(super) async fn apply(&self, mut job: Job) {
        if let Some(outcome) = self.await_needs(&job).await {
            return job.finish(outcome, None);
        }
        if let Some(stood) = job.stood.take() {
            return job.finish_stood(stood);
        }
        let (mut backoff, mut tries, mut told) = (backoff(), 0, false);
        let (mut last, mut replaced) = (None, false);
        let fault = loop {
            if self.stop.is_cancelled() || self.abort.get().is_some() {
                break if replaced {
                    Fault::Removed
                } else {
                    Fault::Halted
                };
            }
            let fault = match timeout_at(self.deadline, self.attempt(&job, tries > 0)).await {
                Ok(Ok((resource, applied))) => {
                    self.log_ins.store(0, Ordering::Relaxed);
                    let outcome = self.outcome(&job, &applied, tries, replaced);
                    return job.finish(outcome, Some((resource, applied)));
                }
                Ok(Err(Fault::Halted)) => continue,
                Ok(Err(fault)) => fault,
                // What held it up before says more than that the deadline passed.
                Err(_) => break last.unwrap_or(Fault::Late),
            };
            if self.options.dry_run && self.is_of_this_run(&job, &fault) {
                return job.finish(Outcome::Created, None);
            }
            tries += 1;
            if fault.is_unauthorized() {
                self.log_ins.fetch_add(1, Ordering::Relaxed);
            }
            let pause = match policy::decide(&fault, self.circumstances(&job, tries).await) {
                Next::GiveUp => break fault,
                Next::Abort => {
                    drop(self.abort.set(fault.to_string()));
                    break fault;
                }
                Next::Replace if self.options.dry_run => {
                    return job.finish(Outcome::Replaced, None);
                }
                Next::Replace => match timeout_at(self.deadline, self.remove(&job)).await {
                    Ok(Ok(())) => {
                        replaced = true;
                        continue;
                    }
                    Ok(Err(error)) if error.retry() == Retry::Never => break error.into(),
                    Ok(Err(_)) => None,
                    Err(_) => break Fault::Dying("what it owns or its finalizers keep it".into()),
                },
                Next::Again(pause) => pause,
            };
            if Instant::now() + pause.unwrap_or_default() >= self.deadline {
                break fault;
            }
            if fault.is_dependency() && !told {
                told = true;
                job.held_up(fault.to_string());
            }
            last = Some(fault);
            self.pause(&mut backoff, pause).await;
        };
        job.finish(failure(&job.object, &fault, tries), None);
    }

    /// Waits until what the object needs is ready; otherwise what becomes of the object.
    async fn await_needs(&self, job: &Job) -> Option<Outcome> {
        let needs = &self.needs[job.index];
        if needs.is_empty() || self.options.dry_run {
            return None;
        }
        let (mut follower, mut told) = (self.milestones.subscribe(), false);
        loop {
            let why = match follower.verdict(needs) {
                Verdict::Go => return None,
                Verdict::Never(why) => {
                    return Some(Outcome::Failed(format!("not applied: it needs {why}")));
                }
                Verdict::Wait(why) => why,
            };
            if !std::mem::replace(&mut told, true) {
                job.held_up(format!("needs {why}"));
            }
            tokio::select! {
                () = self.stop.cancelled() => return Some(Outcome::NotApplied),
                changed = timeout_at(self.deadline, follower.changed()) => if changed.is_err() {
                    return Some(Outcome::Failed(format!("not applied: it needs {why}")));
                }
            }
        }
    }

    async fn attempt(&self, job: &Job, again: bool) -> Result<(Resource, Applied), Fault> {
        let pass = tokio::select! {
            biased;
            () = self.stop.cancelled() => return Err(Fault::Halted),
            pass = self.gate.enter() => pass,
        };
        // It may have been a long wait.
        if self.abort.get().is_some() {
            return Err(Fault::Halted);
        }
        let id = &job.object.id;
        let resource = if again {
            self.kinds.find_anew(&self.api, id).await?
        } else {
            self.kinds.find(id).await?
        };
        let namespace = self.namespace(id, &resource);
        let options = apply::Options {
            field_manager: &self.options.field_manager,
            force: self.options.force_conflicts,
            dry_run: self.options.dry_run,
        };
        let json = body(&job.object);
        let request = async {
            let (api, namespace) = (&self.api, namespace.as_deref());
            if id.is_generated() {
                apply::create(api, &resource, namespace, &json, options).await
            } else {
                apply::server_side(api, &resource, namespace, &json, options).await
            }
        };
        let result = job.patiently(request).await;
        pass.settle(result.as_ref().err());
        let applied = match result {
            Ok(applied) => applied,
            Err(error) if id.is_generated() => return Err(policy::unrepeatable(error)),
            Err(error) => return Err(error.into()),
        };
        match &applied.stored.dying {
            Some(why) => Err(Fault::Dying(why.clone())),
            None => Ok((resource, applied)),
        }
    }

    fn outcome(&self, job: &Job, applied: &Applied, tries: u32, replaced: bool) -> Outcome {
        let changed = if self.options.dry_run {
            applied.stored.would_change_since(job.before)
        } else {
            applied.stored.changed_since(job.before)
        };
        // An earlier attempt may have done it without our hearing of it.
        let created = applied.created || (tries > 0 && applied.stored.is_newer_than(job.before));
        match (replaced, created, changed) {
            (true, ..) => Outcome::Replaced,
            (_, true, _) => Outcome::Created,
            (_, _, true) => Outcome::Configured,
            (_, _, false) => Outcome::Unchanged,
        }
    }

    async fn circumstances(&self, job: &Job, tries: u32) -> Circumstances {
        let id = &job.object.id;
        Circumstances {
            tries,
            log_ins: self.log_ins.load(Ordering::Relaxed),
            dry_run: self.options.dry_run,
            // Kinds of Kubernetes itself do not appear later, nor does anything in a dry run.
            kind_may_appear: !self.options.dry_run && self.kinds.may_grow(id).await,
            just_back: self.gate.is_just_back(),
            own_namespace: self.has_own_namespace(id),
            replace: replace::may_replace(&job.object, self.options.replace),
        }
    }

    /// Whether a dry run only fails because it did not store what the run itself would have stored before.
    fn is_of_this_run(&self, job: &Job, fault: &Fault) -> bool {
        let Fault::Server(k8s::Error::Refused(refusal)) = fault else {
            return false;
        };
        let id = &job.object.id;
        (refusal.is_missing_namespace() && self.has_own_namespace(id))
            || (refusal.is_missing_path() && self.kinds.is_own(id))
    }

    /// Deletes the object and what it owns, and waits until it is gone.
    async fn remove(&self, job: &Job) -> Result<(), k8s::Error> {
        let resource = self.kinds.find(&job.object.id).await?;
        let namespace = self.namespace(&job.object.id, &resource);
        let path = resource.object(namespace.as_deref(), &job.object.id.name);
        let Some(before) = apply::incarnation(&self.api, &path).await? else {
            return Ok(());
        };
        apply::delete_with_dependents(&self.api, &path, &before).await?;
        let mut backoff = backoff();
        job.held_up("it is being deleted, to be created anew".into());
        loop {
            match apply::incarnation(&self.api, &path).await? {
                Some(now) if now == before => self.pause(&mut backoff, None).await,
                _ => return Ok(()),
            }
            if self.stop.is_cancelled() {
                return Ok(());
            }
        }
    }
}

/// What is said about an object that was not applied.
fn failure(object: &Object, fault: &Fault, tries: u32) -> Outcome {
    if matches!(fault, Fault::Halted) {
        return Outcome::NotApplied;
    }
    let mut why = fault.to_string();
    if tries > 1 {
        why = format!("{why} (gave up after {tries} attempts)");
    }
    let hint = if fault.is_immutable() && replace::is_protected(object) {
        Some("ksail does not delete objects that hold others".into())
    } else if fault.is_immutable() && !replace::may_replace(object, true) {
        let annotation = "annotate it with `ksail.io/replace: enabled` to have it deleted and created anew; its data may go with it";
        Some(annotation.into())
    } else {
        fault.hint()
    };
    if let Some(hint) = hint {
        why = format!("{why}; {hint}");
    }
    Outcome::Failed(object.redact(why))
}

/// What is sent for an object. A bare namespace gets the label that the server adds anyway: whoever applies no field at
/// all is not remembered as an owner, and the next apply would count as a change.
pub(super) fn body(object: &Object) -> Cow<'_, Value> {
    let json = &object.json;
    let bare = object.id.kind == "Namespace" && object.id.api_version == "v1";
    if !bare || json["metadata"].get("labels").is_some() {
        return Cow::Borrowed(json);
    }
    let mut json = json.clone();
    json["metadata"]["labels"] = json!({ "kubernetes.io/metadata.name": object.id.name });
    Cow::Owned(json)
}
