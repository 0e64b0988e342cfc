//! Limits of values, as schemas write them.

use serde::Deserialize;
use serde_json::Value as Json;

use super::pattern;
use super::schema::Bounds;

/// The limits as they are written.
#[derive(Deserialize, Default, PartialEq)]
#[serde(rename_all = "camelCase", default)]
struct Limits {
    minimum: Option<f64>,
    maximum: Option<f64>,
    exclusive_minimum: bool,
    exclusive_maximum: bool,
    multiple_of: Option<f64>,
    min_length: Option<u64>,
    max_length: Option<u64>,
    pattern: Option<String>,
    min_items: Option<u64>,
    max_items: Option<u64>,
    unique_items: bool,
    min_properties: Option<u64>,
    max_properties: Option<u64>,
}

/// The limits of a schema, if it has any. Patterns that cannot be read go to `unread`.
pub(super) fn read(schema: &Json, unread: &mut Vec<String>) -> Option<Bounds> {
    let limits = Limits::deserialize(schema).unwrap_or_default();
    if limits == Limits::default() {
        return None;
    }
    let pattern = limits.pattern.and_then(|pattern| {
        let compiled = pattern::compile(&pattern);
        if compiled.is_none() {
            unread.push(pattern);
        }
        compiled
    });
    Some(Bounds {
        minimum: limits.minimum,
        maximum: limits.maximum,
        exclusive_minimum: limits.exclusive_minimum,
        exclusive_maximum: limits.exclusive_maximum,
        multiple_of: limits.multiple_of,
        min_length: limits.min_length,
        max_length: limits.max_length,
        pattern,
        min_items: limits.min_items,
        max_items: limits.max_items,
        unique_items: limits.unique_items,
        min_properties: limits.min_properties,
        max_properties: limits.max_properties,
    })
}
