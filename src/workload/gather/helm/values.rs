//! How inline values and those of a file become one.

use serde_json::Value;

use crate::workload::build::kustomize::file::ValuesMerge;

/// The values that the chart gets. `file` is not asked for if nothing of it counts.
pub(super) fn merged<E>(
    inline: &Value,
    how: ValuesMerge,
    file: impl FnOnce() -> Result<Value, E>,
) -> Result<Value, E> {
    Ok(match how {
        ValuesMerge::Replace => inline.clone(),
        ValuesMerge::Override => merge(inline.clone(), file()?),
        ValuesMerge::Merge => merge(file()?, inline.clone()),
    })
}

/// Puts what wins over what is there: mappings are merged, `null` takes away, everything else is replaced.
fn merge(winner: Value, loser: Value) -> Value {
    match (winner, loser) {
        (Value::Object(winner), Value::Object(mut merged)) => {
            for (key, value) in winner {
                match (value, merged.remove(&key)) {
                    (Value::Null, _) => {}
                    (value, None | Some(Value::Null)) => {
                        merged.insert(key, value);
                    }
                    (value, Some(loser)) => {
                        merged.insert(key, merge(value, loser));
                    }
                }
            }
            Value::Object(merged)
        }
        (Value::Null, loser) => loser,
        (winner, _) => winner,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_meet_as_they_should() {
        let inline =
            json!({"a": 1, "list": [1], "map": {"x": 1}, "gone": null, "new": {"y": null}});
        let file =
            || Ok::<_, ()>(json!({"a": 2, "list": [2, 3], "map": {"z": 2}, "gone": 1, "b": 3}));
        for (how, expected) in [
            (ValuesMerge::Replace, inline.clone()),
            (
                ValuesMerge::Override,
                json!({"a": 1, "list": [1], "map": {"x": 1, "z": 2}, "b": 3, "new": {"y": null}}),
            ),
            (
                ValuesMerge::Merge,
                json!({"a": 2, "list": [2, 3], "map": {"x": 1, "z": 2}, "gone": 1, "b": 3, "new": {"y": null}}),
            ),
        ] {
            assert_eq!(merged(&inline, how, file).unwrap(), expected, "{how:?}");
        }
    }
}
