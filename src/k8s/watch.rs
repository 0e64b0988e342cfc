//! Waits on a collection: one list, then a watch, until a pure verdict over all its objects says ready.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;
use http::Method;
use kube::core::WatchEvent;
use serde_json::Value;

use super::api::Api;
use super::error::Error;
use crate::exec::backoff::Backoff;

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
    let mut backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(1));
    loop {
        match round(api, path, &mut verdict).await {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(error) if error.is_transient() => {}
            Err(error) => return Err(error),
        }
        backoff.pause().await;
    }
}

/// One list and its watch. `false` = the watch ended and has to be begun anew.
async fn round(
    api: &Api,
    path: &str,
    verdict: &mut impl FnMut(&Objects) -> Verdict,
) -> Result<bool, Error> {
    let list = api.get(path).await?;
    let mut objects = Objects::new();
    for object in list["items"].as_array().into_iter().flatten() {
        objects.insert(key(object), object.clone());
    }
    if verdict(&objects) == Verdict::Ready {
        return Ok(true);
    }
    let version = list["metadata"]["resourceVersion"]
        .as_str()
        .unwrap_or_default();
    let separator = if path.contains('?') { '&' } else { '?' };
    let watch =
        format!("{path}{separator}watch=true&allowWatchBookmarks=true&resourceVersion={version}");
    let request = api.request(Method::GET, &watch, "", Vec::new())?;
    let events = api
        .client
        .request_events::<Value>(request)
        .await
        .map_err(|error| api.failed(error))?;
    let mut events = std::pin::pin!(events);
    while let Some(event) = events.next().await {
        match event.map_err(|error| api.failed(error))? {
            WatchEvent::Added(object) | WatchEvent::Modified(object) => {
                objects.insert(key(&object), object);
            }
            WatchEvent::Deleted(object) => {
                objects.remove(&key(&object));
            }
            WatchEvent::Bookmark(_) => continue,
            WatchEvent::Error(_) => return Ok(false),
        }
        if verdict(&objects) == Verdict::Ready {
            return Ok(true);
        }
    }
    Ok(false)
}

fn key(object: &Value) -> String {
    let text = |field: &str| object["metadata"][field].as_str().unwrap_or_default();
    match (text("namespace"), text("name")) {
        ("", name) => name.to_owned(),
        (namespace, name) => format!("{namespace}/{name}"),
    }
}
