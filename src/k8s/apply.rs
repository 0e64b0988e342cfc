//! Server-side apply: one PATCH for one object; and what it takes to replace an object that cannot be patched.

use std::time::Duration;

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::api::{Answer, Api, Call};
use super::discovery::Resource;
use super::error::{Error, Refusal};
use super::path::{self, encode};
pub use super::stored::{Moment, Stored};

/// The server may ask webhooks, each of which has ten seconds unless it is given up to thirty.
const PATIENCE: Duration = Duration::from_secs(32);

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

impl Options<'_> {
    /// The query of a request that applies or creates.
    fn query(self) -> String {
        format!(
            "?fieldManager={}&fieldValidation=Strict{}{}",
            encode(self.field_manager),
            if self.force { "&force=true" } else { "" },
            if self.dry_run { "&dryRun=All" } else { "" },
        )
    }
}

/// What the server made of an object.
#[derive(Debug, Clone)]
pub struct Applied {
    /// It did not exist before.
    pub created: bool,
    /// What the answer says about the object, without its content.
    pub stored: Stored,
    answer: Answer,
}

impl Applied {
    fn read(answer: Answer, field_manager: &str) -> Result<Self, Error> {
        Ok(Self {
            created: answer.code == 201,
            stored: Stored::read(&answer, field_manager)?,
            answer,
        })
    }

    /// The object as it is now, but for `managedFields`, which are long.
    pub fn object(&self) -> Result<Value, Error> {
        let mut object: Value = self.answer.json()?;
        if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("managedFields");
        }
        Ok(object)
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
    let path = resource.object(namespace, path::name(object));
    apply_at(api, &path, object, options).await
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
    let how = (Method::PATCH, "application/apply-patch+yaml");
    send(api, how, path, object, options).await
}

/// Creates an object that only has a `generateName`; each call makes another one.
pub async fn create(
    api: &Api,
    resource: &Resource,
    namespace: Option<&str>,
    object: &Value,
    options: Options<'_>,
) -> Result<Applied, Error> {
    let how = (Method::POST, "application/json");
    let path = resource.collection(namespace);
    send(api, how, &path, object, options).await
}

async fn send(
    api: &Api,
    (method, content): (Method, &str),
    path: &str,
    object: &Value,
    options: Options<'_>,
) -> Result<Applied, Error> {
    let path = format!("{path}{}", options.query());
    let call = Call {
        method,
        content,
        body: object.to_string().into_bytes(),
        patience: PATIENCE,
        ..Call::get(&path)
    };
    Applied::read(api.send(call).await?, options.field_manager)
}

/// Which of several objects of the same name one is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incarnation {
    /// `metadata.uid`; empty if the server gives none.
    pub uid: String,
}

#[derive(Deserialize)]
struct Identified {
    #[serde(default)]
    metadata: Uid,
}

#[derive(Deserialize, Default)]
struct Uid {
    #[serde(default)]
    uid: String,
}

/// The object at `path` as it exists now, if it does.
pub async fn incarnation(api: &Api, path: &str) -> Result<Option<Incarnation>, Error> {
    match api.send(Call::get(path)).await {
        Ok(answer) => {
            let Identified { metadata } = answer.json()?;
            Ok(Some(Incarnation { uid: metadata.uid }))
        }
        Err(Error::Refused(Refusal { code: 404, .. })) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Deletes what `incarnation` stands for and, first, everything that it owns. One that is gone already is no error.
pub async fn delete_with_dependents(
    api: &Api,
    path: &str,
    incarnation: &Incarnation,
) -> Result<(), Error> {
    let mut options = json!({
        "kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Foreground"
    });
    if !incarnation.uid.is_empty() {
        options["preconditions"] = json!({ "uid": incarnation.uid });
    }
    let call = Call {
        method: Method::DELETE,
        content: "application/json",
        body: options.to_string().into_bytes(),
        ..Call::get(path)
    };
    match api.send(call).await {
        // Gone, or gone and made anew by somebody else.
        Err(Error::Refused(Refusal {
            code: 404 | 409, ..
        })) => Ok(()),
        other => other.map(drop),
    }
}

#[derive(Deserialize)]
struct MetadataList {
    #[serde(default)]
    metadata: ListMetadata,
}

#[derive(Deserialize, Default)]
struct ListMetadata {
    #[serde(default, rename = "resourceVersion")]
    resource_version: String,
}

/// The store behind a collection at this moment: whatever is written later has a higher `resourceVersion`. One request
/// of constant size.
pub async fn moment(
    api: &Api,
    resource: &Resource,
    namespace: Option<&str>,
) -> Result<Moment, Error> {
    const METADATA: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    let path = format!("{}?limit=1", resource.collection(namespace));
    let call = Call {
        accept: METADATA,
        patience: PATIENCE,
        ..Call::get(&path)
    };
    let answer = api.send(call).await?;
    let list: MetadataList = answer.json()?;
    Ok(Moment {
        revision: list.metadata.resource_version.parse().ok(),
        time: answer.date,
    })
}
