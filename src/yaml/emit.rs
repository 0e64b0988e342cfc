//! Block-style YAML that a YAML 1.1 and a YAML 1.2 reader understand alike.
//!
//! We write it ourselves because the choice of quotes is the whole point: emitters for serde quote what their own
//! reader would misread and leave `yes`, `0644` or `12:30:45` to chance.

use std::fmt::Write as _;

use serde_json::{Map, Number, Value};

use super::scalar;

/// Simple keys may not be longer than this many characters.
const MAX_SIMPLE_KEY: usize = 1000;
/// Keys that lead an object that has the first two of them.
const OBJECT_KEYS: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// One document in block style, ending with a line break. Kubernetes objects start with `apiVersion`, `kind` and
/// `metadata`; other keys keep their order.
pub fn to_yaml(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => mapping(&mut out, map, 0, true),
        Value::Array(items) if !items.is_empty() => sequence(&mut out, items, 0, true),
        Value::String(text) => {
            out.push_str(&flow_scalar(text));
            out.push('\n');
        }
        other => inline(&mut out, other, 0),
    }
    out
}

/// Several documents, separated by `---` lines.
pub fn documents_to_yaml<'a>(values: impl IntoIterator<Item = &'a Value>) -> String {
    let documents: Vec<String> = values.into_iter().map(to_yaml).collect();
    documents.join("---\n")
}

/// Writes the lines of a mapping. If `started`, the indentation of the first line is already written.
fn mapping(out: &mut String, map: &Map<String, Value>, indent: usize, started: bool) {
    let lead: &[&str] = if map.contains_key("apiVersion") && map.contains_key("kind") {
        &OBJECT_KEYS
    } else {
        &[]
    };
    let first = lead.iter().filter_map(|key| map.get_key_value(*key));
    let rest = map.iter().filter(|(key, _)| !lead.contains(&key.as_str()));
    for (position, (key, value)) in first.chain(rest).enumerate() {
        if position > 0 || !started {
            pad(out, indent);
        }
        let key = flow_scalar(key);
        if key.chars().count() > MAX_SIMPLE_KEY {
            out.push_str("? ");
            out.push_str(&key);
            out.push('\n');
            pad(out, indent);
        } else {
            out.push_str(&key);
        }
        out.push(':');
        match value {
            Value::Object(map) if !map.is_empty() => {
                out.push('\n');
                mapping(out, map, indent + 2, false);
            }
            Value::Array(items) if !items.is_empty() => {
                out.push('\n');
                sequence(out, items, indent, false);
            }
            scalar => {
                out.push(' ');
                inline(out, scalar, indent);
            }
        }
    }
}

/// Writes the lines of a list; see [`mapping`] for `started`.
fn sequence(out: &mut String, items: &[Value], indent: usize, started: bool) {
    for (position, item) in items.iter().enumerate() {
        if position > 0 || !started {
            pad(out, indent);
        }
        out.push_str("- ");
        match item {
            Value::Object(map) if !map.is_empty() => mapping(out, map, indent + 2, true),
            Value::Array(items) if !items.is_empty() => sequence(out, items, indent + 2, true),
            scalar => inline(out, scalar, indent),
        }
    }
}

/// Writes what fits after `key: ` or `- `, with the line break. `indent` is that of the key or dash.
fn inline(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::String(text) if literal_fits(text) => return literal(out, text, indent),
        Value::String(text) => out.push_str(&flow_scalar(text)),
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number_text(number)),
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
    }
    out.push('\n');
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

/// YAML 1.1 wants a point in every float and a sign in every exponent.
fn number_text(number: &Number) -> String {
    let text = number.to_string();
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return text;
    };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['+', '-']) {
        ""
    } else {
        "+"
    };
    format!("{mantissa}{point}e{sign}{exponent}")
}

/// Whether `text` can be a literal block: several lines, with something to see, of characters that need no escape.
fn literal_fits(text: &str) -> bool {
    text.contains('\n')
        && !text.chars().all(char::is_whitespace)
        && !text
            .chars()
            .any(|c| needs_escape(c) && !matches!(c, '\n' | '\t'))
}

/// Writes `|`, its indicators and the indented lines.
fn literal(out: &mut String, text: &str, indent: usize) {
    out.push('|');
    // Readers take the indentation from the first line with content, so one that begins with a blank must be told.
    let blank_lead = text
        .lines()
        .take_while(|line| line.trim().is_empty())
        .any(|line| !line.is_empty());
    let first = text.lines().find(|line| !line.trim().is_empty());
    if blank_lead || first.is_some_and(|line| line.starts_with([' ', '\t'])) {
        out.push('2');
    }
    let body = match text.strip_suffix('\n') {
        None => {
            out.push('-');
            text
        }
        Some(body) if body.ends_with('\n') => {
            out.push('+');
            body
        }
        Some(body) => body,
    };
    out.push('\n');
    for line in body.split('\n') {
        if !line.is_empty() {
            pad(out, indent + 2);
            out.push_str(line);
        }
        out.push('\n');
    }
}

/// A string on one line: plain where no reader can misunderstand it, else quoted.
fn flow_scalar(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else if text.contains(['"', '\\']) && !text.contains('\'') && !text.chars().any(needs_escape)
    {
        format!("'{text}'")
    } else {
        double_quoted(text)
    }
}

fn is_plain(text: &str) -> bool {
    let mut characters = text.chars();
    let Some(first) = characters.next() else {
        return false;
    };
    let second = characters.next();
    let starts_well = match first {
        '-' => !matches!(second, None | Some(' ')) && !text.starts_with("---"),
        '?' | ':' | ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>' | '\''
        | '"' | '%' | '@' | '`' | '=' | '<' | '~' => false,
        _ => !text.starts_with("..."),
    };
    starts_well
        && text.trim() == text
        && !text.ends_with(':')
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.chars().any(needs_escape)
        && !is_word(text)
        && !resembles_number(text)
        && matches!(scalar::plain(text), super::Value::String(_))
}

/// Words that some reader takes for a boolean or null, in any case.
fn is_word(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Numbers in any base, times, dates and the special floats all look like this; a few innocent strings do, too.
fn resembles_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let special = unsigned.strip_prefix('.').unwrap_or(unsigned);
    unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && (special.eq_ignore_ascii_case("inf")
            || special.eq_ignore_ascii_case("nan")
            || text.chars().all(|c| {
                c.is_ascii_hexdigit()
                    || matches!(c, '_' | '.' | ':' | '+' | '-' | ',' | ' ')
                    || matches!(c.to_ascii_lowercase(), 'x' | 'o' | 't' | 'z')
            }))
}

/// Characters that only a double-quoted scalar can carry safely.
fn needs_escape(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if needs_escape(c) => {
                let code = u32::from(c);
                // Writing to a string cannot fail.
                let _ = if code < 0x100 {
                    write!(out, "\\x{code:02x}")
                } else {
                    write!(out, "\\u{code:04x}")
                };
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
