//! What an answer to an apply says about the object besides its content: read without keeping the object.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use super::api::Answer;
use super::error::Error;
use crate::text::epoch;

/// The manager of fields that `kubectl apply` without `--server-side` set.
const CLIENT_SIDE: &str = "kubectl-client-side-apply";

/// A point in the life of a server's store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment {
    /// Revision of the store; `None` if it is no number or not known.
    pub revision: Option<u64>,
    /// The time, in seconds since the epoch, by the server's clock.
    pub time: Option<i64>,
}

/// An object as it was stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stored {
    /// `metadata.resourceVersion`, which is the revision of the last change. `None` if it is no number.
    pub revision: Option<u64>,
    /// When it was created, in seconds since the epoch.
    created_at: Option<i64>,
    /// When we changed it last, in seconds since the epoch, by the server's clock.
    pub applied_at: Option<i64>,
    /// Somebody else changed it after us.
    pub touched_since: bool,
    /// `kubectl apply` owns fields of it, too.
    pub client_side: bool,
    /// Why it is still there although it was deleted; `None` if it was not.
    pub dying: Option<String>,
}

#[derive(Deserialize)]
struct View<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow, default)]
    resource_version: Cow<'a, str>,
    #[serde(borrow)]
    creation_timestamp: Option<Cow<'a, str>>,
    deletion_timestamp: Option<serde::de::IgnoredAny>,
    #[serde(borrow, default)]
    managed_fields: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow, default)]
    manager: Cow<'a, str>,
    #[serde(borrow, default)]
    operation: Cow<'a, str>,
    #[serde(borrow, default)]
    subresource: Cow<'a, str>,
    /// In UTC and to the second, so that times compare as texts.
    #[serde(borrow, default)]
    time: Cow<'a, str>,
}

impl Stored {
    pub(super) fn read(answer: &Answer, field_manager: &str) -> Result<Self, Error> {
        let View { metadata } = answer.view()?;
        let dying = match metadata.deletion_timestamp {
            Some(_) => Some(remains(&answer.json()?)),
            None => None,
        };
        let entries = &metadata.managed_fields;
        let is_ours = |entry: &&Entry<'_>| {
            entry.manager == field_manager
                && entry.operation == "Apply"
                && entry.subresource.is_empty()
        };
        let ours = entries.iter().find(is_ours).map(|entry| &entry.time);
        Ok(Self {
            created_at: metadata.creation_timestamp.as_deref().and_then(epoch),
            applied_at: ours.and_then(|time| epoch(time)),
            revision: metadata.resource_version.parse().ok(),
            touched_since: ours.is_some_and(|ours| entries.iter().any(|entry| entry.time > *ours)),
            client_side: entries
                .iter()
                .any(|entry| entry.manager == CLIENT_SIDE && entry.operation == "Update"),
            dying,
        })
    }

    /// Whether the apply that this is the answer to changed anything. `before` is the store before it.
    ///
    /// An apply that changes nothing leaves the resource version alone. If the version is newer than `before`, then
    /// somebody wrote in between: we, unless somebody else did so later than we ever did.
    pub fn changed_since(&self, before: Moment) -> bool {
        let older = matches!(
            (self.revision, before.revision),
            (Some(now), Some(before)) if now <= before
        );
        !older && !self.touched_since
    }

    /// The same for an apply that stores nothing, and so gets no new resource version: it shows in the time only, which
    /// counts seconds. The apply must have been sent at least a second after `before`. Whoever owns no field, like that
    /// of an object of nothing but a name, is not noted; that it owned some before does not show.
    pub fn would_change_since(&self, before: Moment) -> bool {
        match (self.applied_at, before.time) {
            (Some(applied), Some(before)) => applied > before && !self.touched_since,
            (None, Some(_)) => false,
            (_, None) => true,
        }
    }

    /// Whether it did not exist then.
    pub fn is_newer_than(&self, before: Moment) -> bool {
        matches!((self.created_at, before.time), (Some(created), Some(before)) if created > before)
    }
}

/// Whether `kubectl apply` without `--server-side` owns fields of an object.
pub fn is_client_side(object: &Value) -> bool {
    let entries = object.pointer("/metadata/managedFields");
    let mut entries = entries.and_then(Value::as_array).into_iter().flatten();
    entries.any(|entry| entry["manager"] == CLIENT_SIDE && entry["operation"] == "Update")
}

/// What keeps a deleted object from going away.
fn remains(object: &Value) -> String {
    let conditions = object.pointer("/status/conditions");
    let conditions = conditions.and_then(Value::as_array).into_iter().flatten();
    let mut reasons: Vec<String> = conditions
        .filter(|condition| condition["status"] == "True")
        .filter_map(|condition| condition["message"].as_str().map(str::to_owned))
        .collect();
    let finalizers = object.pointer("/metadata/finalizers");
    let finalizers = finalizers.and_then(Value::as_array).into_iter().flatten();
    let finalizers: Vec<&str> = finalizers.filter_map(Value::as_str).collect();
    if reasons.is_empty() && !finalizers.is_empty() {
        reasons.push(format!("it has the finalizer {}", finalizers.join(", ")));
    }
    reasons.join("; ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(object: &Value) -> Stored {
        Stored::read(&Answer::of(object), "ksail").unwrap()
    }

    fn at(revision: u64) -> Moment {
        Moment {
            revision: Some(revision),
            time: epoch("2026-01-01T00:00:10Z"),
        }
    }

    #[test]
    fn what_was_created_since_is_new() {
        for (time, new) in [("09", false), ("10", false), ("11", true)] {
            let created = format!("2026-01-01T00:00:{time}Z");
            let stored = read(&json!({ "metadata": { "creationTimestamp": created } }));
            assert_eq!(stored.is_newer_than(at(40)), new, "{time}");
        }
        assert!(!read(&json!({ "metadata": { "creationTimestamp": null } })).is_newer_than(at(40)));
    }

    #[test]
    fn dry_runs_go_by_the_time() {
        for (time, changed) in [("09", false), ("10", false), ("11", true)] {
            let entries = json!([entry("ksail", "Apply", time)]);
            let stored =
                read(&json!({ "metadata": { "resourceVersion": "7", "managedFields": entries } }));
            assert_eq!(stored.would_change_since(at(40)), changed, "{time}");
        }
        let bare = read(&json!({ "metadata": { "resourceVersion": "7" } }));
        assert!(!bare.would_change_since(at(40)));
        assert!(bare.would_change_since(Moment::default()));
    }

    fn entry(manager: &str, operation: &str, time: &str) -> Value {
        json!({ "manager": manager, "operation": operation, "time": format!("2026-01-01T00:00:{time}Z") })
    }

    #[test]
    fn what_is_older_than_the_run_is_unchanged() {
        let stored = read(&json!({ "metadata": { "resourceVersion": "41" } }));
        assert!(!stored.changed_since(at(41)));
        assert!(stored.changed_since(at(40)));
        assert!(stored.changed_since(Moment::default()));
        let odd = read(&json!({ "metadata": { "resourceVersion": "abc" } }));
        assert!(odd.changed_since(at(40)));
    }

    #[test]
    fn a_later_change_of_somebody_else_is_not_ours() {
        for (entries, changed) in [
            (
                json!([
                    entry("ksail", "Apply", "10"),
                    entry("controller", "Update", "11")
                ]),
                false,
            ),
            (
                json!([
                    entry("ksail", "Apply", "11"),
                    entry("controller", "Update", "10")
                ]),
                true,
            ),
            (
                json!([
                    entry("ksail", "Apply", "11"),
                    entry("controller", "Update", "11")
                ]),
                true,
            ),
            (
                json!([
                    entry("ksail", "Update", "10"),
                    entry("controller", "Update", "11")
                ]),
                true,
            ),
        ] {
            let stored =
                read(&json!({ "metadata": { "resourceVersion": "50", "managedFields": entries } }));
            assert_eq!(stored.changed_since(at(40)), changed, "{entries}");
        }
    }

    #[test]
    fn deleted_objects_say_what_keeps_them() {
        let deleted = "2026-01-01T00:00:00Z";
        let namespace = json!({
            "metadata": { "deletionTimestamp": deleted },
            "status": { "conditions": [
                { "type": "NamespaceDeletionContentFailure", "status": "False", "message": "all fine" },
                { "type": "NamespaceFinalizersRemaining", "status": "True", "message": "x.io/y in 1 resource instances" }
            ]}
        });
        assert_eq!(
            read(&namespace).dying.unwrap(),
            "x.io/y in 1 resource instances"
        );
        let object =
            json!({ "metadata": { "deletionTimestamp": deleted, "finalizers": ["x.io/y"] } });
        assert_eq!(read(&object).dying.unwrap(), "it has the finalizer x.io/y");
        assert_eq!(read(&json!({ "metadata": {} })).dying, None);
    }

    #[test]
    fn fields_of_kubectl_are_noticed() {
        let entries = json!([entry("kubectl-client-side-apply", "Update", "10")]);
        assert!(read(&json!({ "metadata": { "managedFields": entries } })).client_side);
    }
}
