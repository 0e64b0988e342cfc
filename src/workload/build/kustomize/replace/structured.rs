//! Values within texts that are JSON or YAML themselves, as those of a `ConfigMap` often are.

use serde_json::Value;

use super::super::gojson;
use super::super::settle::settle;
use super::lookup::next;
use super::matcher::{Shape, Walk};
use super::scalar;
use super::source::Copied;
use crate::yaml::{self, Source};

/// Puts a value into a text at the path. False if the path leads through no text. The error is a sentence.
pub(super) fn put(
    object: &mut Value,
    path: &[String],
    new: &Copied,
    make: Option<Shape>,
) -> Result<bool, String> {
    let Some(depth) = depth_of_text(object, path) else {
        return Ok(false);
    };
    let (outer, inner) = path.split_at(depth);
    let mut done = false;
    Walk { make: None }.visit(object, outer, &mut |field, _| {
        if !done && let Value::String(text) = field {
            *text = edited(text, inner, new, make)?;
            done = true;
        }
        Ok(())
    })?;
    Ok(done)
}

/// How many parts of a path lead to a text with more parts behind.
fn depth_of_text(object: &Value, path: &[String]) -> Option<usize> {
    let mut value = object;
    for (place, part) in path.iter().enumerate() {
        if value.is_string() {
            return Some(place);
        }
        value = next(value, part).ok()??;
    }
    None
}

fn edited(
    text: &str,
    path: &[String],
    new: &Copied,
    make: Option<Shape>,
) -> Result<String, String> {
    let part = path.first().map_or("", String::as_str);
    let no_structure = || format!("`{part}` needs a mapping or list, and there is a text");
    let trimmed = text.trim_start();
    if !trimmed.starts_with(['{', '[']) {
        return super::styled::edited(text, path, new, make).unwrap_or_else(|| Err(no_structure()));
    }
    let source = Source::new("the text").confidential();
    let nodes = yaml::load_untyped(text, &source).map_err(|_| no_structure())?;
    let mut root = nodes.into_iter().next().ok_or_else(no_structure)?;
    settle(&mut root).map_err(|_| no_structure())?;
    let mut value = root.into_json();
    let count = Walk { make }.visit(&mut value, path, &mut |field, fresh| {
        match (is_plain(field), scalar::text(&new.value)) {
            (true, text) if fresh => *field = scalar::untyped(&text.unwrap_or_default()),
            (true, text) => return scalar::put(field, &text.unwrap_or_default()),
            (false, Some(text)) if new.untyped => *field = scalar::untyped(&text),
            (false, _) => *field = new.value.clone(),
        }
        Ok(())
    })?;
    if count == 0 {
        return Err("there is no such field".to_owned());
    }
    Ok(if text.contains('\n') && text.contains("  ") {
        gojson::indented(&value)
    } else {
        gojson::compact(&value)
    })
}

fn is_plain(value: &Value) -> bool {
    !matches!(value, Value::Array(_) | Value::Object(_))
}
