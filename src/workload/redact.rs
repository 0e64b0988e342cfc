//! Keeps the values of confidential objects out of messages. API servers like to quote what they refuse.

use serde_json::Value;

const PLACEHOLDER: &str = "[redacted]";

/// Values shorter than this are too common in messages to be looked for; quotations are cut out whatever their length.
const SHORTEST: usize = 4;

/// Words of the messages themselves say nothing about a value that happens to be one of them.
const BOILERPLATE: &str = "Invalid value Unsupported value valueUnstructured";

/// What comes before a quoted value in messages of API servers, and what ends it.
const QUOTATIONS: [(&str, &str); 3] = [
    ("valueUnstructured{Value:", "}"),
    ("Invalid value: \"", "\": "),
    ("Unsupported value: \"", "\": "),
];

/// `text` without the values of `object`, apart from those that say which object it is.
pub(super) fn values(object: &Value, text: String) -> String {
    without(object, &["apiVersion", "kind", "metadata"], text)
}

/// The same for an object of a server, whose `status` is where the text may come from.
pub(super) fn live_values(object: &Value, text: String) -> String {
    without(object, &["apiVersion", "kind", "metadata", "status"], text)
}

fn without(object: &Value, spared: &[&str], text: String) -> String {
    let mut secrets = Vec::new();
    for (key, value) in object.as_object().into_iter().flatten() {
        if !spared.contains(&key.as_str()) {
            collect(value, &mut secrets);
        }
    }
    secrets.retain(|secret| secret.len() >= SHORTEST && !BOILERPLATE.contains(secret.as_str()));
    // A value may be part of another one.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    let text = QUOTATIONS
        .iter()
        .fold(text, |text, (start, end)| cut(&text, start, end));
    secrets.iter().fold(text, |text, secret| {
        text.replace(secret.as_str(), PLACEHOLDER)
    })
}

fn collect(value: &Value, secrets: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.values().for_each(|value| collect(value, secrets)),
        Value::Array(items) => items.iter().for_each(|value| collect(value, secrets)),
        Value::String(text) => secrets.push(text.clone()),
        Value::Number(number) => secrets.push(number.to_string()),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Replaces whatever stands between every `start` and the next `end`.
fn cut(text: &str, start: &str, end: &str) -> String {
    let mut parts = text.split(start);
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.find(end).map_or("", |at| &part[at..]);
        kept.push_str(start);
        kept.push_str(PLACEHOLDER);
        kept.push_str(rest);
    }
    kept
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn quotations_and_values_are_taken_out() {
        let object = json!({
            "kind": "Secret", "metadata": { "name": "database" },
            "stringData": { "password": "hunter2", "long": "hunter2hunter2", "pin": 42, "word": "value" }
        });
        for (text, expected) in [
            (
                "expected string, got &value.valueUnstructured{Value:42}",
                "expected string, got &value.valueUnstructured{Value:[redacted]}",
            ),
            (
                "data.x: Invalid value: \"ab\": too short, data.y: Invalid value: \"c\": no",
                "data.x: Invalid value: \"[redacted]\": too short, data.y: Invalid value: \"[redacted]\": no",
            ),
            (
                "secret \"database\": hunter2hunter2",
                "secret \"database\": [redacted]",
            ),
        ] {
            assert_eq!(values(&object, text.into()), expected);
        }
    }
}
