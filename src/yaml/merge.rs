//! What a finished mapping must satisfy: unique keys, and merge keys applied.

use std::collections::HashMap;

use super::error::ErrorKind;
use super::node::{Entry, Mark, Node, Value};

/// Up to so many keys are compared each with each, which needs no memory.
const FEW: usize = 16;

/// The first key that repeats an earlier one, if any.
pub(super) fn check_unique(entries: &[Entry]) -> Result<(), (Mark, ErrorKind)> {
    let is_new =
        |(at, entry): (usize, &Entry)| entries[..at].iter().all(|before| before.key != entry.key);
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

/// What the value of a `<<` key brings, weakest first: of several mappings the first one counts most.
pub(super) fn sources(value: Node) -> Result<Vec<Entry>, (Mark, ErrorKind)> {
    let at = value.at;
    match value.value {
        Value::Map(entries) => Ok(entries),
        Value::Seq(items) => {
            let mut all = Vec::new();
            for item in items.into_iter().rev() {
                match item.value {
                    Value::Map(entries) => all.extend(entries),
                    _ => return Err((item.at, ErrorKind::Merge)),
                }
            }
            Ok(all)
        }
        _ => Err((at, ErrorKind::Merge)),
    }
}

/// Brings `entries` together with what was merged, each with the number of entries above its `<<`. go-yaml sets keys in
/// the order of the text: a key below `<<` replaces what it brought, and `<<` replaces a key above it.
pub(super) fn apply(entries: Vec<Entry>, merged: Vec<(usize, Vec<Entry>)>) -> Vec<Entry> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut all: Vec<Entry> = Vec::with_capacity(entries.len());
    let mut put = |entry: Entry| {
        if let Some(&place) = places.get(&entry.key) {
            all[place] = entry;
        } else {
            places.insert(entry.key.clone(), all.len());
            all.push(entry);
        }
    };
    let mut merged = merged.into_iter().peekable();
    for (number, entry) in entries.into_iter().enumerate() {
        while let Some((_, brought)) = merged.next_if(|(above, _)| *above == number) {
            brought.into_iter().for_each(&mut put);
        }
        put(entry);
    }
    merged.flat_map(|(_, brought)| brought).for_each(put);
    all
}
