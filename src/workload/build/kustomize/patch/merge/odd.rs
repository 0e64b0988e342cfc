//! Merged lists with items that lack keys or share them: the steps that kustomize takes, one by one.

use std::collections::HashSet;

use serde_json::Value;

use super::super::super::schema::ShapeId;
use super::super::super::written::{Place, name_of};
use super::directive;
use super::list::{Other, key_text};
use super::walk::{Fate, Merge, located};

/// Items of list and patch that are merged this way at most: it takes time that grows with their square.
const MAX_ITEMS: usize = 4096;

/// Items by number, so that a list can hold the same one as another list.
struct Pool {
    items: Vec<Value>,
}

impl Merge<'_> {
    pub(super) fn odd(
        &self,
        items: Vec<Value>,
        other: &Other<'_>,
        keys: &[String],
        shape: Option<ShapeId>,
        at: &Place<'_>,
    ) -> Result<Vec<Value>, String> {
        let own = items.len();
        let mut pool = Pool { items };
        let mut list: Vec<usize> = (0..own).collect();
        let patch: Option<Vec<usize>> = match other {
            Other::Patch(patch) => {
                pool.items.extend(patch.iter().copied().cloned());
                Some((own..pool.items.len()).collect())
            }
            _ => None,
        };
        if pool.items.len() > MAX_ITEMS {
            let why = format!(
                "more than {MAX_ITEMS} items cannot be merged where some lack their key or share it"
            );
            return Err(located(at, why));
        }
        let mut values = pool.values(patch.iter().flatten().chain(&list), keys);
        if keys.len() > 1 {
            fill_in(&mut values);
        }
        let valid: Vec<bool> = (0..keys.len())
            .map(|key| values.iter().any(|values| !values[key].is_empty()))
            .collect();
        let none_valid = !valid.contains(&true);
        let chosen = |values: &[String]| -> (Vec<String>, Vec<String>) {
            let pairs = keys.iter().zip(values).zip(&valid);
            let pairs = pairs.filter(|(_, valid)| none_valid || **valid);
            pairs
                .map(|((key, value), _)| (key.clone(), value.clone()))
                .unzip()
        };
        let mut merged = Vec::new();
        for values in &values {
            let (keys, values) = chosen(values);
            let own = pool.find(&list, &keys, &values);
            let met = match (other, &patch) {
                (Other::Patch(_), Some(patch)) => pool.find(patch, &keys, &values),
                _ => None,
            };
            let made = self.walk_item(&mut pool, own, met, other, shape, at)?;
            let made = made.filter(|made| !is_nothing(&pool.items[*made]));
            let Some(made) = made else {
                pool.set(&mut list, &keys, &values, None)
                    .map_err(|why| located(at, why))?;
                continue;
            };
            if let Value::Object(fields) = &mut pool.items[made] {
                for (key, value) in keys.iter().zip(&values) {
                    if !value.is_empty() && !fields.contains_key(key) {
                        fields.insert(key.clone(), value.as_str().into());
                    }
                }
            }
            pool.set(&mut merged, &keys, &values, Some(made))
                .map_err(|why| located(at, why))?;
        }
        if let Some(last) = values.last() {
            let (keys, _) = chosen(last);
            list = pool
                .append(merged, &list, &keys)
                .map_err(|why| located(at, why))?;
        }
        Ok(list
            .iter()
            .map(|place| pool.items[*place].clone())
            .collect())
    }

    /// Merges an item of the list with one of the patch and says which one has the result.
    fn walk_item(
        &self,
        pool: &mut Pool,
        own: Option<usize>,
        met: Option<usize>,
        other: &Other<'_>,
        shape: Option<ShapeId>,
        at: &Place<'_>,
    ) -> Result<Option<usize>, String> {
        let Some(place) = own.or(met) else {
            return Ok(None);
        };
        let mut item = std::mem::take(&mut pool.items[place]);
        let name = name_of(&item).map(str::to_owned);
        let at = at.item(place, name.as_deref());
        let fate = match (own, met, other) {
            (Some(_), Some(met), _) => self.merge(&mut item, &pool.items[met], shape, &at)?,
            (Some(_), None, Other::Itself) => self.adopt(&mut item, shape, &at)?.into(),
            (Some(_), None, _) => self.settle(&mut item, shape, &at)?.into(),
            (None, ..) => self.add(&item, shape, &at)?.into(),
        };
        match (fate, own, met) {
            (Fate::Replaced(made), Some(own), Some(met)) => {
                pool.items[own] = item;
                pool.items[met] = made;
                Ok(Some(met))
            }
            (Fate::Replaced(made), ..) => {
                pool.items[place] = made;
                Ok(Some(place))
            }
            (fate, ..) => {
                pool.items[place] = item;
                // A directive is used up, even if its item can be met again.
                let patch = met.or(own.filter(|_| matches!(other, Other::Itself)));
                if let Some(Value::Object(fields)) = patch.map(|patch| &mut pool.items[patch])
                    && directive::of_mapping(fields).is_ok()
                {
                    fields.remove(directive::KEY);
                }
                Ok((fate == Fate::Kept).then_some(place))
            }
        }
    }
}

impl Pool {
    /// The texts of the keys of all items, each combination once.
    fn values<'p>(
        &self,
        places: impl Iterator<Item = &'p usize>,
        keys: &[String],
    ) -> Vec<Vec<String>> {
        let mut seen = HashSet::new();
        let texts = places.map(|place| {
            let text = |key: &String| key_text(&self.items[*place], key).into_owned();
            keys.iter().map(text).collect::<Vec<String>>()
        });
        texts.filter(|texts| seen.insert(texts.clone())).collect()
    }

    /// The first item that has these values. Empty ones do not count, unless all are.
    fn find(&self, list: &[usize], keys: &[String], values: &[String]) -> Option<usize> {
        let all_empty = values.iter().all(String::is_empty);
        let fits = |place: &&usize| match &self.items[**place] {
            Value::Object(fields) => keys.iter().zip(values).all(|(key, value)| {
                (value.is_empty() && !all_empty)
                    || fields
                        .get(key)
                        .is_some_and(|field| scalar_text(field) == *value)
            }),
            _ => false,
        };
        list.iter().find(fits).copied()
    }

    /// Puts an item in the place of all that have these values, or at the end; without one they are taken out. Where a
    /// value is empty, any will do. Without values everything is taken out.
    fn set(
        &self,
        list: &mut Vec<usize>,
        keys: &[String],
        values: &[String],
        item: Option<usize>,
    ) -> Result<(), String> {
        let by_fields = values.first().is_some_and(|value| !value.is_empty());
        let mut found_one = false;
        let mut kept = Vec::with_capacity(list.len() + 1);
        for place in list.iter() {
            let other = &self.items[*place];
            if is_nothing(other) {
                continue;
            }
            let Value::Object(fields) = other else {
                if by_fields {
                    kept.push(*place);
                    continue;
                }
                return Err("an item of the list should be a mapping".to_owned());
            };
            let mut fits = false;
            for (number, key) in keys.iter().enumerate() {
                if let Some(value) = values.get(number) {
                    let field = fields.get(key);
                    fits = field.is_some_and(|f| value.is_empty() || scalar_text(f) == *value);
                }
                if !fits {
                    break;
                }
            }
            if !fits {
                if !values.is_empty() {
                    kept.push(*place);
                }
                continue;
            }
            found_one = true;
            kept.extend(item);
        }
        if !found_one {
            kept.extend(item);
        }
        *list = kept;
        Ok(())
    }

    /// Adds the items of a list to those that are merged already.
    fn append(
        &self,
        mut merged: Vec<usize>,
        list: &[usize],
        keys: &[String],
    ) -> Result<Vec<usize>, String> {
        for place in list {
            let mut values = Vec::with_capacity(keys.len());
            for key in keys {
                match &self.items[*place] {
                    Value::Object(fields) => match fields.get(key) {
                        Some(field) => values.push(scalar_text(field)),
                        None => merged.push(*place),
                    },
                    Value::Null => merged.push(*place),
                    _ => return Err("an item of the list should be a mapping".to_owned()),
                }
            }
            if keys.len() > 1 {
                self.set(&mut merged, keys, &values, None)?;
            }
            let item = Some(*place).filter(|place| !self.items[*place].is_null());
            self.set(&mut merged, keys, &values, item)?;
        }
        Ok(merged)
    }
}

/// Where two combinations differ only in that one lacks a value, both get all values.
fn fill_in(values: &mut [Vec<String>]) {
    for one in 0..values.len() {
        let first = values[one].clone();
        for other in 0..values.len() {
            if let Some(both) = both(&first, &values[other]) {
                values[one].clone_from(&both);
                values[other] = both;
            }
        }
    }
}

fn both(one: &[String], other: &[String]) -> Option<Vec<String>> {
    let mut common = false;
    let mut both = Vec::with_capacity(one.len());
    for (one, other) in one.iter().zip(other) {
        common |= one == other;
        if one != other && !one.is_empty() && !other.is_empty() {
            return None;
        }
        both.push(if one.is_empty() { other } else { one }.clone());
    }
    common.then_some(both)
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// A scalar as it would be written; empty for everything else.
fn scalar_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(_) | Value::Array(_) => String::new(),
        scalar => scalar.to_string(),
    }
}
