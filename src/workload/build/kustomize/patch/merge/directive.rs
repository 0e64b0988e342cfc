//! `$patch` in mappings and lists.

use serde_json::{Map, Value};

/// The field of a directive.
pub(super) const KEY: &str = "$patch";

/// What a directive asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Directive {
    /// Merge, as without one.
    Merge,
    /// Take the patch instead.
    Replace,
    /// Take both away.
    Delete,
}

/// The directive of a mapping, if it has one. The error is the directive that is none.
pub(super) fn of_mapping(fields: &Map<String, Value>) -> Result<Option<Directive>, String> {
    fields.get(KEY).map(read).transpose()
}

/// The directive of a list and the items without it. It is an item of its own, the first one that has a `$patch`.
pub(super) fn of_list(items: &[Value]) -> Result<(Directive, Vec<&Value>), String> {
    let found = items.iter().find_map(|item| match item {
        Value::Object(fields) if fields.len() <= 1 => Some(Some(fields.get(KEY)?)),
        Value::Object(fields) if fields.contains_key(KEY) => Some(None),
        _ => None,
    });
    let Some(Some(value)) = found else {
        return Ok((Directive::Merge, items.iter().collect()));
    };
    let is_rest = |item: &&Value| match item {
        Value::Null => false,
        Value::Object(fields) => !fields.is_empty() && fields.get(KEY) != Some(value),
        _ => true,
    };
    Ok((read(value)?, items.iter().filter(is_rest).collect()))
}

fn read(value: &Value) -> Result<Directive, String> {
    match value.as_str() {
        Some("merge") => Ok(Directive::Merge),
        Some("replace") => Ok(Directive::Replace),
        Some("delete") => Ok(Directive::Delete),
        _ => Err(format!(
            "`{KEY}` must be `merge`, `replace` or `delete`, not {}",
            match value {
                Value::String(text) => format!("`{text}`"),
                other => super::super::super::resource::kind_of(other).to_owned(),
            }
        )),
    }
}
