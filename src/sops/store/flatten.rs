//! Metadata in formats without nesting: `age__list_0__map_enc` is the field `enc` of the first item of `age`.

use serde_json::{Map, Value};

const MAP: &str = "__map_";
const LIST: &str = "__list_";

/// Fields whose values are no texts.
const NUMBER: &str = "shamir_threshold";
const FLAG: &str = "mac_only_encrypted";

/// One line for every value.
pub(super) fn flatten(metadata: &Map<String, Value>) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for (name, value) in metadata {
        descend(name.clone(), value, &mut lines);
    }
    lines
}

fn descend(name: String, value: &Value, lines: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                descend(format!("{name}{MAP}{field}"), value, lines);
            }
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                descend(format!("{name}{LIST}{number}"), item, lines);
            }
        }
        Value::String(text) => lines.push((name, text.clone())),
        other => lines.push((name, other.to_string())),
    }
}

/// The metadata out of its lines; `None` if they contradict each other or leave gaps.
pub(super) fn unflatten<'a>(
    lines: impl Iterator<Item = (&'a str, String)>,
) -> Option<Map<String, Value>> {
    let mut root = Value::Object(Map::new());
    for (name, text) in lines {
        let mut place = &mut root;
        for step in steps(name) {
            place = match step {
                Step::Field(field) => {
                    if place.is_null() {
                        *place = Value::Object(Map::new());
                    }
                    place.as_object_mut()?.entry(field).or_insert(Value::Null)
                }
                Step::Item(number) => {
                    if place.is_null() {
                        *place = Value::Array(Vec::new());
                    }
                    let list = place.as_array_mut()?;
                    // Lines are in order, as they are written.
                    if number > list.len() {
                        return None;
                    }
                    if number == list.len() {
                        list.push(Value::Null);
                    }
                    list.get_mut(number)?
                }
            };
        }
        if !place.is_null() {
            return None;
        }
        *place = match name {
            NUMBER => text.parse::<u64>().ok()?.into(),
            FLAG => text.parse::<bool>().ok()?.into(),
            _ => text.into(),
        };
    }
    match root {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

enum Step<'a> {
    Field(&'a str),
    Item(usize),
}

fn steps(name: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut list = false;
    let mut rest = name;
    loop {
        let next = [(MAP, false), (LIST, true)]
            .into_iter()
            .filter_map(|(mark, list)| Some((rest.find(mark)?, mark, list)))
            .min();
        let word = next.map_or(rest, |(at, ..)| &rest[..at]);
        steps.push(if list {
            Step::Item(word.parse().unwrap_or(usize::MAX))
        } else {
            Step::Field(word)
        });
        let Some((at, mark, is_list)) = next else {
            return steps;
        };
        list = is_list;
        rest = &rest[at + mark.len()..];
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn metadata_survives() {
        let metadata = json!({
            "age": [{ "enc": "a\nb", "recipient": "r" }, { "enc": "c", "recipient": "s" }],
            "key_groups": [{ "age": [{ "enc": "d" }] }],
            "mac_only_encrypted": true, "shamir_threshold": 2, "version": "3"
        });
        let lines = flatten(metadata.as_object().unwrap());
        assert_eq!(lines[1], ("age__list_0__map_recipient".into(), "r".into()));
        let back = unflatten(
            lines
                .iter()
                .map(|(name, text)| (name.as_str(), text.clone())),
        );
        assert_eq!(back.map(Value::Object), Some(metadata));
    }

    #[test]
    fn gaps_and_contradictions_are_no_metadata() {
        let fails =
            |lines: &[&str]| unflatten(lines.iter().map(|name| (*name, "x".to_owned()))).is_none();
        assert!(fails(&["age__list_1__map_enc"]));
        assert!(fails(&["age__list_99999999999999999999"]));
        assert!(fails(&["age", "age__map_enc"]));
        assert!(fails(&["age", "age"]));
        assert!(fails(&["shamir_threshold"]));
    }
}
