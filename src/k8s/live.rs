//! Reads what is stored: single objects, and collections page by page.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::api::{Api, Call};
use super::discovery::Resource;
use super::error::Error;
use super::path::encode;
use super::stored::Moment;

/// Objects per page of a list.
const PAGE: usize = 500;

const OBJECT: &str = "application/json";
const METADATA: &str =
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
const METADATA_LIST: &str =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/// How much of an object is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Its metadata: what is secret or large stays on the server.
    Metadata,
}

/// The object, or `None` if there is none of that name, kind or namespace.
pub async fn find(
    api: &Api,
    resource: &Resource,
    namespace: Option<&str>,
    name: &str,
    extent: Extent,
) -> Result<Option<Value>, Error> {
    let path = resource.object(namespace, name);
    let accept = match extent {
        Extent::Whole => OBJECT,
        Extent::Metadata => METADATA,
    };
    let call = Call {
        accept,
        ..Call::get(&path)
    };
    match api.send(call).await {
        Ok(answer) => answer.json().map(Some),
        Err(error) if error.code() == Some(404) => Ok(None),
        Err(error) => Err(error),
    }
}

/// All objects of a collection; `selector` is a label selector, empty = all.
pub async fn list(
    api: &Api,
    resource: &Resource,
    namespace: Option<&str>,
    selector: &str,
    extent: Extent,
) -> Result<Vec<Value>, Error> {
    let collection = resource.collection(namespace);
    let (mut found, mut next) = (Vec::new(), String::new());
    loop {
        let mut path = format!("{collection}?limit={PAGE}&continue={}", encode(&next));
        if !selector.is_empty() {
            path = format!("{path}&labelSelector={}", encode(selector));
        }
        let accept = match extent {
            Extent::Whole => OBJECT,
            Extent::Metadata => METADATA_LIST,
        };
        let call = Call {
            accept,
            ..Call::get(&path)
        };
        let page: Value = match api.send(call).await {
            // A kind that is about to be served has no objects yet.
            Err(error) if error.code() == Some(404) => return Ok(found),
            // The rest of the list is too old to be read: from the start.
            Err(error) if error.code() == Some(410) && !next.is_empty() => {
                found.clear();
                next.clear();
                continue;
            }
            other => other?.json()?,
        };
        let token = page.pointer("/metadata/continue").and_then(Value::as_str);
        token.unwrap_or_default().clone_into(&mut next);
        found.extend(items(page));
        if next.is_empty() {
            return Ok(found);
        }
    }
}

#[derive(Deserialize)]
struct RawList<'a> {
    #[serde(borrow)]
    metadata: RawListMetadata<'a>,
    #[serde(borrow, default)]
    items: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawListMetadata<'a> {
    #[serde(borrow, default)]
    resource_version: Cow<'a, str>,
    #[serde(borrow, default, rename = "continue")]
    next: Cow<'a, str>,
}

/// Shows every object of a collection, one after the other, so that only one of them takes room; none if they are more
/// than `limit`. Returns where the store behind them stands. One request.
pub async fn each(
    api: &Api,
    resource: &Resource,
    namespace: Option<&str>,
    limit: usize,
    mut show: impl FnMut(Value),
) -> Result<Moment, Error> {
    let path = format!("{}?limit={limit}", resource.collection(namespace));
    let answer = api.send(Call::get(&path)).await?;
    let RawList { metadata, items } = answer.view()?;
    let is_whole = metadata.next.is_empty();
    for item in items.into_iter().filter(|_| is_whole) {
        // It was read before, as a part of the list.
        if let Ok(object) = serde_json::from_str(item.get()) {
            show(object);
        }
    }
    Ok(Moment {
        revision: metadata.resource_version.parse().ok(),
        time: answer.date,
    })
}

/// The items of a list. Those of built-in kinds do not say what they are, the list does.
pub(super) fn items(mut list: Value) -> Vec<Value> {
    let api_version = list["apiVersion"].as_str().unwrap_or_default().to_owned();
    let kind = list["kind"].as_str().unwrap_or_default();
    let kind = kind.strip_suffix("List").unwrap_or(kind).to_owned();
    let Some(Value::Array(mut items)) = list.get_mut("items").map(Value::take) else {
        return Vec::new();
    };
    for item in &mut items {
        if item.get("kind").is_none() && !kind.is_empty() {
            item["apiVersion"] = api_version.as_str().into();
            item["kind"] = kind.as_str().into();
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn items_learn_from_the_list_what_they_are() {
        let list = json!({ "apiVersion": "apps/v1", "kind": "DeploymentList", "items": [{ "metadata": {} }] });
        let found = items(list);
        assert_eq!(found[0]["kind"], "Deployment");
        assert_eq!(found[0]["apiVersion"], "apps/v1");
        let mixed = json!({ "apiVersion": "v1", "kind": "List", "items": [
            { "apiVersion": "x.io/v1", "kind": "Thing" }, {}
        ]});
        let found = items(mixed);
        assert_eq!(found[0]["kind"], "Thing");
        assert_eq!(found[1].get("kind"), None);
        assert_eq!(items(json!({ "kind": "PodList" })), Vec::<Value>::new());
    }
}
