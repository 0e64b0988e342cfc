//! Asks the server for both versions of every object, several at a time.

use std::borrow::Cow;
use std::collections::HashSet;
use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};
use serde_json::Value;

use super::clean::{clean, clean_new};
use super::mask::mask;
use super::render::{Change, Difference};
use crate::error::Hint;
use crate::exec::backoff::Backoff;
use crate::k8s::apply;
use crate::k8s::live::{Extent, find};
use crate::k8s::{self, Api, Retry};
use crate::workload::object::ObjectId;
use crate::workload::place::{Place, Placed};
use crate::workload::removal::Victim;

/// Attempts at a request that may yet succeed, and at a pair of versions that fit together.
const ATTEMPTS: u32 = 4;

/// Says to which set of objects an object belongs; an apply keeps it, so a dry run must.
const PART_OF: &str = "applyset.kubernetes.io/part-of";

/// How to compare.
#[derive(Debug, Clone)]
pub struct Options {
    /// Objects at a time.
    pub parallelism: usize,
    /// Who would own the fields.
    pub field_manager: String,
    /// Take fields over from other managers.
    pub force_conflicts: bool,
}

/// What an apply would do to every object, in order.
pub fn compare<'a>(
    api: &'a Api,
    placed: &'a [Placed],
    options: &'a Options,
) -> impl Stream<Item = Difference> + 'a {
    let namespaces: HashSet<&str> = placed
        .iter()
        .filter(|placed| {
            placed.object.id.kind == "Namespace" && placed.object.id.group().is_empty()
        })
        .map(|placed| placed.object.id.name.as_str())
        .collect();
    let session = Session {
        api,
        options,
        namespaces,
    };
    stream::iter(placed)
        .map({
            let session = std::sync::Arc::new(session);
            move |placed| {
                let session = std::sync::Arc::clone(&session);
                async move { session.compare(placed).await }
            }
        })
        .buffered(options.parallelism.max(1))
}

/// A member of a set that would be pruned, as it is now; `None` if it is gone already. Nobody knows whether its manifest
/// was encrypted, so its values are masked.
pub async fn pruned(api: &Api, victim: &Victim) -> Option<Difference> {
    let (id, namespace) = (&victim.id, victim.id.namespace.as_deref());
    let found = again(|| find(api, &victim.resource, namespace, &id.name, Extent::Whole)).await;
    let (change, before) = match found {
        Ok(None) => return None,
        Ok(Some(live)) => {
            let mut live = clean(live);
            mask(Some(&mut live), None);
            (Change::Pruned, Some(live))
        }
        Err(error) => (Change::Failed(failure(&error)), None),
    };
    Some(Difference {
        id: id.clone(),
        origin: None,
        change,
        before,
        after: None,
    })
}

struct Session<'a> {
    api: &'a Api,
    options: &'a Options,
    /// Namespaces that the same input creates.
    namespaces: HashSet<&'a str>,
}

/// Both versions of an object as the server gives them.
struct Versions {
    live: Option<Value>,
    merged: Value,
}

impl Session<'_> {
    async fn compare(&self, placed: &Placed) -> Difference {
        let object = &placed.object;
        let mut difference = Difference {
            id: object.id.clone(),
            origin: Some(object.origin.clone()),
            change: Change::Unchanged,
            before: None,
            after: None,
        };
        let versions = match &placed.place {
            Ok(place) => {
                difference.id.namespace.clone_from(&place.namespace);
                self.versions(placed, place).await
            }
            Err(error) => Err(failure(error)),
        };
        let Versions { live, merged } = match versions {
            Ok(versions) => versions,
            Err(why) => {
                difference.change = Change::Failed(object.redact(why));
                return difference;
            }
        };
        let (mut before, mut after) = match live {
            Some(live) => (Some(clean(live)), clean(merged)),
            None => (None, clean_new(merged, &object.json)),
        };
        difference.change = match &before {
            None => Change::New,
            Some(before) if *before == after => Change::Unchanged,
            Some(_) => Change::Changed,
        };
        if object.confidential {
            mask(before.as_mut(), Some(&mut after));
        }
        (difference.before, difference.after) = (before, Some(after));
        difference
    }

    /// Reads what is there and asks what would become of it. If somebody else changes the object in between, both are
    /// asked for again.
    async fn versions(&self, placed: &Placed, place: &Place) -> Result<Versions, String> {
        let new = || Versions {
            live: None,
            merged: with_namespace(&placed.object.json, &placed.object.id, place),
        };
        // Every apply makes another object of those that leave their name to the server.
        if place.is_coming || placed.object.id.is_generated() {
            return Ok(new());
        }
        let (name, namespace) = (&placed.object.id.name, place.namespace.as_deref());
        let mut attempt = 1;
        loop {
            let live = again(|| find(self.api, &place.resource, namespace, name, Extent::Whole))
                .await
                .map_err(|error| failure(&error))?;
            let body = kept_in_set(&placed.object.json, live.as_ref());
            let options = apply::Options {
                field_manager: &self.options.field_manager,
                force: self.options.force_conflicts,
                dry_run: true,
            };
            let merged =
                again(|| apply::server_side(self.api, &place.resource, namespace, &body, options));
            let merged = match merged.await {
                Ok(applied) => applied.object().map_err(|error| failure(&error))?,
                Err(error) if self.brings_namespace(&error, namespace) => return Ok(new()),
                Err(error) => return Err(failure(&error)),
            };
            let fits = live
                .as_ref()
                .is_none_or(|live| version(live) == version(&merged));
            if fits || attempt == ATTEMPTS {
                return Ok(Versions { live, merged });
            }
            attempt += 1;
        }
    }

    /// Whether a dry run fails only because it does not create the namespace that the same input has.
    fn brings_namespace(&self, error: &k8s::Error, namespace: Option<&str>) -> bool {
        matches!(error, k8s::Error::Refused(refusal) if refusal.is_missing_namespace())
            && namespace.is_some_and(|name| self.namespaces.contains(name))
    }
}

/// Sends a request again while the failure may pass.
async fn again<T, F: Future<Output = Result<T, k8s::Error>>>(
    request: impl Fn() -> F,
) -> Result<T, k8s::Error> {
    let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(2));
    let mut tries = 1;
    loop {
        let error = match request().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let pause = match error.retry() {
            _ if tries == ATTEMPTS || error.is_dependency() => return Err(error),
            Retry::Never => return Err(error),
            Retry::AFewTimes => Duration::ZERO,
            Retry::UntilDeadline(pause) => pause.unwrap_or_default(),
        };
        tries += 1;
        backoff.pause_at_least(pause).await;
    }
}

fn version(object: &Value) -> Option<&str> {
    object.pointer("/metadata/resourceVersion")?.as_str()
}

/// The manifest, kept in the set of objects that the live object belongs to.
fn kept_in_set<'a>(json: &'a Value, live: Option<&Value>) -> Cow<'a, Value> {
    let labels = live.and_then(|live| live.pointer("/metadata/labels"));
    let Some(set) = labels.and_then(|labels| labels.get(PART_OF)) else {
        return Cow::Borrowed(json);
    };
    let mut json = json.clone();
    json["metadata"]["labels"][PART_OF] = set.clone();
    Cow::Owned(json)
}

/// An object that the server cannot tell anything about yet, as it is meant.
fn with_namespace(json: &Value, id: &ObjectId, place: &Place) -> Value {
    let mut json = json.clone();
    if let (None, Some(namespace)) = (&id.namespace, &place.namespace) {
        json["metadata"]["namespace"] = namespace.as_str().into();
    }
    json
}

fn failure(error: &k8s::Error) -> String {
    match error.hint() {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    }
}
