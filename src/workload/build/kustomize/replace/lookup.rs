//! Reading a field at a path.

use serde_json::Value;

use super::super::resource::kind_of;
use super::path::Step;
use super::scalar;

/// The value at a path; nothing if it is missing. The error is a sentence.
pub(super) fn lookup<'v>(object: &'v Value, path: &[String]) -> Result<Option<&'v Value>, String> {
    let mut value = object;
    for part in path.iter().map(|part| part.trim()) {
        if part.is_empty() {
            continue;
        }
        match next(value, part)? {
            Some(inner) => value = inner,
            None => return Ok(None),
        }
    }
    Ok(Some(value))
}

/// One step of it.
pub(super) fn next<'v>(value: &'v Value, part: &str) -> Result<Option<&'v Value>, String> {
    if value.is_null() {
        return Ok(None);
    }
    let wrong = |wanted: &str| format!("`{part}` needs {wanted}, and there is {}", kind_of(value));
    let list = || value.as_array().ok_or_else(|| wrong("a list"));
    if part == "-" {
        return list().map(|items| items.last());
    }
    match Step::of(part)? {
        Step::Every => Err("`*` stands for many values, and one is needed".to_owned()),
        Step::Index(index) => list().map(|items| items.get(index)),
        Step::Items(field, wanted) => {
            let is_wanted = |value: &Value| scalar::text(value).is_some_and(|text| text == wanted);
            let fits = |item: &&Value| match (field, item) {
                ("", item) => is_wanted(item),
                (field, Value::Object(fields)) => fields.get(field).is_some_and(is_wanted),
                _ => false,
            };
            list().map(|items| items.iter().find(fits))
        }
        Step::Field(name) => match value {
            Value::Object(fields) => Ok(fields.get(name)),
            _ => Err(wrong("a mapping")),
        },
    }
}
