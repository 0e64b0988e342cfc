//! Deletes one object, on conditions.

use http::Method;
use serde_json::{Value, json};

use super::api::{Api, Call};
use super::discovery::Resource;
use super::error::Error;

/// What becomes of the objects that a deleted one owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cascade {
    /// They are deleted afterwards.
    Background,
    /// They are deleted first.
    Foreground,
    /// They stay.
    Orphan,
}

impl Cascade {
    /// The value of `propagationPolicy`.
    fn policy(self) -> &'static str {
        match self {
            Cascade::Background => "Background",
            Cascade::Foreground => "Foreground",
            Cascade::Orphan => "Orphan",
        }
    }
}

/// How to delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options<'a> {
    /// What becomes of dependents.
    pub cascade: Cascade,
    /// Seconds that pods and the like have to end; `None` = what the object says.
    pub grace_period: Option<u32>,
    /// Let the server check, but delete nothing.
    pub dry_run: bool,
    /// Only the object with this uid.
    pub uid: Option<&'a str>,
    /// Only the object in this state.
    pub resource_version: Option<&'a str>,
}

/// What the server made of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Deleted {
    /// The object is gone.
    Gone,
    /// It goes once its finalizers or pods allow; the object as it is now.
    Going(Box<Value>),
}

/// Deletes an object.
pub async fn delete(
    api: &Api,
    resource: &Resource,
    namespace: Option<&str>,
    name: &str,
    options: Options<'_>,
) -> Result<Deleted, Error> {
    let path = resource.object(namespace, name);
    let call = Call {
        method: Method::DELETE,
        content: "application/json",
        body: body(options).to_string().into_bytes(),
        ..Call::get(&path)
    };
    let answer: Value = api.send(call).await?.json()?;
    // A status says that the object is gone; some kinds answer with the object instead, marked if it is still there.
    let marked = answer.pointer("/metadata/deletionTimestamp");
    if options.dry_run || answer["kind"] == "Status" || marked.is_none_or(Value::is_null) {
        Ok(Deleted::Gone)
    } else {
        Ok(Deleted::Going(Box::new(answer)))
    }
}

fn body(options: Options<'_>) -> Value {
    let mut body = json!({
        "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": options.cascade.policy()
    });
    if let Some(seconds) = options.grace_period {
        body["gracePeriodSeconds"] = seconds.into();
    }
    if options.dry_run {
        body["dryRun"] = json!(["All"]);
    }
    if let Some(uid) = options.uid {
        body["preconditions"]["uid"] = uid.into();
    }
    if let Some(version) = options.resource_version {
        body["preconditions"]["resourceVersion"] = version.into();
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_become_a_body() {
        let plain = Options {
            cascade: Cascade::Background,
            grace_period: None,
            dry_run: false,
            uid: None,
            resource_version: None,
        };
        assert_eq!(
            body(plain),
            json!({ "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background" })
        );
        let full = Options {
            cascade: Cascade::Orphan,
            grace_period: Some(1),
            dry_run: true,
            uid: Some("u"),
            resource_version: Some("7"),
        };
        assert_eq!(
            body(full),
            json!({
                "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Orphan", "gracePeriodSeconds": 1,
                "dryRun": ["All"], "preconditions": { "uid": "u", "resourceVersion": "7" }
            })
        );
    }
}
