//! The syntax of variables in texts: `$(NAME)`, and `$$` for a dollar sign.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Number, Value};

/// Replaces the variables of a text. One that is all of the text keeps its type; one that is not known stays as it is.
pub(super) fn expand(
    text: &str,
    values: &BTreeMap<String, Value>,
    used: &mut BTreeSet<String>,
) -> Value {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        expanded.push_str(&rest[..dollar]);
        let behind = &rest[dollar + 1..];
        if let Some(second) = behind.strip_prefix('$') {
            expanded.push('$');
            rest = second;
        } else if let Some((name, after)) = behind
            .strip_prefix('(')
            .and_then(|inside| inside.split_once(')'))
        {
            rest = after;
            if let Some(value) = values.get(name).filter(|value| is_scalar(value)) {
                used.insert(name.to_owned());
                if text.len() == name.len() + "$()".len() {
                    return value.clone();
                }
                push(&mut expanded, value);
            } else {
                expanded.push_str("$(");
                expanded.push_str(name);
                expanded.push(')');
            }
        } else {
            // A dollar sign that means nothing takes the next character along: a parenthesis that is never closed …
            expanded.push('$');
            let mut chars = behind.chars();
            expanded.extend(chars.next());
            rest = chars.as_str();
        }
    }
    expanded.push_str(rest);
    Value::String(expanded)
}

/// Mappings and lists cannot stand in texts: such a variable is as if it were not known.
fn is_scalar(value: &Value) -> bool {
    !(value.is_object() || value.is_array())
}

fn push(text: &mut String, value: &Value) {
    match value {
        Value::String(value) => text.push_str(value),
        Value::Number(number) => text.push_str(&decimal(number)),
        other => text.push_str(&other.to_string()),
    }
}

/// A number as Go prints it: one with a fraction gets an exponent if it is below 1e-4, or 1e21 or more.
fn decimal(number: &Number) -> String {
    let Some(float) = number.as_f64().filter(|_| number.is_f64()) else {
        return number.to_string();
    };
    if float == 0.0 || (1e-4..1e21).contains(&float.abs()) {
        return float.to_string();
    }
    let text = format!("{float:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}
