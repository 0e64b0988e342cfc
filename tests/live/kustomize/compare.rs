//! What is the same, and where what differs differs.

use serde_json::{Map, Value};

use super::case::Case;
use super::oracle::Outcome;

/// Where two outcomes differ, without places in lists, so that differences of one kind read alike. `None` if they are the
/// same: objects in order, or an error on both sides.
pub(super) fn difference(case: &Case, theirs: &Outcome, ours: &Outcome) -> Option<String> {
    match (theirs, ours) {
        (Err(_), Err(_)) => None,
        // It should have refused the case or built it; nobody knows which.
        (Err(why), Ok(_)) if why.starts_with("panic: ") => None,
        // Its own notes among the annotations are part of what such an operation compares.
        (Err(why), Ok(_)) if why.contains("/metadata/annotations failed: test failed") => None,
        (Ok(_), Err(why)) if is_listed(why) => None,
        (Err(why), Ok(_)) => Some(format!("only kustomize refuses: {}", gist(why))),
        (Ok(_), Err(why)) => Some(format!("only ksail refuses: {}", gist(why))),
        (Ok(theirs), Ok(ours)) => {
            let as_listed = |objects: &[Value]| -> Vec<Value> {
                let objects = objects.iter();
                objects.map(|object| as_listed(object, case)).collect()
            };
            objects(&as_listed(theirs), &as_listed(ours))
        }
    }
}

/// Whether docs/reference/kustomize.md says that kustomize takes this.
fn is_listed(why: &str) -> bool {
    why.ends_with("only those of a ConfigMap or Secret can be hashed")
        || (why.contains(": the field holds ") && why.contains(" and cannot take "))
        || why.contains("unknown field `[")
        || why.ends_with("`imageTag` is missing")
        || (why.contains("`vars[") && why.ends_with("].name` is missing"))
}

/// An object without the differences that docs/reference/kustomize.md lists: what names it is text, kustomize's own
/// notes are none of its annotations, and values in fields that replacements made are texts sooner or later.
fn as_listed(object: &Value, case: &Case) -> Value {
    let mut object = object.clone();
    for pointer in [
        "/apiVersion",
        "/kind",
        "/metadata/name",
        "/metadata/namespace",
    ] {
        if let Some(value @ (Value::Number(_) | Value::Bool(_))) = object.pointer_mut(pointer) {
            *value = value.to_string().into();
        }
    }
    without_notes(&mut object);
    if case.mentions("create: true") {
        as_texts(&mut object);
    }
    if case.mentions("\"/metadata/annotations\"") {
        // Kustomize has taken a patch of all annotations for one of its notes too.
        without_origins(&mut object);
    }
    if let Some(Value::Object(metadata)) = object.get_mut("metadata") {
        metadata.retain(|key, value| key != "annotations" || *value != Value::Object(Map::new()));
    }
    object
}

/// Takes out what says where objects come from, wherever a patch has moved it.
fn without_origins(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| {
                name != "config.kubernetes.io/origin"
                    && name != "alpha.config.kubernetes.io/transformations"
            });
            fields.values_mut().for_each(without_origins);
        }
        Value::Array(items) => items.iter_mut().for_each(without_origins),
        _ => {}
    }
}

/// Makes all plain values texts, and nothing of those that look like nothing.
fn as_texts(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(as_texts),
        Value::Array(items) => items.iter_mut().for_each(as_texts),
        Value::String(text) if text.is_empty() || text == "null" => *value = Value::Null,
        Value::String(_) | Value::Null => {}
        plain => *plain = plain.to_string().into(),
    }
}

/// Takes kustomize's notes out, wherever a patch copied them to.
fn without_notes(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|key, _| !key.starts_with("internal.config.kubernetes.io/"));
            fields.values_mut().for_each(without_notes);
        }
        Value::Array(items) => items.iter_mut().for_each(without_notes),
        _ => {}
    }
}

fn objects(theirs: &[Value], ours: &[Value]) -> Option<String> {
    let names = |objects: &[Value]| objects.iter().map(name).collect::<Vec<_>>();
    let (mut left, mut right) = (names(theirs), names(ours));
    if left == right {
        return theirs.iter().zip(ours).find_map(|(theirs, ours)| {
            let place = within(theirs, ours)?;
            Some(format!("{}{place}", theirs["kind"].as_str().unwrap_or("?")))
        });
    }
    left.sort();
    right.sort();
    Some(match left == right {
        true => "order of objects".to_owned(),
        false if left.len() == right.len() => "names of objects".to_owned(),
        false => "number of objects".to_owned(),
    })
}

fn name(object: &Value) -> String {
    let of = |field: &str| object["metadata"][field].as_str().unwrap_or("").to_owned();
    format!("{} {} {}", object["kind"], of("namespace"), of("name"))
}

/// The first field that differs.
fn within(theirs: &Value, ours: &Value) -> Option<String> {
    match (theirs, ours) {
        (Value::Object(left), Value::Object(right)) => {
            let missing = right.keys().filter(|key| !left.contains_key(*key));
            left.keys().chain(missing).find_map(|key| {
                let inner = match (left.get(key), right.get(key)) {
                    (Some(left), Some(right)) => within(left, right)?,
                    (Some(_), None) => " (lost)".to_owned(),
                    _ => " (added)".to_owned(),
                };
                Some(format!(".{key}{inner}"))
            })
        }
        (Value::Array(left), Value::Array(right)) => {
            let pair = left.iter().zip(right).find_map(|(l, r)| within(l, r));
            let length = || (left.len() != right.len()).then(|| " (length)".to_owned());
            pair.or_else(length).map(|inner| format!("[]{inner}"))
        }
        (Value::Number(left), Value::Number(right)) if left.as_f64() == right.as_f64() => None,
        _ if theirs == ours => None,
        _ => Some(" (value)".to_owned()),
    }
}

/// The first words of a message, without what is particular to the case.
pub(super) fn gist(why: &str) -> String {
    let last = why.rsplit(": ").next().unwrap_or(why);
    let plain = |c: char| match c {
        '0'..='9' | '\n' => '#',
        other => other,
    };
    last.chars().map(plain).take(60).collect()
}
