//! The hash that `--append-hash` appends, as kubectl and kustomize compute it.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// JSON as Go writes it: keys sorted, and what HTML minds escaped.
pub(super) fn go_json(value: &Value) -> String {
    sorted(value)
        .to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(&String, &Value)> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let entries = entries.into_iter();
            Value::Object(
                entries
                    .map(|(key, value)| (key.clone(), sorted(value)))
                    .collect(),
            )
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// Ten characters of a SHA-256, without vowels, so that no words come of it.
pub(super) fn suffix(value: &Value) -> String {
    let digest = format!("{:x}", Sha256::digest(go_json(value)));
    let digest = digest.chars().take(10);
    digest
        .map(|digit| match digit {
            '0' => 'g',
            '1' => 'h',
            '3' => 'k',
            'a' => 'm',
            'e' => 't',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn hashes_are_those_of_kubectl() {
        let map = json!({ "name": "c", "kind": "ConfigMap", "data": { "a": "b" } });
        assert_eq!(suffix(&map), "m4h6ctkgb2");
        let secret =
            json!({ "kind": "Secret", "type": "x/y", "name": "s", "data": { "a": "Yg==" } });
        assert_eq!(suffix(&secret), "2fm76ct8g2");
    }
}
