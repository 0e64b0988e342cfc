//! Objects that are defined more than once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::finding::{Finding, Rule};
use super::unit::Unit;
use crate::yaml::Mark;

/// Objects that are defined more than once, and not in the same way, by their place in `units`.
pub(super) fn find_repeated(units: &[Unit<'_>]) -> HashMap<usize, Finding> {
    let mut first: HashMap<(String, String, Option<String>, String), usize> = HashMap::new();
    let mut repeated = HashMap::new();
    for (index, unit) in units.iter().enumerate() {
        let Some(id) = unit.id().filter(|_| {
            unit.node
                .get("metadata")
                .is_some_and(|metadata| metadata.get("name").is_some())
        }) else {
            continue;
        };
        let name = (
            id.group().to_owned(),
            id.kind.clone(),
            id.namespace.clone(),
            id.name.clone(),
        );
        match first.entry(name) {
            Entry::Vacant(place) => {
                place.insert(index);
            }
            Entry::Occupied(place) => {
                let other = &units[*place.get()];
                if other.node == unit.node {
                    continue;
                }
                let line = other.node.at.line + other.lines_before;
                let message = format!(
                    "`{id}` is already defined at {}:{line}, and not in the same way",
                    other.parsed.source()
                );
                let mark = Mark {
                    line: unit.node.at.line + unit.lines_before,
                    ..unit.node.at
                };
                let finding = Finding {
                    at: unit.parsed.source().at(mark),
                    object: Some(id),
                    path: String::new(),
                    rule: Rule::Duplicate,
                    message,
                    hint: None,
                };
                repeated.insert(index, finding);
            }
        }
    }
    repeated
}
