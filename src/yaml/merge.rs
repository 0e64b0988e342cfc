//! What a finished mapping must satisfy: unique keys, and merge keys applied.

use std::collections::HashSet;

use super::error::ErrorKind;
use super::node::{Entry, Mark, Node, Value};

/// Up to so many keys are compared each with each, which needs no memory.
const FEW: usize = 16;

/// The first key that repeats an earlier one, if any.
pub(super) fn check_unique(entries: &[Entry]) -> Result<(), (Mark, ErrorKind)> {
    let is_new = |(at, entry): (usize, &Entry)| entries[..at].iter().all(|before| before.key != entry.key);
    if entries.len() <= FEW && entries.iter().enumerate().all(is_new) {
        return Ok(());
    }
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|&left, &right| (&entries[left].key, left).cmp(&(&entries[right].key, right)));
    let repeated = order
        .windows(2)
        .filter(|pair| entries[pair[0]].key == entries[pair[1]].key)
        .min_by_key(|pair| pair[1]);
    match repeated {
        None => Ok(()),
        Some(pair) => Err((
            entries[pair[1]].key_at,
            ErrorKind::DuplicateKey {
                key: entries[pair[1]].key.clone(),
                first: entries[pair[0]].key_at.line,
            },
        )),
    }
}

/// The mappings that the value of a `<<` key names, first one strongest.
pub(super) fn sources(value: Node) -> Result<Vec<Vec<Entry>>, (Mark, ErrorKind)> {
    let at = value.at;
    match value.value {
        Value::Map(entries) => Ok(vec![entries]),
        Value::Seq(items) => items
            .into_iter()
            .map(|item| match item.value {
                Value::Map(entries) => Ok(entries),
                _ => Err((item.at, ErrorKind::Merge)),
            })
            .collect(),
        _ => Err((at, ErrorKind::Merge)),
    }
}

/// Adds what the merged mappings have and `entries` has not.
pub(super) fn apply(entries: &mut Vec<Entry>, merged: Vec<Vec<Entry>>) {
    let mut known: HashSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
    for entry in merged.into_iter().flatten() {
        if known.insert(entry.key.clone()) {
            entries.push(entry);
        }
    }
}
