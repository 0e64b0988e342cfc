//! Makes a failing case small: whatever can go without the difference going, goes.

use serde_json::Value;

use super::case::{Case, File};

/// Attempts after which a case is small enough.
const PATIENCE: usize = 1_500;

/// The smallest case found for which `fails` still holds.
pub(super) fn shrunk(case: &Case, fails: &mut dyn FnMut(&Case) -> bool) -> Case {
    let mut best = case.clone();
    let mut tries = 0;
    loop {
        let before = best.clone();
        for path in best.files.keys().cloned().collect::<Vec<_>>() {
            let mut smaller = best.clone();
            smaller.files.remove(&path);
            attempt(&mut best, smaller, &mut tries, fails);
        }
        for path in best.files.keys().cloned().collect::<Vec<_>>() {
            shrink_file(&mut best, &path, &mut tries, fails);
        }
        if best == before || tries > PATIENCE {
            return best;
        }
    }
}

fn attempt(
    best: &mut Case,
    smaller: Case,
    tries: &mut usize,
    fails: &mut dyn FnMut(&Case) -> bool,
) -> bool {
    *tries += 1;
    let better = *tries <= PATIENCE && fails(&smaller);
    if better {
        *best = smaller;
    }
    better
}

fn shrink_file(
    best: &mut Case,
    path: &str,
    tries: &mut usize,
    fails: &mut dyn FnMut(&Case) -> bool,
) {
    let mut at = 0;
    while let Some(File::Documents(documents)) = best.files.get(path) {
        // A list of documents is an array like any other.
        let whole = Value::Array(documents.clone());
        let places = places(&whole);
        let Some(place) = places.get(at) else { return };
        let mut less = whole.clone();
        remove(&mut less, place);
        let Value::Array(documents) = less else {
            return;
        };
        let mut smaller = best.clone();
        smaller.put(path, documents);
        if !attempt(best, smaller, tries, fails) {
            at += 1;
        }
    }
}

/// One step from a value to a part of it.
#[derive(Clone)]
pub(super) enum Step {
    Key(String),
    Item(usize),
}

/// The ways to all parts of a value, larger parts first.
pub(super) fn places(value: &Value) -> Vec<Vec<Step>> {
    let mut found = Vec::new();
    let mut level = vec![(Vec::new(), value)];
    while !level.is_empty() {
        let mut next = Vec::new();
        for (way, value) in level {
            let parts: Vec<(Step, &Value)> = match value {
                Value::Object(fields) => {
                    let part = |(key, value): (&String, _)| (Step::Key(key.clone()), value);
                    fields.iter().map(|(k, v)| part((k, v))).collect()
                }
                Value::Array(items) => {
                    let items = items.iter().enumerate();
                    items.map(|(at, value)| (Step::Item(at), value)).collect()
                }
                _ => Vec::new(),
            };
            for (step, value) in parts {
                let way: Vec<Step> = way.iter().cloned().chain([step]).collect();
                found.push(way.clone());
                next.push((way, value));
            }
        }
        level = next;
    }
    found
}

/// Takes a part out.
pub(super) fn remove(value: &mut Value, place: &[Step]) -> Option<Value> {
    let (last, way) = place.split_last()?;
    match (part(value, way)?, last) {
        (Value::Object(fields), Step::Key(key)) => fields.remove(key),
        (Value::Array(items), Step::Item(at)) if *at < items.len() => Some(items.remove(*at)),
        _ => None,
    }
}

/// A part, to be changed.
pub(super) fn part<'v>(value: &'v mut Value, way: &[Step]) -> Option<&'v mut Value> {
    way.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Item(at) => value.get_mut(at),
    })
}
