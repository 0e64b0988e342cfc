//! The life of one deletion: asked for until the server agrees, looked at again when the object changed meanwhile.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::run::Options;
use super::victim::{Guard, Victim};
use crate::error::Hint;
use crate::k8s::delete::{self, Deleted, delete};
use crate::k8s::inventory::Member;
use crate::k8s::retry::patiently;
use crate::k8s::{Api, Error, Refusal, metadata, remains};

/// How often an object may change under our hands before we give up on it.
const CHANGES: usize = 5;

/// What came of asking for a deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// The object is gone.
    Gone,
    /// It was not there.
    Absent,
    /// It will go; why it has not yet.
    Going(String),
    /// It changed and must stay now.
    Kept(String),
    /// The server refuses.
    Failed(String),
}

/// What the tasks of a removal share.
pub(super) struct Session {
    pub(super) api: Api,
    pub(super) options: Options,
    pub(super) guard: Guard,
    pub(super) permits: Semaphore,
}

impl Session {
    /// Asks for the deletion of one object.
    pub(super) async fn ask(self: Arc<Self>, mut victim: Victim) -> Asked {
        if victim.terminating {
            return if self.options.dry_run {
                Asked::Gone
            } else {
                Asked::Going("it is being deleted already".to_owned())
            };
        }
        for _ in 0..CHANGES {
            let refusal = match self.send(&victim).await {
                Ok(Deleted::Gone) => return Asked::Gone,
                Ok(Deleted::Going(object)) => return Asked::Going(remains::why(&object)),
                Err(Error::Refused(refusal)) => refusal,
                Err(error) => return failed(&error),
            };
            match refusal.code {
                404 => return Asked::Absent,
                409 => match self.look_again(&mut victim, refusal).await {
                    Ok(None) => {}
                    Ok(Some(asked)) => return asked,
                    Err(error) => return failed(&error),
                },
                _ => return failed(&refusal.into()),
            }
        }
        Asked::Failed(format!(
            "it changes all the time (gave up after {CHANGES} attempts)"
        ))
    }

    async fn send(&self, victim: &Victim) -> Result<Deleted, Error> {
        let options = delete::Options {
            cascade: self.options.cascade,
            grace_period: self.options.grace_period,
            dry_run: self.options.dry_run,
            uid: victim.uid.as_deref(),
            resource_version: victim.resource_version.as_deref(),
        };
        let namespace = victim.id.namespace.as_deref();
        let attempt = || async {
            let closed = |_| self.api.stopped();
            let _permit = self.permits.acquire().await.map_err(closed)?;
            let deleted = delete(
                &self.api,
                &victim.resource,
                namespace,
                &victim.id.name,
                options,
            );
            match deleted.await {
                // Sending the same again changes nothing: whoever asks looks at the object first.
                Err(Error::Refused(refusal)) if matches!(refusal.code, 404 | 409) => {
                    Ok(Err(refusal))
                }
                other => other.map(Ok),
            }
        };
        patiently(&self.api, self.options.deadline, attempt)
            .await?
            .map_err(Error::from)
    }

    /// What to do about an object that is not as it was. `None` = delete it as it is now.
    async fn look_again(
        &self,
        victim: &mut Victim,
        refusal: Refusal,
    ) -> Result<Option<Asked>, Error> {
        let namespace = victim.id.namespace.as_deref();
        let look = || metadata::get(&self.api, &victim.resource, namespace, &victim.id.name);
        let found = patiently(&self.api, self.options.deadline, look).await?;
        let Some(object) = found else {
            return Ok(Some(Asked::Absent));
        };
        let now = Member::read(&victim.kind(), &object);
        if victim.uid.as_ref().is_some_and(|uid| *uid != now.uid) {
            return Ok(Some(Asked::Failed(
                "it was deleted and made anew in the meantime".to_owned(),
            )));
        }
        if now.terminating {
            return Ok(Some(Asked::Going(remains::why(&object))));
        }
        if victim.resource_version.as_ref() == Some(&now.resource_version)
            || victim.resource_version.is_none()
        {
            // Nothing changed: the conflict is about something else.
            return Ok(Some(failed(&refusal.into())));
        }
        if let Some(why) = (self.guard)(&now) {
            return Ok(Some(Asked::Kept(why)));
        }
        victim.resource_version = Some(now.resource_version);
        Ok(None)
    }
}

fn failed(error: &Error) -> Asked {
    Asked::Failed(match error.hint() {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    })
}
