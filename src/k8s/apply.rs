//! Server-side apply: one PATCH for one object.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use http::Method;

use super::api::{Api, Call};
use super::discovery::Resource;
use super::error::{Error, Refusal};
use super::path::{self, encode};

/// Objects per page of a list.
const PAGE: usize = 500;

/// How to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options<'a> {
    /// Who owns the fields afterwards.
    pub field_manager: &'a str,
    /// Take fields over from other managers.
    pub force: bool,
    /// Let the server validate, default and admit, but store nothing.
    pub dry_run: bool,
}

/// What the server made of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// It did not exist before.
    pub created: bool,
    /// The object as it is now.
    pub object: Value,
}

impl Applied {
    /// `metadata.resourceVersion` after the request.
    pub fn resource_version(&self) -> Option<&str> {
        self.object.pointer("/metadata/resourceVersion")?.as_str()
    }
}

/// Applies one object. `namespace` counts for namespaced kinds only and must be what the object says.
pub async fn server_side(
    api: &Api,
    resource: &Resource,
    namespace: Option<&str>,
    object: &Value,
    options: Options<'_>,
) -> Result<Applied, Error> {
    apply_at(
        api,
        &resource.object(namespace, path::name(object)),
        object,
        options,
    )
    .await
}

/// Applies an object of a built-in kind, without asking the server what kinds it knows.
pub async fn built_in(api: &Api, object: &Value, options: Options<'_>) -> Result<Applied, Error> {
    apply_at(api, &path::object(object), object, options).await
}

async fn apply_at(
    api: &Api,
    path: &str,
    object: &Value,
    options: Options<'_>,
) -> Result<Applied, Error> {
    let path = format!(
        "{path}?fieldManager={}&fieldValidation=Strict{}{}",
        encode(options.field_manager),
        if options.force { "&force=true" } else { "" },
        if options.dry_run { "&dryRun=All" } else { "" },
    );
    let call = Call {
        method: Method::PATCH,
        content: "application/apply-patch+yaml",
        body: object.to_string().into_bytes(),
        ..Call::get(&path)
    };
    let answer = api.send(call).await?;
    Ok(Applied {
        created: answer.code == 201,
        object: answer.json()?,
    })
}

#[derive(Deserialize)]
struct MetadataList {
    #[serde(default)]
    metadata: ListMetadata,
    #[serde(default)]
    items: Vec<Item>,
}

#[derive(Deserialize, Default)]
struct ListMetadata {
    #[serde(default, rename = "continue")]
    next: String,
}

#[derive(Deserialize)]
struct Item {
    metadata: ItemMetadata,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ItemMetadata {
    name: String,
    resource_version: String,
}

/// Resource versions by name of all objects of one kind, so that an apply that changed nothing can be told from one
/// that did. Only metadata travels.
pub async fn versions(
    api: &Api,
    resource: &Resource,
    namespace: Option<&str>,
) -> Result<HashMap<String, String>, Error> {
    const METADATA: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    let collection = resource.collection(namespace);
    let mut found = HashMap::new();
    let mut next = String::new();
    loop {
        let path = format!("{collection}?limit={PAGE}&continue={}", encode(&next));
        let answer = match api
            .send(Call {
                accept: METADATA,
                ..Call::get(&path)
            })
            .await
        {
            // A kind that is about to be served has no objects yet.
            Err(Error::Refused(Refusal { code: 404, .. })) => return Ok(HashMap::new()),
            other => other?,
        };
        let list: MetadataList = answer.json()?;
        for Item { metadata } in list.items {
            found.insert(metadata.name, metadata.resource_version);
        }
        next = list.metadata.next;
        if next.is_empty() {
            return Ok(found);
        }
    }
}
