//! Whether an object is already as a manifest wants it, told from what the server keeps about its fields. Pure.
//!
//! A server-side apply changes nothing if the manager owns exactly the fields that the manifest has, and all of them
//! have the manifest's values. `managedFields` says which fields those are (format `FieldsV1` of
//! sigs.k8s.io/structured-merge-diff): `f:NAME` is a field, `k:{…}` an item of a list by its keys, `v:…` an item by its
//! value, `.` the place itself; nothing below a place means that its value is owned as a whole.
//!
//! An answer of "yes" is certain. "No" means that only the server knows: it may read a value in another way, as it does with
//! quantities, or fill in what the manifest leaves out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// Fields of an object that nobody owns, or only in part.
const TOP: [&str; 3] = ["apiVersion", "kind", "metadata"];
/// Fields of `metadata` that nobody owns.
const NAMES: [&str; 2] = ["name", "namespace"];

/// Whether applying `wanted` as `manager` would leave `live` as it is.
pub fn is_applied(live: &Value, wanted: &Value, manager: &str) -> bool {
    let metadata = &live["metadata"];
    let (Some(wanted), Some(live)) = (wanted.as_object(), live.as_object()) else {
        return false;
    };
    if metadata.get("deletionTimestamp").is_some() {
        return false;
    }
    let entries = metadata["managedFields"].as_array().into_iter().flatten();
    let mut ours = entries.filter(|entry| {
        entry["manager"] == manager
            && entry["operation"] == "Apply"
            && entry.get("subresource").is_none_or(|name| name == "")
    });
    let (Some(entry), None) = (ours.next(), ours.next()) else {
        return false;
    };
    let same_form =
        entry["fieldsType"] == "FieldsV1" && Some(&entry["apiVersion"]) == wanted.get("apiVersion");
    let (true, Some(fields)) = (same_form, entry["fieldsV1"].as_object()) else {
        return false;
    };
    same_metadata(fields.get("f:metadata"), wanted.get("metadata"), metadata)
        && match wanted.get("stringData") {
            Some(Value::Object(texts)) if wanted.get("kind") == Some(&"Secret".into()) => {
                same_fields(fields, wanted, &with_texts(live, texts), &TOP)
            }
            _ => same_fields(fields, wanted, live, &TOP),
        }
}

/// Metadata that only names an object is not owned.
fn same_metadata(owned: Option<&Value>, wanted: Option<&Value>, live: &Value) -> bool {
    let wanted = wanted.and_then(Value::as_object);
    let wanted = wanted.filter(|fields| fields.keys().any(|name| !NAMES.contains(&&**name)));
    match (owned, wanted, live) {
        (None, None, _) => true,
        (Some(Value::Object(owned)), Some(wanted), Value::Object(live)) => {
            same_fields(owned, wanted, live, &NAMES)
        }
        _ => false,
    }
}

/// A Secret with what was written into `stringData`, which the server keeps in `data` only.
fn with_texts(live: &Map<String, Value>, wanted: &Map<String, Value>) -> Map<String, Value> {
    let text = |name: &String| {
        let bytes = STANDARD
            .decode(live.get("data")?.get(name)?.as_str()?)
            .ok()?;
        Some((name.clone(), String::from_utf8(bytes).ok()?.into()))
    };
    let texts: Map<String, Value> = wanted.keys().filter_map(text).collect();
    let mut live = live.clone();
    live.insert("stringData".to_owned(), texts.into());
    live
}

/// Whether a place is owned and has the value that is wanted.
fn same(owned: &Value, wanted: &Value, live: &Value) -> bool {
    let Some(owned) = owned.as_object() else {
        return false;
    };
    if owned.keys().all(|key| key == ".") {
        return !has_null(wanted) && wanted == live;
    }
    match (wanted, live) {
        (Value::Object(wanted), Value::Object(live)) => same_fields(owned, wanted, live, &[]),
        (Value::Array(wanted), Value::Array(live)) => same_items(owned, wanted, live),
        _ => false,
    }
}

/// Whether the same fields are owned and wanted, but for those to `skip`, and are all as they should be.
fn same_fields(
    owned: &Map<String, Value>,
    wanted: &Map<String, Value>,
    live: &Map<String, Value>,
    skip: &[&str],
) -> bool {
    let is_skipped = |name: &str| skip.contains(&name);
    let places = owned.keys().filter(|place| match place.strip_prefix("f:") {
        Some(name) => !is_skipped(name),
        None => *place != ".",
    });
    let wanted = || wanted.iter().filter(|(name, _)| !is_skipped(name));
    places.count() == wanted().count()
        && wanted().all(
            |(name, wanted)| match (owned.get(&format!("f:{name}")), live.get(name)) {
                (Some(owned), Some(live)) => same(owned, wanted, live),
                _ => false,
            },
        )
}

/// Whether a list has the items that are wanted, in their order, and no others: where the server puts those is its secret.
fn same_items(owned: &Map<String, Value>, wanted: &[Value], live: &[Value]) -> bool {
    let places = owned.iter().filter(|(key, _)| *key != ".");
    let mut places: Vec<(Place, &Value)> = match places
        .map(|(key, owned)| Some((Place::read(key)?, owned)))
        .collect()
    {
        Some(places) => places,
        None => return false,
    };
    places.len() == wanted.len()
        && wanted.len() == live.len()
        && wanted.iter().zip(live).all(|(wanted, live)| {
            let at = places
                .iter()
                .position(|(place, _)| place.is_of(wanted, live));
            at.is_some_and(|at| {
                let (place, owned) = places.swap_remove(at);
                match place {
                    Place::Keys(_) => same_item(owned, wanted, live),
                    Place::Value(_) => wanted == live,
                }
            })
        })
}

/// An item with keys is a mapping, all of whose fields are owned one by one.
fn same_item(owned: &Value, wanted: &Value, live: &Value) -> bool {
    match (owned, wanted, live) {
        (Value::Object(owned), Value::Object(wanted), Value::Object(live)) => {
            same_fields(owned, wanted, live, &[])
        }
        _ => false,
    }
}

/// What tells an item of a list from the others.
enum Place {
    Keys(Map<String, Value>),
    Value(Value),
}

impl Place {
    fn read(key: &str) -> Option<Self> {
        if let Some(keys) = key.strip_prefix("k:") {
            return serde_json::from_str(keys).ok().map(Place::Keys);
        }
        let value = key.strip_prefix("v:")?;
        serde_json::from_str(value).ok().map(Place::Value)
    }

    fn is_of(&self, wanted: &Value, live: &Value) -> bool {
        match self {
            Place::Value(value) => wanted == value && live == value,
            Place::Keys(keys) => keys.iter().all(|(name, value)| {
                live.get(name) == Some(value)
                    && match wanted.get(name) {
                        Some(wanted) => wanted == value,
                        // The only key of a built-in kind that has a default.
                        None => name == "protocol" && value == "TCP",
                    }
            }),
        }
    }
}

/// To the server a null is a field that is not there, or one that goes.
fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(fields) => fields.values().any(has_null),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wanted() -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": { "name": "web", "namespace": "shop", "labels": { "app": "web" }, "finalizers": ["a/b"] },
            "spec": {
                "replicas": 2,
                "template": { "spec": { "containers": [
                    { "name": "one", "args": ["-v", "2"], "ports": [{ "containerPort": 80 }, { "containerPort": 80, "protocol": "UDP" }] },
                    { "name": "two", "env": [{ "name": "A", "value": "1" }] }
                ], "volumes": [{ "name": "tmp", "emptyDir": {} }] } }
            }
        })
    }

    fn live() -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {
                "name": "web", "namespace": "shop", "uid": "1", "resourceVersion": "7", "generation": 1,
                "labels": { "app": "web", "other": "x" }, "finalizers": ["a/b"],
                "managedFields": [
                    { "manager": "kubectl", "operation": "Update", "apiVersion": "apps/v1", "fieldsType": "FieldsV1",
                      "fieldsV1": { "f:metadata": { "f:labels": { "f:other": {} } } } },
                    { "manager": "ksail", "operation": "Apply", "apiVersion": "apps/v1", "fieldsType": "FieldsV1", "fieldsV1": {
                        "f:metadata": { "f:labels": { "f:app": {} }, "f:finalizers": { "v:\"a/b\"": {} } },
                        "f:spec": { "f:replicas": {}, "f:template": { "f:spec": {
                            "f:containers": {
                                "k:{\"name\":\"one\"}": { ".": {}, "f:name": {}, "f:args": {}, "f:ports": {
                                    "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": { ".": {}, "f:containerPort": {} },
                                    "k:{\"containerPort\":80,\"protocol\":\"UDP\"}": { ".": {}, "f:containerPort": {}, "f:protocol": {} }
                                } },
                                "k:{\"name\":\"two\"}": { ".": {}, "f:name": {}, "f:env": {
                                    "k:{\"name\":\"A\"}": { ".": {}, "f:name": {}, "f:value": {} } } }
                            },
                            "f:volumes": { "k:{\"name\":\"tmp\"}": { ".": {}, "f:name": {}, "f:emptyDir": {} } }
                        } } }
                    } }
                ]
            },
            "spec": {
                "replicas": 2, "paused": false,
                "template": { "spec": { "containers": [
                    { "name": "one", "image": "i", "args": ["-v", "2"],
                      "ports": [{ "containerPort": 80, "protocol": "TCP" }, { "containerPort": 80, "protocol": "UDP" }] },
                    { "name": "two", "env": [{ "name": "A", "value": "1" }], "imagePullPolicy": "Always" }
                ], "volumes": [{ "name": "tmp", "emptyDir": {} }] } }
            },
            "status": { "replicas": 2 }
        })
    }

    #[test]
    fn what_is_owned_and_the_same_is_applied() {
        assert!(is_applied(&live(), &wanted(), "ksail"));
        assert!(!is_applied(&live(), &wanted(), "other"));
    }

    #[test]
    fn texts_of_secrets_are_looked_for_in_their_data() {
        let live = json!({
            "metadata": { "managedFields": [{ "manager": "ksail", "operation": "Apply", "apiVersion": "v1",
                "fieldsType": "FieldsV1", "fieldsV1": { "f:stringData": { "f:a": {}, "f:b": {} } } }] },
            "data": { "a": "eA==", "b": "", "c": "eA==" }
        });
        let wanted = |a: &str, b: &str| json!({ "apiVersion": "v1", "kind": "Secret", "stringData": { "a": a, "b": b } });
        assert!(is_applied(&live, &wanted("x", ""), "ksail"));
        assert!(!is_applied(&live, &wanted("eA==", ""), "ksail"));
        assert!(!is_applied(&live, &wanted("x", "y"), "ksail"));
    }

    #[test]
    fn every_change_of_a_manifest_counts() {
        let changes: [(&str, Value); 15] = [
            ("/apiVersion", json!("apps/v2")),
            ("/metadata/labels", json!({})),
            ("/metadata/labels", json!({ "app": "web", "other": "x" })),
            ("/metadata/labels/app", json!(null)),
            ("/metadata/finalizers", json!(["a/c"])),
            ("/metadata/finalizers", json!([])),
            ("/spec/replicas", json!(3)),
            ("/spec/replicas", json!("2")),
            ("/spec/template/spec/containers/0/args", json!(["-v"])),
            ("/spec/template/spec/containers/0/name", json!("three")),
            (
                "/spec/template/spec/containers/0/ports",
                json!([{ "containerPort": 80 }]),
            ),
            (
                "/spec/template/spec/containers/0/ports/0",
                json!({ "containerPort": 80, "protocol": "TCP" }),
            ),
            ("/spec/template/spec/containers/1/env/0/value", json!("2")),
            (
                "/spec/template/spec/volumes/0/emptyDir",
                json!({ "medium": "Memory" }),
            ),
            ("/spec/template/spec", json!({})),
        ];
        for (pointer, value) in changes {
            let mut changed = wanted();
            *changed.pointer_mut(pointer).unwrap() = value.clone();
            assert!(
                !is_applied(&live(), &changed, "ksail"),
                "{pointer}: {value}"
            );
        }
        let mut swapped = wanted();
        let list = swapped
            .pointer_mut("/spec/template/spec/containers")
            .unwrap();
        list.as_array_mut().unwrap().swap(0, 1);
        assert!(!is_applied(&live(), &swapped, "ksail"));
        let mut more = wanted();
        more["spec"]["paused"] = false.into();
        assert!(
            !is_applied(&live(), &more, "ksail"),
            "it would be owned from then on"
        );
    }

    #[test]
    fn every_change_of_the_object_counts_that_is_about_owned_fields() {
        let changes: [(&str, Value); 7] = [
            ("/metadata/labels/app", json!("x")),
            ("/spec/replicas", json!(5)),
            (
                "/spec/template/spec/containers/0/args",
                json!(["-v", "2", "-x"]),
            ),
            ("/spec/template/spec/containers", json!([])),
            (
                "/spec/template/spec/volumes/0/emptyDir",
                json!({ "sizeLimit": "1" }),
            ),
            (
                "/metadata/managedFields/1/apiVersion",
                json!("apps/v1beta2"),
            ),
            ("/metadata/managedFields/1/operation", json!("Update")),
        ];
        for (pointer, value) in changes {
            let mut changed = live();
            *changed.pointer_mut(pointer).unwrap() = value.clone();
            assert!(
                !is_applied(&changed, &wanted(), "ksail"),
                "{pointer}: {value}"
            );
        }
        let mut dying = live();
        dying["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
        assert!(!is_applied(&dying, &wanted(), "ksail"));
        let mut injected = live();
        let list = injected
            .pointer_mut("/spec/template/spec/containers")
            .unwrap();
        list.as_array_mut()
            .unwrap()
            .push(json!({ "name": "sidecar" }));
        assert!(!is_applied(&injected, &wanted(), "ksail"));
        // What others own is theirs.
        let mut other = live();
        other["spec"]["paused"] = true.into();
        other["metadata"]["labels"]["other"] = "y".into();
        assert!(is_applied(&other, &wanted(), "ksail"));
    }
}
