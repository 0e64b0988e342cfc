//! What the plain scalars of objects mean to kustomize.
//!
//! It reads them by the rules of YAML 1.1, except that only `true` and `false` are booleans, so that `yes` and `on` stay
//! texts; a date gets a time. Kind, name and the values of annotations are texts however they are written.

use crate::yaml::{Entry, ErrorKind, Mark, Node, Value, resolve_plain};

/// Gives the scalars of an object that was loaded untyped their types. The error is what has none, and where.
pub(super) fn settle(object: &mut Node) -> Result<(), (Mark, ErrorKind)> {
    let Value::Map(entries) = &mut object.value else {
        return scalars(object);
    };
    for Entry { key, value, .. } in entries {
        match (key.as_str(), &mut value.value) {
            ("apiVersion" | "kind", Value::String(_)) => {}
            ("metadata", Value::Map(entries)) => metadata(entries)?,
            _ => scalars(value)?,
        }
    }
    Ok(())
}

fn metadata(entries: &mut [Entry]) -> Result<(), (Mark, ErrorKind)> {
    for Entry { key, value, .. } in entries {
        match (key.as_str(), &mut value.value) {
            ("name" | "namespace", Value::String(_)) => {}
            ("annotations", Value::Map(annotations)) => {
                for Entry { value, .. } in annotations {
                    if !matches!(value.value, Value::String(_)) {
                        scalars(value)?;
                    }
                }
            }
            _ => scalars(value)?,
        }
    }
    Ok(())
}

fn scalars(node: &mut Node) -> Result<(), (Mark, ErrorKind)> {
    let (at, plain) = (node.at, node.plain);
    match &mut node.value {
        Value::Seq(items) => items.iter_mut().try_for_each(scalars),
        Value::Map(entries) => entries
            .iter_mut()
            .try_for_each(|entry| scalars(&mut entry.value)),
        Value::String(text) if plain => {
            if let Some(value) = typed(text).map_err(|why| (at, why))? {
                node.value = value;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The value of a plain scalar that is no text.
pub(super) fn typed(text: &str) -> Result<Option<Value>, ErrorKind> {
    match resolve_plain(text)? {
        Value::String(_) => Ok(date(text).map(Value::String)),
        Value::Bool(_) if text.len() < "true".len() => Ok(None),
        value => Ok(Some(value)),
    }
}

/// A date as kustomize writes it again: with the time of its beginning.
fn date(text: &str) -> Option<String> {
    let mut parts = text.splitn(3, '-');
    let mut number = |digits: std::ops::RangeInclusive<usize>| {
        let part = parts.next()?;
        let is_number = digits.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| part.parse::<u16>().ok())?
    };
    let (year, month, day) = (number(4..=4)?, number(1..=2)?, number(1..=2)?);
    let month_of = time::Month::try_from(u8::try_from(month).ok()?).ok()?;
    time::Date::from_calendar_date(year.into(), month_of, u8::try_from(day).ok()?).ok()?;
    Some(format!("{year:04}-{month:02}-{day:02}T00:00:00Z"))
}
