//! Follows a collection: a list, then its changes, and from the start again when the server forgets where we were.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Duration;

use futures_util::StreamExt;
use kube::core::WatchEvent;
use serde_json::Value;

use super::api::{Api, Call};
use super::error::{Error, Retry};
use super::live::items;
use super::path::encode;
use crate::exec::backoff::Backoff;

/// Longest life of one watch; the server ends it then and we start the next.
const WATCH_SECONDS: u32 = 290;

/// Objects of a collection by `namespace/name`, or `name` where there is no namespace.
pub type Objects = BTreeMap<String, Value>;

/// What a look at the objects means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The wait is over.
    Ready,
    /// Why not yet, for people.
    NotYet(String),
}

/// Watches the collection at `path` (e.g. `/api/v1/nodes`) until `verdict` is [`Verdict::Ready`]. `verdict` is asked
/// after the list and after every change. A server that goes away is tried again: the deadline is the caller's.
pub async fn until(
    api: &Api,
    path: &str,
    mut verdict: impl FnMut(&Objects) -> Verdict,
) -> Result<(), Error> {
    let selection = Selection {
        collection: path.to_owned(),
        name: None,
        resource_version: None,
    };
    let mut objects = Objects::new();
    let each = |change: Change<'_>| {
        match change {
            Change::Listed(items) => {
                objects = items
                    .iter()
                    .map(|object| (key(object), object.clone()))
                    .collect();
            }
            Change::Seen(object) => {
                objects.insert(key(object), object.clone());
            }
            Change::Deleted(object) => {
                objects.remove(&key(object));
            }
        }
        match verdict(&objects) {
            Verdict::Ready => ControlFlow::Break(()),
            Verdict::NotYet(_) => ControlFlow::Continue(()),
        }
    };
    follow(api, selection, each).await
}

fn key(object: &Value) -> String {
    let text = |field: &str| object["metadata"][field].as_str().unwrap_or_default();
    match (text("namespace"), text("name")) {
        ("", name) => name.to_owned(),
        (namespace, name) => format!("{namespace}/{name}"),
    }
}

/// What to follow.
#[derive(Debug, Clone)]
pub(super) struct Selection {
    /// Path of the collection.
    pub(super) collection: String,
    /// Only the object of this name.
    pub(super) name: Option<String>,
    /// Where to start; `None` = list first.
    pub(super) resource_version: Option<String>,
}

/// What happened.
#[derive(Clone, Copy)]
pub(super) enum Change<'a> {
    /// These objects exist, and no others.
    Listed(&'a [Value]),
    /// An object looks like this now.
    Seen(&'a Value),
    /// An object is gone.
    Deleted(&'a Value),
}

/// Reports every change until `each` breaks. Passing failures are survived; the deadline is the caller's business.
pub(super) async fn follow(
    api: &Api,
    mut selection: Selection,
    mut each: impl FnMut(Change<'_>) -> ControlFlow<()>,
) -> Result<(), Error> {
    let mut backoff = pauses();
    loop {
        let mut at_least = Duration::ZERO;
        match round(api, &mut selection, &mut each, &mut backoff).await {
            Ok(ControlFlow::Break(())) => return Ok(()),
            Err(error) if error.code() == Some(410) => selection.resource_version = None,
            Err(error) => match error.retry() {
                Retry::Never if !error.is_transient() => return Err(error),
                Retry::UntilDeadline(Some(pause)) => at_least = pause,
                _ => {}
            },
            // A stream that the server closed without a word. One that does so at once must not be hammered.
            Ok(ControlFlow::Continue(())) => {}
        }
        backoff.pause_at_least(at_least).await;
    }
}

fn pauses() -> Backoff {
    Backoff::new(Duration::from_millis(50), Duration::from_secs(1))
}

/// One watch, and the list before it if there is no place to start from.
async fn round(
    api: &Api,
    selection: &mut Selection,
    each: &mut impl FnMut(Change<'_>) -> ControlFlow<()>,
    backoff: &mut Backoff,
) -> Result<ControlFlow<()>, Error> {
    let selector = match &selection.name {
        Some(name) => format!("&fieldSelector=metadata.name%3D{}", encode(name)),
        None => String::new(),
    };
    let from = if let Some(version) = &selection.resource_version {
        version.clone()
    } else {
        let path = format!("{}?limit=0{selector}", selection.collection);
        let list: Value = api.send(Call::get(&path)).await?.json()?;
        let version = list.pointer("/metadata/resourceVersion");
        let version = version.and_then(Value::as_str).unwrap_or_default();
        let version = version.to_owned();
        if each(Change::Listed(&items(list))).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        version
    };
    let path = format!(
        "{}?watch=true&allowWatchBookmarks=true&timeoutSeconds={WATCH_SECONDS}&resourceVersion={}{selector}",
        selection.collection,
        encode(&from),
    );
    selection.resource_version = Some(from);
    let mut events = std::pin::pin!(api.events(&path).await?);
    while let Some(event) = events.next().await {
        let flow = match event? {
            WatchEvent::Added(object) | WatchEvent::Modified(object) => {
                remember(selection, &object);
                each(Change::Seen(&object))
            }
            WatchEvent::Deleted(object) => {
                remember(selection, &object);
                each(Change::Deleted(&object))
            }
            WatchEvent::Bookmark(bookmark) => {
                selection.resource_version = Some(bookmark.metadata.resource_version);
                ControlFlow::Continue(())
            }
            WatchEvent::Error(status) => return Err(api.failed(kube::Error::Api(status))),
        };
        if flow.is_break() {
            return Ok(flow);
        }
        *backoff = pauses();
    }
    Ok(ControlFlow::Continue(()))
}

fn remember(selection: &mut Selection, object: &Value) {
    if let Some(version) = object
        .pointer("/metadata/resourceVersion")
        .and_then(Value::as_str)
    {
        selection.resource_version = Some(version.to_owned());
    }
}
