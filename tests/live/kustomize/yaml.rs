//! Values as YAML that every reader takes for the same: strings are quoted unless they are plain words.

use std::fmt::Write as _;

use serde_json::Value;

/// Words that are no strings to readers of YAML 1.1.
const SPECIAL: &[&str] = &["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

/// A value in block style.
pub(super) fn document(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, 0, false);
    out
}

/// Writes a value behind `key:` or `-` (`inside`), or as the document.
fn write(out: &mut String, value: &Value, indent: usize, inside: bool) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (at, (key, value)) in fields.iter().enumerate() {
                begin(out, indent, inside && at == 0);
                write!(out, "{}:", scalar(key)).unwrap();
                nested(out, value, indent + 2, true);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (at, item) in items.iter().enumerate() {
                begin(out, indent, inside && at == 0);
                out.push('-');
                nested(out, item, indent + 2, false);
            }
        }
        Value::String(text) => writeln!(out, "{}", scalar(text)).unwrap(),
        other => writeln!(out, "{other}").unwrap(),
    }
}

fn begin(out: &mut String, indent: usize, on_this_line: bool) {
    if !on_this_line {
        write!(out, "{:indent$}", "").unwrap();
    }
}

fn nested(out: &mut String, value: &Value, indent: usize, below_key: bool) {
    let is_block = match value {
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    match value {
        Value::String(text) if text.ends_with('\n') && literal(text) => {
            out.push_str(" |\n");
            for line in text.lines() {
                writeln!(out, "{:indent$}{line}", "").unwrap();
            }
        }
        _ if is_block && below_key => {
            out.push('\n');
            // Lists stand below their key, as most people write them.
            let outdent = if value.is_array() { 2 } else { 0 };
            write(out, value, indent - outdent, false);
        }
        _ => {
            out.push(' ');
            write(out, value, indent, is_block);
        }
    }
}

/// Whether a text can be a literal block.
fn literal(text: &str) -> bool {
    let plain = |line: &str| !line.is_empty() && !line.ends_with(' ') && !line.contains('\t');
    text.lines().all(plain) && !text.starts_with(' ')
}

fn scalar(text: &str) -> String {
    let inner = |c: char| c.is_ascii_alphanumeric() || "-._/".contains(c);
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(inner)
        && !SPECIAL.contains(&text.to_lowercase().as_str());
    if plain {
        return text.to_owned();
    }
    Value::from(text).to_string()
}
