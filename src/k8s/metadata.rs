//! Metadata of objects, without their content: lists by label, and single objects.

use serde::Deserialize;
use serde_json::Value;

use super::api::{Api, Call};
use super::discovery::Resource;
use super::error::{Error, Refusal};
use super::path::encode;

/// Objects per page of a list.
const PAGE: usize = 500;

const LIST: &str =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
const OBJECT: &str =
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    metadata: ListMetadata,
    #[serde(default)]
    items: Vec<Value>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct ListMetadata {
    #[serde(default, rename = "continue")]
    next: String,
    #[serde(default)]
    remaining_item_count: usize,
}

/// Metadata of all objects of one kind in `namespace`, or everywhere, that `selector` selects. A list that changes
/// while its pages are read is read again.
pub async fn list(
    api: &Api,
    resource: &Resource,
    namespace: Option<&str>,
    selector: Option<&str>,
) -> Result<Vec<Value>, Error> {
    let collection = resource.collection(namespace);
    let selector = selector.map_or_else(String::new, |selector| {
        format!("&labelSelector={}", encode(selector))
    });
    let (mut found, mut next) = (Vec::new(), String::new());
    loop {
        let from = match next.as_str() {
            "" => String::new(),
            next => format!("&continue={}", encode(next)),
        };
        let path = format!("{collection}?limit={PAGE}{selector}{from}");
        let call = Call {
            accept: LIST,
            ..Call::get(&path)
        };
        let list: List = match api.send(call).await {
            // The server forgot where this list was.
            Err(Error::Refused(Refusal { code: 410, .. })) if !next.is_empty() => {
                found.clear();
                next.clear();
                continue;
            }
            other => other?.json()?,
        };
        found.extend(list.items);
        next = list.metadata.next;
        if next.is_empty() {
            return Ok(found);
        }
    }
}

/// How many objects of one kind there are everywhere, without reading them.
pub async fn count(api: &Api, resource: &Resource) -> Result<usize, Error> {
    let path = format!("{}?limit=1", resource.collection(None));
    let call = Call {
        accept: LIST,
        ..Call::get(&path)
    };
    let list: List = api.send(call).await?.json()?;
    Ok(list.items.len() + list.metadata.remaining_item_count)
}

/// Metadata of one object, if it exists.
pub async fn get(
    api: &Api,
    resource: &Resource,
    namespace: Option<&str>,
    name: &str,
) -> Result<Option<Value>, Error> {
    let path = resource.object(namespace, name);
    let call = Call {
        accept: OBJECT,
        ..Call::get(&path)
    };
    match api.send(call).await {
        Ok(answer) => answer.json().map(Some),
        Err(Error::Refused(Refusal { code: 404, .. })) => Ok(None),
        Err(error) => Err(error),
    }
}
