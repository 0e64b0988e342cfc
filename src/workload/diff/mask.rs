//! Replaces the values of confidential objects, so that one still sees which of them change.

use serde_json::Value;

const SAME: &str = "***";
const BEFORE: &str = "*** (before)";
const AFTER: &str = "*** (after)";

/// Masks every value of both versions but those that say which object it is. A value that differs between them is
/// marked as `(before)` and `(after)`.
pub(super) fn mask(before: Option<&mut Value>, after: Option<&mut Value>) {
    match (before, after) {
        (Some(before), Some(after)) => mask_pair(before, after, &mut Vec::new()),
        (Some(only), None) | (None, Some(only)) => mask_alone(only, SAME, &mut Vec::new()),
        (None, None) => {}
    }
}

/// Whether the value at a path names the object.
fn is_name(path: &[String]) -> bool {
    match path {
        [field] => field == "apiVersion" || field == "kind",
        [parent, field] => parent == "metadata" && (field == "name" || field == "namespace"),
        _ => false,
    }
}

fn mask_pair(before: &mut Value, after: &mut Value, path: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (key, value) in before.iter_mut() {
                path.push(key.clone());
                match after.get_mut(key) {
                    Some(other) => mask_pair(value, other, path),
                    None => mask_alone(value, SAME, path),
                }
                path.pop();
            }
            for (key, value) in after
                .iter_mut()
                .filter(|(key, _)| !before.contains_key(*key))
            {
                path.push(key.clone());
                mask_alone(value, SAME, path);
                path.pop();
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            path.push(String::new());
            let shared = before.len().min(after.len());
            for (value, other) in before.iter_mut().zip(after.iter_mut()) {
                mask_pair(value, other, path);
            }
            let rest = before.iter_mut().skip(shared);
            for value in rest.chain(after.iter_mut().skip(shared)) {
                mask_alone(value, SAME, path);
            }
            path.pop();
        }
        (before, after) if before == after => {
            mask_alone(before, SAME, path);
            mask_alone(after, SAME, path);
        }
        (before, after) => {
            mask_alone(before, BEFORE, path);
            mask_alone(after, AFTER, path);
        }
    }
}

fn mask_alone(value: &mut Value, word: &str, path: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                path.push(key.clone());
                mask_alone(value, word, path);
                path.pop();
            }
        }
        Value::Array(items) => {
            path.push(String::new());
            for value in items {
                mask_alone(value, word, path);
            }
            path.pop();
        }
        _ if is_name(path) => {}
        scalar => *scalar = word.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn changes_are_marked_and_nothing_is_told() {
        let mut before = json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "x", "labels": { "a": "old" } },
            "data": { "same": "s1", "changed": "s2", "gone": "s3" }, "list": [1, 2], "odd": "s4"
        });
        let mut after = json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "x", "labels": { "a": "old" } },
            "data": { "same": "s1", "changed": "s5", "new": 7 }, "list": [1, 3, true], "odd": { "a": "s6" }
        });
        mask(Some(&mut before), Some(&mut after));
        assert_eq!(
            before,
            json!({
                "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "x", "labels": { "a": "***" } },
                "data": { "same": "***", "changed": "*** (before)", "gone": "***" },
                "list": ["***", "*** (before)"], "odd": "*** (before)"
            })
        );
        assert_eq!(
            after,
            json!({
                "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "x", "labels": { "a": "***" } },
                "data": { "same": "***", "changed": "*** (after)", "new": "***" },
                "list": ["***", "*** (after)", "***"], "odd": { "a": "*** (after)" }
            })
        );
    }

    #[test]
    fn a_name_deeper_inside_is_a_value_like_any_other() {
        let mut only =
            json!({ "kind": "Thing", "spec": { "kind": "s", "metadata": { "name": "s" } } });
        mask(None, Some(&mut only));
        assert_eq!(
            only,
            json!({ "kind": "Thing", "spec": { "kind": "***", "metadata": { "name": "***" } } })
        );
    }
}
