//! Patterns of schemas, which are regular expressions of Go.

use regex::Regex;

/// A pattern as this program's regular expressions read it; `None` if they do not. Go's syntax is a subset but for `\Q…\E`
/// and `\z` beside `\Z`-less anchors; the latter is known here as well.
pub(super) fn compile(pattern: &str) -> Option<Regex> {
    // Go's classes `\d`, `\w`, `\s` and word boundaries are about ASCII.
    let ascii = ascii_classes(pattern);
    Regex::new(&ascii).ok()
}

/// Whether a pattern is none to Go either. What only this program's regular expressions cannot read is not broken.
pub(super) fn is_broken(pattern: &str) -> bool {
    let only_go = [r"\Q", r"\C"].iter().any(|escape| pattern.contains(escape));
    let read = Regex::new(&ascii_classes(pattern));
    matches!(read, Err(regex::Error::Syntax(_))) && !only_go
}

/// The pattern with Go's classes spelt out.
fn ascii_classes(pattern: &str) -> String {
    let mut ascii = String::with_capacity(pattern.len());
    let mut in_class = false;
    let mut rest = pattern.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\\' => match (rest.next(), in_class) {
                (Some('d'), false) => ascii.push_str("[0-9]"),
                (Some('D'), false) => ascii.push_str("[^0-9]"),
                (Some('w'), false) => ascii.push_str("[0-9A-Za-z_]"),
                (Some('W'), false) => ascii.push_str("[^0-9A-Za-z_]"),
                (Some('s'), false) => ascii.push_str(r"[\t\n\x0C\r ]"),
                (Some('S'), false) => ascii.push_str(r"[^\t\n\x0C\r ]"),
                (Some(class @ ('d' | 'w' | 's')), true) => {
                    ascii.push_str(match class {
                        'd' => "0-9",
                        'w' => "0-9A-Za-z_",
                        _ => r"\t\n\x0C\r ",
                    });
                    // What follows is no range.
                    if rest.next_if_eq(&'-').is_some() {
                        ascii.push_str(r"\-");
                    }
                }
                (Some('b'), false) => ascii.push_str(r"(?-u:\b)"),
                (Some(other), _) => ascii.extend(['\\', other]),
                (None, _) => ascii.push('\\'),
            },
            // Only before numbers and a closing brace does it mean repetition.
            '{' if !in_class && !repeats(rest.clone()) => ascii.push_str(r"\{"),
            // Inside of a class, only here these are more than characters.
            '[' if in_class && rest.peek() != Some(&':') => ascii.push_str(r"\["),
            '&' | '~' | '-' if in_class && rest.peek() == Some(&character) => {
                ascii.extend(['\\', character]);
            }
            '[' if !in_class => {
                in_class = true;
                ascii.push('[');
                if rest.next_if_eq(&'^').is_some() {
                    ascii.push('^');
                }
                if rest.next_if_eq(&']').is_some() {
                    ascii.push_str(r"\]");
                }
            }
            '[' => {
                // `[:alpha:]` and the like, up to its end.
                ascii.push('[');
                for inner in rest.by_ref() {
                    ascii.push(inner);
                    if inner == ']' {
                        break;
                    }
                }
            }
            ']' => {
                in_class = false;
                ascii.push(']');
            }
            other => ascii.push(other),
        }
    }
    ascii
}

/// Whether what follows a brace is a repetition: `2}`, `2,}`, `2,3}`.
fn repeats(rest: impl Iterator<Item = char>) -> bool {
    let inside: String = rest
        .take_while(|c| c.is_ascii_digit() || matches!(c, ',' | '}'))
        .collect();
    let numbers = inside
        .split('}')
        .next()
        .filter(|numbers| numbers.len() < inside.len());
    numbers.is_some_and(|numbers| {
        let (least, most) = numbers.split_once(',').unwrap_or((numbers, ""));
        !least.is_empty() && !most.contains(',')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_to_go() {
        for (pattern, text, matches) in [
            (r"^\d+$", "12", true),
            (r"^\d+$", "\u{661}", false),
            (r"^[\w.-]+$", "a.b-c", true),
            (r"^[a-z[]+$", "a[", true),
            (r"^[^]]+$", "a]", false),
            (r"^[[:alpha:]]+$", "ab", true),
            (r"^(?P<name>a|b)$", "b", true),
            (r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "a-", false),
            (r"^\pL+$", "\u{e4}", true),
            (r"^a{2}$", "aa", true),
            (r"^[+--]$", "-", true),
            (r"^[\w-.]$", "-", true),
            (r"^{a}{2,1$", "{a}{2,1", true),
            (r"^a{1,}$", "aaa", true),
        ] {
            let compiled = compile(pattern).unwrap();
            assert_eq!(compiled.is_match(text), matches, "{pattern} {text}");
        }
        assert!(compile("(").is_none());
        for pattern in ["(", "a{2,1}", "(?=a)", r"(a)\1"] {
            assert!(is_broken(pattern), "{pattern}");
        }
        for pattern in ["", "a", r"\Qa(\E"] {
            assert!(!is_broken(pattern), "{pattern}");
        }
    }
}
