//! Paths of the fields that variables take their values from: parts separated by dots.

use serde_json::Value;

use super::super::super::dotted;

/// The value at a path. Parts are fields, indexes (`ports[0]`, `ports.0`), `-` for the last item, and `[name=x]` for the
/// item with such a field; `[a.b/c]` is one field.
pub(super) fn lookup<'v>(object: &'v Value, path: &str) -> Option<&'v Value> {
    let mut value = object;
    for part in split(path) {
        let part = part.trim();
        if !part.is_empty() {
            value = step(value, part)?;
        }
    }
    Some(value)
}

fn step<'v>(value: &'v Value, part: &str) -> Option<&'v Value> {
    if let Ok(index) = part.parse::<usize>() {
        return value.as_array()?.get(index);
    }
    if part == "-" {
        return value.as_array()?.last();
    }
    let wanted = part
        .strip_prefix('[')
        .and_then(|part| part.strip_suffix(']'))
        .and_then(|part| part.split_once('='));
    match wanted {
        Some(("", wanted)) => value.as_array()?.iter().find(|item| is(item, wanted)),
        Some((field, wanted)) => {
            let mut items = value.as_array()?.iter();
            items.find(|item| item.get(field).is_some_and(|found| is(found, wanted)))
        }
        None => value.as_object()?.get(part),
    }
}

fn is(value: &Value, text: &str) -> bool {
    match value {
        Value::String(found) => found == text,
        Value::Number(number) => number.to_string() == text,
        Value::Bool(flag) => text == if *flag { "true" } else { "false" },
        _ => false,
    }
}

/// The parts of a path.
fn split(path: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for part in dotted::parts(path) {
        if part.joined {
            parts.push(part.text);
        } else {
            push_indexed(&mut parts, part.text);
        }
    }
    parts
}

/// `ports[0]` is `ports` and `0`.
fn push_indexed(parts: &mut Vec<String>, piece: String) {
    let indexed = piece
        .strip_suffix(']')
        .and_then(|piece| piece.rsplit_once('['))
        .filter(|(_, index)| !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()));
    match indexed {
        Some((name, index)) => {
            if !name.is_empty() {
                parts.push(name.to_owned());
            }
            parts.push(index.to_owned());
        }
        None => parts.push(piece),
    }
}
