//! JSON as Go writes it: keys in order, characters of HTML escaped, floats in Go's form. Hashes depend on every byte.

use std::fmt::Write as _;

use serde_json::{Number, Value};

/// The text of a value without spaces.
pub(super) fn compact(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value, None);
    text
}

/// The text of a value on many lines, two spaces per level.
pub(super) fn indented(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value, Some(0));
    text
}

/// Writes a value; `level` is how deep it stands in an indented text.
fn write(text: &mut String, value: &Value, level: Option<usize>) {
    let inner = level.map(|level| level + 1);
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(flag) => text.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => text.push_str(&number_text(number)),
        Value::String(string) => quote(text, string),
        Value::Array(items) if items.is_empty() => text.push_str("[]"),
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                separate(text, place, inner);
                write(text, item, inner);
            }
            end(text, level);
            text.push(']');
        }
        Value::Object(fields) if fields.is_empty() => text.push_str("{}"),
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_unstable_by_key(|(key, _)| key.as_str());
            text.push('{');
            for (place, (key, value)) in sorted.into_iter().enumerate() {
                separate(text, place, inner);
                quote(text, key);
                text.push_str(if level.is_some() { ": " } else { ":" });
                write(text, value, inner);
            }
            end(text, level);
            text.push('}');
        }
    }
}

fn separate(text: &mut String, place: usize, level: Option<usize>) {
    if place > 0 {
        text.push(',');
    }
    end(text, level);
}

/// A new line with the indentation of a level, in an indented text.
fn end(text: &mut String, level: Option<usize>) {
    if let Some(level) = level {
        text.push('\n');
        text.extend(std::iter::repeat_n("  ", level));
    }
}

fn quote(text: &mut String, string: &str) {
    text.push('"');
    let mut written = 0;
    for (place, c) in string.char_indices() {
        let escape = match c {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\u{8}' => "\\b",
            '\u{c}' => "\\f",
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => "",
            _ => continue,
        };
        text.push_str(&string[written..place]);
        written = place + c.len_utf8();
        if escape.is_empty() {
            // A write to a `String` cannot fail.
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        } else {
            text.push_str(escape);
        }
    }
    text.push_str(&string[written..]);
    text.push('"');
}

/// A number as Go writes it after having read it as a float, which it does with all numbers of JSON.
pub(super) fn number_text(number: &Number) -> String {
    let Some(float) = number.as_f64() else {
        return number.to_string();
    };
    let size = float.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{float:e}");
        // Exponents have their sign and no leading zero.
        return match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => {
                format!("{digits}e+{exponent}")
            }
            _ => text,
        };
    }
    format!("{float}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn as_go_marshals() {
        let value =
            json!({"b": ["<&>", "\u{2028}\u{8}\u{c}\u{1}\u{7f}\"\\\n\r\té"], "a": {}, "B": []});
        assert_eq!(
            compact(&value),
            "{\"B\":[],\"a\":{},\"b\":[\"\\u003c\\u0026\\u003e\",\"\\u2028\\b\\f\\u0001\u{7f}\\\"\\\\\\n\\r\\té\"]}"
        );
        assert_eq!(
            indented(&json!({"a": [1, {"b": null}], "c": {}})),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": {}\n}"
        );
    }

    #[test]
    fn numbers() {
        for (value, text) in [
            (json!(8080), "8080"),
            (json!(-0.5), "-0.5"),
            (json!(1.0), "1"),
            (json!(1e21), "1e+21"),
            (json!(1.5e-7), "1.5e-7"),
            (json!(1e20), "100000000000000000000"),
            (json!(9_007_199_254_740_993_u64), "9007199254740992"),
        ] {
            assert_eq!(compact(&value), text);
        }
    }
}
