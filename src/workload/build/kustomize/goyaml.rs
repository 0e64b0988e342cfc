//! Scalars of YAML as Go writes them: texts within objects that kustomize marshals depend on every character.

use std::fmt::Write as _;

use crate::yaml::{Value, resolve_plain};

/// A text as the value of a field that stands `indent` spaces deep, line breaks of blocks included, the last one not.
pub(super) fn text(text: &str, indent: usize) -> String {
    scalar(text, indent, is_text(text))
}

/// The same for a node of a tree, where only what Go itself reads as something else gets quotes.
pub(super) fn node(text: &str, indent: usize) -> String {
    let is_text = is_old_boolean(text) || is_sexagesimal(text) || is_text(text);
    scalar(text, indent, is_text)
}

fn scalar(text: &str, indent: usize, is_text: bool) -> String {
    if needs_escapes(text) {
        double_quoted(text)
    } else if text.contains('\n') {
        literal(text, indent)
    } else if !is_text {
        double_quoted(text)
    } else if may_be_plain(text) {
        text.to_owned()
    } else {
        single_quoted(text)
    }
}

/// Whether a plain scalar is a text to every reader.
fn is_text(text: &str) -> bool {
    text != "<<"
        && !is_date(text)
        && !is_sexagesimal(text)
        && matches!(resolve_plain(text), Ok(Value::String(_)))
}

/// Whether a plain scalar is text to Go, which has only `true` and `false` as booleans.
pub(super) fn is_old_boolean(text: &str) -> bool {
    let word = text.to_ascii_lowercase();
    ["y", "n", "yes", "no", "on", "off"].contains(&word.as_str())
        && matches!(resolve_plain(text), Ok(Value::Bool(_)))
}

/// `2001-01-01`, alone or with a time behind it.
pub(super) fn is_date(text: &str) -> bool {
    let Some((year, rest)) = text.split_once('-') else {
        return false;
    };
    let Some((month, rest)) = rest.split_once('-') else {
        return false;
    };
    let day = rest.split(['T', 't', ' ']).next().unwrap_or(rest);
    let digits = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    digits(year, 4..=4) && digits(month, 1..=2) && digits(day, 1..=2)
}

/// `1:30`, a number of base 60 to old readers.
fn is_sexagesimal(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut parts = text.split(':');
    let first = parts.next().unwrap_or_default();
    let number = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    };
    if !first.starts_with(|c: char| c.is_ascii_digit()) || !number(first) {
        return false;
    }
    let rest: Vec<&str> = parts.collect();
    let Some((last, middle)) = rest.split_last() else {
        return false;
    };
    let below_sixty = |part: &str| {
        let digit = |byte: u8| byte.is_ascii_digit();
        match part.as_bytes() {
            [one] => digit(*one),
            [ten, one] => (b'0'..=b'5').contains(ten) && digit(*one),
            _ => false,
        }
    };
    let (whole, fraction) = last.split_once('.').unwrap_or((last, ""));
    middle.iter().all(|part| below_sixty(part)) && below_sixty(whole) && number(fraction)
}

/// Whether a text can only be written with escapes.
pub(super) fn needs_escapes(text: &str) -> bool {
    let printable = |c: char| match c {
        '\n' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' => {
            c != '\u{feff}'
        }
        _ => c >= '\u{10000}',
    };
    !text.chars().all(printable) || text.contains(" \n")
}

pub(super) fn may_be_plain(text: &str) -> bool {
    let (Some(first), Some(last)) = (text.chars().next(), text.chars().last()) else {
        return false;
    };
    if first == ' ' || last == ' ' || text.starts_with("---") || text.starts_with("...") {
        return false;
    }
    let blank = |c: Option<char>| c.is_none_or(|c| c == ' ' || c == '\n');
    if "#,[]{}&*!|>'\"%@`".contains(first) || "?:-".contains(first) && blank(text.chars().nth(1)) {
        return false;
    }
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let hides = match c {
            ':' => blank(chars.peek().copied()),
            '#' => before == Some(' '),
            _ => false,
        };
        if hides {
            return false;
        }
        before = Some(c);
    }
    true
}

/// A text in single quotes.
pub(super) fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text in double quotes.
pub(super) fn double_quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\0' => quoted.push_str("\\0"),
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\t' => quoted.push_str("\\t"),
            '\n' => quoted.push_str("\\n"),
            '\u{b}' => quoted.push_str("\\v"),
            '\u{c}' => quoted.push_str("\\f"),
            '\r' => quoted.push_str("\\r"),
            '\u{1b}' => quoted.push_str("\\e"),
            '\u{85}' => quoted.push_str("\\N"),
            '\u{a0}' => quoted.push_str("\\_"),
            '\u{2028}' => quoted.push_str("\\L"),
            '\u{2029}' => quoted.push_str("\\P"),
            c if !needs_escapes(c.encode_utf8(&mut [0; 4])) => quoted.push(c),
            c => {
                // A write to a `String` cannot fail.
                let _ = match u32::from(c) {
                    code @ 0..=0xff => write!(quoted, "\\x{code:02X}"),
                    code @ 0x100..=0xffff => write!(quoted, "\\u{code:04X}"),
                    code => write!(quoted, "\\U{code:08X}"),
                };
            }
        }
    }
    quoted.push('"');
    quoted
}

/// A literal block.
pub(super) fn literal(text: &str, indent: usize) -> String {
    block('|', text, indent, "\n")
}

/// A folded block; Go leaves an empty line behind one that ends with a line break.
pub(super) fn folded(text: &str, indent: usize) -> String {
    let mut written = block('>', text, indent, "\n\n");
    if written.starts_with('>') && text.ends_with('\n') {
        written.push('\n');
    }
    written
}

fn block(indicator: char, text: &str, indent: usize, line_break: &str) -> String {
    if needs_escapes(text) {
        return double_quoted(text);
    }
    let hint = if text.starts_with([' ', '\n']) {
        "2"
    } else {
        ""
    };
    let (body, chomp) = match text.strip_suffix('\n') {
        None => (text, "-"),
        Some(body) if body.is_empty() || body.ends_with('\n') => (body, "+"),
        Some(body) => (body, ""),
    };
    let mut written = format!("{indicator}{hint}{chomp}");
    for (place, line) in body.split('\n').enumerate() {
        written.push_str(if place == 0 { "\n" } else { line_break });
        if !line.is_empty() {
            written.extend(std::iter::repeat_n(' ', indent));
            written.push_str(line);
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_go_marshals() {
        for (value, written) in [
            ("a/b.yaml", "a/b.yaml"),
            ("", "\"\""),
            ("yes", "\"yes\""),
            ("1.0", "\"1.0\""),
            ("2024-01-01", "\"2024-01-01\""),
            ("1:30", "\"1:30\""),
            ("a: b", "'a: b'"),
            ("a:b", "a:b"),
            ("a #b", "'a #b'"),
            ("it's", "it's"),
            ("'x", "'''x'"),
            ("- a", "'- a'"),
            ("-a", "-a"),
            ("a\tb", "\"a\\tb\""),
            ("a\n", "|\n  a"),
            ("a\nb", "|-\n  a\n  b"),
            ("a\n\n", "|+\n  a\n"),
            (" a\n", "|2\n   a"),
            ("a \nb", "\"a \\nb\""),
            ("é", "é"),
            ("\u{1}", "\"\\x01\""),
        ] {
            assert_eq!(text(value, 2), written, "{value:?}");
        }
    }
}
