//! Regular expressions of rules: written for Go, run here. Both follow RE2, but some spellings differ in meaning.

use regex::Regex;

/// Compiles a regular expression of Go's syntax, or says that it is none.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    Regex::new(&translate(pattern)).map_err(|_| "is no regular expression".to_owned())
}

/// To Go, `\w`, `\d`, `\s` and `\b` mean ASCII, a bracket within brackets is itself, and `\Q…\E` quotes.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut characters = pattern.chars().peekable();
    let mut in_class = false;
    let mut class_start = false;
    while let Some(character) = characters.next() {
        let at_class_start = std::mem::take(&mut class_start);
        match character {
            '\\' => match characters.next() {
                Some('Q') => quoted(&mut out, &mut characters),
                Some(escaped) => out.push_str(&escape(escaped, in_class)),
                None => out.push('\\'),
            },
            '[' if !in_class => {
                in_class = true;
                class_start = true;
                out.push('[');
                if characters.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
            }
            '[' if characters.peek() == Some(&':') => named_class(&mut out, &mut characters),
            '[' => out.push_str("\\["),
            ']' if in_class && at_class_start => out.push_str("\\]"),
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            // Doubled, these are set operations here.
            '&' | '~' if in_class => out.extend(['\\', character]),
            '-' if in_class && characters.peek() == Some(&'-') => out.push_str("\\-"),
            other => out.push(other),
        }
    }
    out
}

fn escape(character: char, in_class: bool) -> String {
    match character {
        'd' => "[0-9]".to_owned(),
        'D' => "[^0-9]".to_owned(),
        'w' => "[0-9A-Za-z_]".to_owned(),
        'W' => "[^0-9A-Za-z_]".to_owned(),
        's' => "[\\t\\n\\f\\r ]".to_owned(),
        'S' => "[^\\t\\n\\f\\r ]".to_owned(),
        'b' | 'B' if !in_class => format!("(?-u:\\{character})"),
        other => format!("\\{other}"),
    }
}

/// What stands between `\Q` and `\E`.
fn quoted(out: &mut String, characters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let mut text = String::new();
    while let Some(character) = characters.next() {
        if character == '\\' && characters.next_if_eq(&'E').is_some() {
            break;
        }
        text.push(character);
    }
    out.push_str(&regex::escape(&text));
}

/// `[:alpha:]`, which both know, to its end.
fn named_class(out: &mut String, characters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    out.push('[');
    for character in characters.by_ref() {
        out.push(character);
        if character == ']' {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_to_go() {
        for (pattern, text, expected) in [
            ("^(data|stringData)$", "data", true),
            ("^(data|stringData)$", "metadata", false),
            (r"^\w+$", "é", false),
            (r"^\w+$", "e_1", true),
            (r"^\d$", "٣", false),
            (r"^[\d-]+$", "1-2", true),
            (r"^[^\s]+$", "a b", false),
            (r"\bkey\b", "a key", true),
            ("^[[]$", "[", true),
            ("^[]a]+$", "a]", true),
            ("^[^]a]$", "b", true),
            ("^[a&&b]+$", "a&b", true),
            ("^[[:upper:]]+$", "AB", true),
            (r"^\Qa.b\E$", "a.b", true),
            (r"^\Qa.b\E$", "axb", false),
            (r"^a\.b\/c$", "a.b/c", true),
            ("(?i)^PASS", "password", true),
            ("^.$", "é", true),
        ] {
            let regex = compile(pattern).unwrap_or_else(|_| panic!("{pattern}"));
            assert_eq!(regex.is_match(text), expected, "{pattern} {text}");
        }
        assert!(compile("(").is_err());
    }
}
