//! Lists that are merged item by item.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;

use super::super::super::schema::ShapeId;
use super::super::super::written::{Place, name_of};
use super::walk::{Fate, Merge, located};

/// What a list is merged with.
#[derive(Debug)]
pub(super) enum Other<'p> {
    /// Nothing: the patch does not mention the list.
    Nothing,
    /// Itself: all of it came from the patch.
    Itself,
    /// Items of the patch.
    Patch(Vec<&'p Value>),
}

/// Pairs of items from which a table is worth its cost.
const MANY: usize = 1024;

/// The texts of the keys of an item, empty behind the last one.
type Identity<'v> = [Cow<'v, str>; 2];

impl Merge<'_> {
    /// Merges a list whose items are told apart by `keys`.
    pub(super) fn associate(
        &self,
        items: Vec<Value>,
        other: &Other<'_>,
        keys: &[String],
        shape: Option<ShapeId>,
        at: &Place<'_>,
    ) -> Result<Vec<Value>, String> {
        if keys.is_empty() {
            return merge_set(items, other).map_err(|why| located(at, why));
        }
        match Plan::of(&items, other, keys) {
            Some(plan) => self.regular(items, other, &plan, shape, at),
            None => self.odd(items, other, keys, shape, at),
        }
    }

    /// Items that all have keys of their own.
    fn regular(
        &self,
        mut items: Vec<Value>,
        other: &Other<'_>,
        plan: &Plan,
        shape: Option<ShapeId>,
        at: &Place<'_>,
    ) -> Result<Vec<Value>, String> {
        let mut place = 0;
        let mut place_of = |item: &Value| {
            place += 1;
            (place - 1, name_of(item).map(str::to_owned))
        };
        let patch = match other {
            Other::Patch(patch) if !patch.is_empty() => patch,
            Other::Itself => {
                let mut kept = Vec::with_capacity(items.len());
                for mut item in items {
                    let (number, name) = place_of(&item);
                    if self.adopt(&mut item, shape, &at.item(number, name.as_deref()))? {
                        kept.push(item);
                    }
                }
                return Ok(kept);
            }
            _ => {
                for item in &mut items {
                    let (number, name) = place_of(item);
                    self.settle(item, shape, &at.item(number, name.as_deref()))?;
                }
                return Ok(items);
            }
        };
        let mut new: Vec<Option<Value>> = Vec::with_capacity(patch.len());
        for (item, found) in patch.iter().zip(&plan.found) {
            new.push(match found {
                None => self.add(item, shape, &at.item(0, None))?,
                Some(_) => None,
            });
        }
        let mut done: Vec<Option<Value>> = Vec::with_capacity(items.len());
        for (mut item, found) in items.into_iter().zip(&plan.met_by) {
            let (number, name) = place_of(&item);
            let at = at.item(number, name.as_deref());
            let stays = match found {
                None => self.settle(&mut item, shape, &at)?,
                // An item that would be replaced stays as it is.
                Some(found) => self.merge(&mut item, patch[*found], shape, &at)? != Fate::Gone,
            };
            done.push(stays.then_some(item));
        }
        let mut merged = Vec::with_capacity(new.len() + done.len());
        for (new, found) in new.into_iter().zip(&plan.found) {
            merged.extend(match found {
                // With more than one key the list keeps its order, with one the patch comes first.
                Some(found) if plan.keys == 1 => done[*found].take(),
                _ => new,
            });
        }
        merged.extend(done.into_iter().flatten());
        Ok(merged)
    }
}

/// Which items of patch and list are the same ones.
struct Plan {
    /// For each item of the patch its place in the list.
    found: Vec<Option<usize>>,
    /// For each item of the list its place in the patch.
    met_by: Vec<Option<usize>>,
    /// Keys that count.
    keys: usize,
}

impl Plan {
    /// None if the items are not such that each of them has all keys and no two have the same ones.
    fn of(items: &[Value], other: &Other<'_>, keys: &[String]) -> Option<Self> {
        if keys.len() > 2 {
            return None;
        }
        let none = Vec::new();
        let patch = match other {
            Other::Patch(patch) => patch,
            _ => &none,
        };
        let all = || items.iter().chain(patch.iter().copied());
        // A key that no item has does not count.
        let has = |key: &&String| all().any(|item| !key_text(item, key).is_empty());
        let keys: Vec<&String> = keys.iter().filter(has).collect();
        if keys.is_empty() {
            return (items.is_empty() && patch.is_empty()).then_some(Self {
                found: Vec::new(),
                met_by: Vec::new(),
                keys: 1,
            });
        }
        let identities: Vec<Identity<'_>> = all()
            .map(|item| {
                let text = |place: usize| keys.get(place).map(|key| key_text(item, key));
                [text(0).unwrap_or_default(), text(1).unwrap_or_default()]
            })
            .collect();
        let complete =
            |identity: &Identity<'_>| identity[..keys.len()].iter().all(|t| !t.is_empty());
        if !identities.iter().all(complete) {
            return None;
        }
        let (list, patch) = identities.split_at(items.len());
        if !are_distinct(list) || !are_distinct(patch) {
            return None;
        }
        let found = match_up(list, patch);
        let mut met_by = vec![None; list.len()];
        for (place, found) in found.iter().enumerate() {
            if let Some(found) = found {
                met_by[*found] = Some(place);
            }
        }
        Some(Self {
            found,
            met_by,
            keys: keys.len(),
        })
    }
}

fn are_distinct(list: &[Identity<'_>]) -> bool {
    if list.len() * list.len() > MANY {
        let mut known = std::collections::HashSet::with_capacity(list.len());
        return list.iter().all(|one| known.insert(one));
    }
    let mut rest = list.iter().enumerate();
    rest.all(|(place, one)| !list[..place].contains(one))
}

fn match_up(list: &[Identity<'_>], patch: &[Identity<'_>]) -> Vec<Option<usize>> {
    if list.len() * patch.len() > MANY {
        let known: HashMap<_, _> = list.iter().enumerate().map(|(at, one)| (one, at)).collect();
        return patch.iter().map(|one| known.get(one).copied()).collect();
    }
    let find = |one| list.iter().position(|other| other == one);
    patch.iter().map(find).collect()
}

/// The text of a key of an item; empty if it has none.
pub(super) fn key_text<'v>(item: &'v Value, key: &str) -> Cow<'v, str> {
    match item.get(key) {
        Some(Value::String(text)) => Cow::Borrowed(text),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => Cow::Owned(value.to_string()),
        _ => Cow::Borrowed(""),
    }
}

/// Merges a list of scalars that is a set: what the patch adds comes first.
fn merge_set(items: Vec<Value>, other: &Other<'_>) -> Result<Vec<Value>, String> {
    let patch: Vec<Value> = match other {
        Other::Patch(patch) => patch.iter().copied().cloned().collect(),
        _ => Vec::new(),
    };
    let mut merged: Vec<Value> = Vec::with_capacity(patch.len() + items.len());
    let mut places: HashMap<String, usize> = HashMap::new();
    for (item, is_own) in (patch.into_iter().map(|item| (item, false)))
        .chain(items.into_iter().map(|item| (item, true)))
    {
        let text = match &item {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            Value::Object(_) | Value::Array(_) => {
                return Err("an item of the list should be a scalar".to_owned());
            }
            scalar => scalar.to_string(),
        };
        match places.get(&text) {
            // Of two that read the same the list's own stays.
            Some(place) if is_own => merged[*place] = item,
            Some(_) => {}
            None => {
                places.insert(text, merged.len());
                merged.push(item);
            }
        }
    }
    Ok(merged)
}
