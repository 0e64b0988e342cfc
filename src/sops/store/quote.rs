//! Single scalars as go-yaml writes them, so that files do not change for nothing.

use std::fmt::Write as _;

use super::scalar::is_text;

/// A text on one line: plain if it is read as the same text, else in the quotes that suffice. Keys are never empty
/// without quotes.
pub(super) fn quoted(text: &str) -> String {
    let plain_form = allowed(text);
    if text.contains('\n') || !plain_form.printable {
        return double_quoted(text);
    }
    if !is_text(text) {
        return double_quoted(text);
    }
    if plain_form.plain {
        text.to_owned()
    } else if text.contains('\t') {
        double_quoted(text)
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

struct Allowed {
    plain: bool,
    printable: bool,
}

/// Where a plain scalar would be read as something else.
fn allowed(text: &str) -> Allowed {
    let first = text.chars().next();
    let blank_at = |at: usize| {
        text[at..]
            .chars()
            .next()
            .is_none_or(|c| matches!(c, ' ' | '\t'))
    };
    let indicator_first = match first {
        Some(
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
            | '@' | '`',
        ) => true,
        Some('?' | ':' | '-') => blank_at(1),
        _ => false,
    };
    let colon = text
        .char_indices()
        .any(|(at, c)| c == ':' && at > 0 && blank_at(at + 1));
    let comment = text.contains(" #") || text.contains("\t#");
    Allowed {
        plain: !indicator_first
            && !colon
            && !comment
            && !text.starts_with("---")
            && !text.starts_with("...")
            && !text.starts_with(' ')
            && !text.ends_with(' ')
            && !text.contains('\t'),
        printable: text.chars().all(|c| is_printable(c) || c == '\t'),
    }
}

/// What go-yaml prints as it is. Characters beyond the basic plane are not among it, nor are line breaks other than
/// the usual one.
pub(super) fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && c != '\u{feff}'
}

fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' => out.push_str("\\N"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            c if is_printable(c) => out.push(c),
            c => {
                let code = u32::from(c);
                // Writing to a string cannot fail.
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02X}"),
                    0x100..=0xffff => write!(out, "\\u{code:04X}"),
                    _ => write!(out, "\\U{code:08X}"),
                };
            }
        }
    }
    out.push('"');
    out
}

/// A number as Go prints it: shortest digits, an exponent below a ten-thousandth and from a million on.
pub(super) fn float(number: f64) -> String {
    if number.is_nan() {
        return ".nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    scientific(number, -4, 6)
}

/// Shortest digits, with an exponent of at least two digits if it is below `from` or not below `to`.
pub(super) fn scientific(number: f64, from: i32, to: i32) -> String {
    let text = format!("{number:e}");
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text;
    };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if number == 0.0 || (from..to).contains(&exponent) {
        return number.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_those_of_go_yaml() {
        for (text, expected) in [
            ("abc", "abc"),
            ("", "\"\""),
            ("yes", "\"yes\""),
            ("5", "\"5\""),
            ("a: b", "'a: b'"),
            ("a:b", "a:b"),
            ("a #b", "'a #b'"),
            ("it's", "it's"),
            ("'x", "'''x'"),
            (" x", "' x'"),
            ("a\tb", "\"a\\tb\""),
            ("a\nb", "\"a\\nb\""),
            ("\u{1f600}", "\"\\U0001F600\""),
            ("é", "é"),
            ("-", "'-'"),
            ("-x", "-x"),
            ("#ENC", "'#ENC'"),
            ("a\\b", "a\\b"),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }

    #[test]
    fn numbers_are_shortest() {
        for (number, expected) in [
            (1.0, "1"),
            (1.5, "1.5"),
            (1e21, "1e+21"),
            (1e6, "1e+06"),
            (123_456.5, "123456.5"),
            (1e-7, "1e-07"),
            (f64::NEG_INFINITY, "-.inf"),
        ] {
            assert_eq!(float(number), expected);
        }
    }
}
