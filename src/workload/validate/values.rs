//! What a single value, or a list of them, must satisfy.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::check::Check;
use super::finding::Rule;
use super::format::Format;
use super::path::Step;
use super::quantity;
use super::schema::{Bounds, Schema, Shape};
use crate::text::{List, nearest};
use crate::yaml::{Mark, Node, Value};

/// Characters of a value that a message quotes at most.
const QUOTED: usize = 60;

/// The value as a message may show it.
fn quoted(check: &Check<'_>, text: &str) -> String {
    if check.place.confidential {
        return "the value".to_owned();
    }
    let line: String = text.chars().filter(|c| !c.is_control()).collect();
    match line.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("`{}…`", &line[..end]),
        None => format!("`{line}`"),
    }
}

/// Whether the value is one of the allowed ones. To a Go type, an empty text is no text.
pub(super) fn check_values(check: &mut Check<'_>, node: &Node, schema: &Schema, native: bool) {
    if schema.values.is_empty() || (native && node.as_str() == Some("")) {
        return;
    }
    if schema.values.contains(&node.to_json()) {
        return;
    }
    let known: Vec<String> = schema.values.iter().map(bare).collect();
    let hint = node
        .as_str()
        .filter(|_| !check.place.confidential)
        .and_then(|text| nearest(text, known.iter().map(String::as_str)))
        .map(|near| format!("did you mean `{near}`?"));
    let shown = match &node.value {
        Value::Seq(_) | Value::Map(_) => node.value.kind().to_owned(),
        _ => quoted(check, &bare(&node.to_json())),
    };
    let message = format!("{shown} is not one of {}", List::and(&known));
    check.report_with_hint(node.at, Rule::Enum, message, hint);
}

fn bare(json: &Json) -> String {
    json.as_str()
        .map_or_else(|| json.to_string(), str::to_owned)
}

/// The form of a text. An empty one in a Go type's optional field is no text, but for times.
pub(super) fn check_format(
    check: &mut Check<'_>,
    node: &Node,
    format: Option<Format>,
    native: bool,
) {
    let (Some(format), Value::String(text)) = (format, &node.value) else {
        return;
    };
    if native && text.is_empty() && format != Format::DateTime {
        return;
    }
    if !format.fits(text, native) {
        let message = format!("{} is not {}", quoted(check, text), format.describe());
        check.report(node.at, Rule::Format, message);
    }
}

pub(super) fn check_quantity(check: &mut Check<'_>, at: Mark, text: &str) {
    if !quantity::is_quantity(text) {
        let message = format!(
            "{} is not a quantity such as `100m` or `1Gi`",
            quoted(check, text)
        );
        check.report(at, Rule::Format, message);
    }
}

pub(super) fn check_width(check: &mut Check<'_>, at: Mark, number: i64, bits: u32) {
    if bits == 32 && i32::try_from(number).is_err() {
        report_width(check, at, bits);
    }
}

pub(super) fn report_width(check: &mut Check<'_>, at: Mark, bits: u32) {
    check.report(
        at,
        Rule::Type,
        format!("the integer does not fit into {bits} bits"),
    );
}

/// Limits of numbers, text, lists and mappings.
pub(super) fn check_bounds(check: &mut Check<'_>, node: &Node, schema: &Schema) {
    let Some(bounds) = &schema.bounds else {
        return;
    };
    match &node.value {
        Value::String(text) => check_text(check, node.at, bounds, text),
        Value::Seq(items) => {
            let count = items.len() as u64;
            check_size(
                check,
                node.at,
                count,
                (bounds.min_items, bounds.max_items),
                "items",
            );
            if bounds.unique_items {
                check_set(check, items);
            }
        }
        Value::Map(entries) => {
            let limits = (bounds.min_properties, bounds.max_properties);
            check_size(check, node.at, entries.len() as u64, limits, "fields");
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "limits are floats, here and in Kubernetes"
        )]
        Value::Int(number) => check_number(check, node.at, bounds, *number as f64),
        #[expect(
            clippy::cast_precision_loss,
            reason = "limits are floats, here and in Kubernetes"
        )]
        Value::UInt(number) => check_number(check, node.at, bounds, *number as f64),
        Value::Float(number) => check_number(check, node.at, bounds, *number),
        Value::Null | Value::Bool(_) => {}
    }
}

fn check_text(check: &mut Check<'_>, at: Mark, bounds: &Bounds, text: &str) {
    let length = text.chars().count() as u64;
    check_size(
        check,
        at,
        length,
        (bounds.min_length, bounds.max_length),
        "characters",
    );
    if let Some(pattern) = &bounds.pattern
        && !pattern.is_match(text)
    {
        let message = format!("{} does not match `{pattern}`", quoted(check, text));
        check.report(at, Rule::Pattern, message);
    }
}

fn check_size(
    check: &mut Check<'_>,
    at: Mark,
    size: u64,
    limits: (Option<u64>, Option<u64>),
    what: &str,
) {
    let (least, most) = limits;
    if let Some(least) = least.filter(|least| size < *least) {
        check.report(
            at,
            Rule::Limit,
            format!("has {size} {what}, must have at least {least}"),
        );
    }
    if let Some(most) = most.filter(|most| size > *most) {
        check.report(
            at,
            Rule::Limit,
            format!("has {size} {what}, must have at most {most}"),
        );
    }
}

fn check_number(check: &mut Check<'_>, at: Mark, bounds: &Bounds, number: f64) {
    let mut report = |message| check.report(at, Rule::Limit, message);
    match bounds.minimum {
        Some(least) if bounds.exclusive_minimum && number <= least => {
            report(format!("must be more than {least}"));
        }
        Some(least) if number < least => report(format!("must be at least {least}")),
        _ => {}
    }
    match bounds.maximum {
        Some(most) if bounds.exclusive_maximum && number >= most => {
            report(format!("must be less than {most}"));
        }
        Some(most) if number > most => report(format!("must be at most {most}")),
        _ => {}
    }
    if let Some(of) = bounds.multiple_of {
        let quotient = number / of;
        if (quotient - quotient.round()).abs() > 1e-9 {
            report(format!("must be a multiple of {of}"));
        }
    }
}

/// Items of a set must differ.
pub(super) fn check_set(check: &mut Check<'_>, items: &[Node]) {
    let mut seen: HashMap<String, u32> = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        if check.is_sealed(item) {
            continue;
        }
        let line = item.at.line + check.place.lines_before;
        if let Some(first) = seen.get(&item.to_json().to_string()) {
            let message = format!("is the same as the item on line {first}");
            check.within(Step::Item(index), |check| {
                check.report(item.at, Rule::Duplicate, message);
            });
        } else {
            seen.insert(item.to_json().to_string(), line);
        }
    }
}

/// Items of a list that is a map must differ in their keys. A key that is missing has its default.
pub(super) fn check_keys<'a>(
    check: &mut Check<'a>,
    items: &'a [Node],
    keys: &'a [String],
    schema: Option<&'a Schema>,
) {
    if items.len() < 2 {
        return;
    }
    let properties = schema.and_then(|schema| match &check.resolved(schema).shape {
        Shape::Object(object) => Some(&object.properties),
        _ => None,
    });
    let mut seen: HashMap<Vec<String>, u32> = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        let mut values = Vec::with_capacity(keys.len());
        for key in keys {
            let given = item.get(key).filter(|value| !value.is_null());
            if given.is_some_and(|value| check.is_sealed(value)) {
                break;
            }
            let default = || properties?.get(key)?.default.clone();
            values.push(
                given
                    .map(Node::to_json)
                    .or_else(default)
                    .unwrap_or_default()
                    .to_string(),
            );
        }
        if values.len() < keys.len() {
            continue;
        }
        let line = item.at.line + check.place.lines_before;
        if let Some(first) = seen.get(&values) {
            let message = format!(
                "has the same {} as the item on line {first}",
                List::and(keys)
            );
            check.within(Step::Item(index), |check| {
                check.report(item.at, Rule::Duplicate, message);
            });
        } else {
            seen.insert(values, line);
        }
    }
}
