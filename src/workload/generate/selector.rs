//! Label selectors as kubectl reads them from flags.

use serde_json::{Map, Value, json};

use super::Error;

const FLAG: &str = "--selector";

/// A `LabelSelector` of `a=b,c==d,e in (f,g),h notin (i),j,!k`.
pub(super) fn parse(text: &str) -> Result<Value, Error> {
    let mut labels = Map::new();
    let mut expressions = Vec::new();
    for part in parts(text)? {
        let part = part.trim();
        let broken = || Error::value(FLAG, format!("`{part}` is no requirement"));
        if let Some(rest) = part.strip_suffix(')') {
            let (head, values) = rest.split_once('(').ok_or_else(broken)?;
            let mut words = head.split_whitespace();
            let (key, operator) = match (words.next(), words.next(), words.next()) {
                (Some(key), Some("in"), None) => (key, "In"),
                (Some(key), Some("notin"), None) => (key, "NotIn"),
                _ => return Err(broken()),
            };
            let mut values: Vec<&str> = values.split(',').map(str::trim).collect();
            values.sort_unstable();
            values.dedup();
            checked(key, &values)?;
            expressions.push(json!({ "key": key, "operator": operator, "values": values }));
        } else if part.contains("!=") {
            return Err(Error::value(
                FLAG,
                "`!=` is no operator of a label selector; write `KEY notin (VALUE)`",
            ));
        } else if let Some((key, value)) = part.split_once('=') {
            let (key, value) = (key.trim(), value.strip_prefix('=').unwrap_or(value).trim());
            checked(key, &[value])?;
            labels.insert(key.to_owned(), value.into());
        } else if let Some(key) = part.strip_prefix('!') {
            checked(key.trim(), &[])?;
            expressions.push(json!({ "key": key.trim(), "operator": "DoesNotExist" }));
        } else {
            checked(part, &[])?;
            expressions.push(json!({ "key": part, "operator": "Exists" }));
        }
    }
    let mut selector = Map::new();
    if !labels.is_empty() {
        selector.insert("matchLabels".to_owned(), labels.into());
    }
    if !expressions.is_empty() {
        // In the order of their keys, as kubectl's parser sorts requirements.
        expressions.sort_by(|left, right| left["key"].as_str().cmp(&right["key"].as_str()));
        selector.insert("matchExpressions".to_owned(), expressions.into());
    }
    Ok(selector.into())
}

/// What commas separate outside of parentheses.
fn parts(text: &str) -> Result<Vec<&str>, Error> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        if !(0..=1).contains(&depth) {
            return Err(Error::value(FLAG, "parentheses do not match"));
        }
    }
    if depth != 0 {
        return Err(Error::value(FLAG, "parentheses do not match"));
    }
    parts.push(&text[start..]);
    Ok(parts)
}

fn checked(key: &str, values: &[&str]) -> Result<(), Error> {
    let name = key.rsplit_once('/').map_or(key, |(_, name)| name);
    if !is_value(name) || name.is_empty() || key.contains(char::is_whitespace) {
        return Err(Error::value(FLAG, format!("`{key}` is no label key")));
    }
    match values.iter().find(|value| !is_value(value)) {
        Some(value) => Err(Error::value(FLAG, format!("`{value}` is no label value"))),
        None => Ok(()),
    }
}

/// Whether a text may be the value of a label, which may be empty.
pub(super) fn is_value(text: &str) -> bool {
    let ends = |c: char| c.is_ascii_alphanumeric();
    let inner = |c: char| ends(c) || matches!(c, '-' | '_' | '.');
    text.is_empty()
        || (text.len() <= 63
            && text.chars().all(inner)
            && text.starts_with(ends)
            && text.ends_with(ends))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_become_labels_and_expressions() {
        assert_eq!(
            parse("a=b,c == d,z in (y,x),!f, g ,j notin (k)").unwrap(),
            json!({
                "matchLabels": { "a": "b", "c": "d" },
                "matchExpressions": [
                    { "key": "f", "operator": "DoesNotExist" },
                    { "key": "g", "operator": "Exists" },
                    { "key": "j", "operator": "NotIn", "values": ["k"] },
                    { "key": "z", "operator": "In", "values": ["x", "y"] },
                ]
            })
        );
        for text in [
            "", "a!=b", "a in b", "a in (b", "a b", "a=b c", "=b", "a=b,,c=d",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
