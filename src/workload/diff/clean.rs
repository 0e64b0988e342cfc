//! Takes out of an object what differs without anybody's doing, and sorts what is left.

use serde_json::{Map, Value};

/// Fields of `metadata` that the server counts up or keeps its own books in.
const BOOKKEEPING: [&str; 4] = ["managedFields", "resourceVersion", "generation", "selfLink"];

/// Fields of `metadata` that a dry run makes up for an object that does not exist.
const MADE_UP: [&str; 2] = ["uid", "creationTimestamp"];

/// An object of the server as it should be compared.
pub(super) fn clean(mut object: Value) -> Value {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        for field in BOOKKEEPING {
            metadata.remove(field);
        }
    }
    sorted(object)
}

/// An object that only a dry run has created. `meant` is the manifest.
pub(super) fn clean_new(mut object: Value, meant: &Value) -> Value {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        for field in MADE_UP {
            metadata.remove(field);
        }
    }
    if meant.get("status").is_none()
        && let Some(fields) = object.as_object_mut()
    {
        fields.remove("status");
    }
    clean(object)
}

/// Servers keep the order in which fields were first written; a comparison must not.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = map.into_iter().collect();
            entries.sort_by(|(left, _), (right, _)| left.cmp(right));
            let entries = entries.into_iter().map(|(key, value)| (key, sorted(value)));
            Value::Object(entries.collect::<Map<String, Value>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        scalar => scalar,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bookkeeping_goes_and_fields_are_sorted() {
        let object = json!({
            "kind": "ConfigMap", "data": { "b": "1", "a": "2" },
            "metadata": { "uid": "u", "resourceVersion": "1", "generation": 2, "managedFields": [], "name": "x" }
        });
        assert_eq!(
            clean(object.clone()).to_string(),
            r#"{"data":{"a":"2","b":"1"},"kind":"ConfigMap","metadata":{"name":"x","uid":"u"}}"#
        );
        let mut new = object;
        new["status"] = json!({});
        let meant = json!({});
        new["metadata"]["namespace"] = "y".into();
        assert_eq!(
            clean_new(new.clone(), &meant)["metadata"].to_string(),
            r#"{"name":"x","namespace":"y"}"#
        );
        assert_eq!(clean_new(new.clone(), &meant).get("status"), None);
        let meant = json!({ "status": {} });
        assert_eq!(clean_new(new, &meant).get("status"), Some(&json!({})));
    }
}
