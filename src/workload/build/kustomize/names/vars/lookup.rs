//! Paths of the fields that variables take their values from: parts separated by dots.

use serde_json::Value;

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
    let mut pieces = pieces(path).into_iter();
    while let Some(mut piece) = pieces.next() {
        if piece.starts_with('[') && !piece.ends_with(']') {
            for next in pieces.by_ref() {
                piece.push('.');
                piece.push_str(&next);
                if next.ends_with(']') {
                    break;
                }
            }
            // Without a condition it is a field whose name has dots.
            parts.push(if piece.contains('=') {
                piece
            } else {
                piece.trim_matches(['[', ']']).to_owned()
            });
        } else {
            push_indexed(&mut parts, piece);
        }
    }
    parts
}

/// What is between dots; `\.` is a dot within it, and a dot may stand before everything.
fn pieces(path: &str) -> Vec<String> {
    let path = path.strip_prefix('.').unwrap_or(path);
    let mut pieces: Vec<String> = Vec::new();
    for text in path.split('.') {
        match pieces.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push('.');
                last.push_str(text);
            }
            _ => pieces.push(text.to_owned()),
        }
    }
    pieces
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
