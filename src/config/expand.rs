//! `${VAR}` in the strings of a document: `${VAR}`, `${VAR:-default}`, `${VAR:=default}`, and `$${` for a plain `${`.
//!
//! Expansion happens on the parsed tree, so a value can neither add keys nor break the syntax. Keys stay as they are.

use crate::env::EnvMap;
use crate::yaml::{Node, Source, Value};

/// Defaults may contain variables, up to this depth; deeper text is left alone.
const MAX_NESTING: usize = 8;

/// Expands all strings of `node` and returns what the user should know: variables that are not set.
pub fn expand(node: &mut Node, env: &EnvMap, source: &Source) -> Vec<String> {
    let mut warnings = Vec::new();
    walk(node, env, source, &mut warnings);
    warnings
}

fn walk(node: &mut Node, env: &EnvMap, source: &Source, warnings: &mut Vec<String>) {
    match &mut node.value {
        Value::String(text) if text.contains("${") => {
            let mut unset = Vec::new();
            *text = expand_text(text, env, 0, &mut unset);
            let at = source.at(node.at);
            warnings.extend(unset.iter().map(|name| {
                format!(
                    "{at}: variable `{name}` is not set and has no default; using an empty text"
                )
            }));
        }
        Value::Seq(items) => {
            for item in items {
                walk(item, env, source, warnings);
            }
        }
        Value::Map(entries) => {
            for entry in entries {
                walk(&mut entry.value, env, source, warnings);
            }
        }
        _ => {}
    }
}

fn expand_text(text: &str, env: &EnvMap, depth: usize, unset: &mut Vec<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        if rest[..start].ends_with('$') {
            out.push_str(&rest[..start - 1]);
            out.push_str("${");
            rest = &rest[start + 2..];
            continue;
        }
        out.push_str(&rest[..start]);
        let Some((reference, after)) = Reference::parse(&rest[start..]) else {
            out.push_str("${");
            rest = &rest[start + 2..];
            continue;
        };
        match (reference.value(env), reference.default) {
            (Some(value), _) => out.push_str(value),
            (None, Some(default)) if depth < MAX_NESTING => {
                out.push_str(&expand_text(default, env, depth + 1, unset));
            }
            (None, Some(default)) => out.push_str(default),
            (None, None) => unset.push(reference.name.to_owned()),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// `${NAME}` or `${NAME:-default}`.
struct Reference<'a> {
    name: &'a str,
    default: Option<&'a str>,
}

impl<'a> Reference<'a> {
    /// The reference at the start of `text` and what follows it; `None` if it is anything else in braces.
    fn parse(text: &'a str) -> Option<(Self, &'a str)> {
        let inner = text.strip_prefix("${")?;
        let end = closing_brace(inner)?;
        let (body, after) = (&inner[..end], &inner[end + 1..]);
        let (name, default) = match body.split_once(":-").or_else(|| body.split_once(":=")) {
            Some((name, default)) if is_name(name) => (name, Some(default)),
            _ => (body, None),
        };
        is_name(name).then_some((Self { name, default }, after))
    }

    /// As in a shell, a default also replaces an empty value.
    fn value<'e>(&self, env: &'e EnvMap) -> Option<&'e str> {
        if self.default.is_some() {
            env.get(self.name)
        } else {
            env.get_raw(self.name)
        }
    }
}

/// The brace that closes the reference, past references in its default.
fn closing_brace(inner: &str) -> Option<usize> {
    let bytes = inner.as_bytes();
    let mut depth = 0usize;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'{' if at > 0 && bytes[at - 1] == b'$' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::load_untyped;

    fn env() -> EnvMap {
        EnvMap::from_iter([("NAME", "dev"), ("EMPTY", ""), ("N", "3")])
    }

    #[test]
    fn every_form() {
        for (text, expanded) in [
            ("${NAME}", "dev"),
            ("a-${NAME}-b-${N}", "a-dev-b-3"),
            ("${NAME:-x}", "dev"),
            ("${EMPTY}", ""),
            ("${EMPTY:-x}", "x"),
            ("${UNSET:-x y}", "x y"),
            ("${UNSET:=x}", "x"),
            ("${UNSET:-}", ""),
            ("${UNSET:-${NAME}!}", "dev!"),
            ("${UNSET:-${ALSO:-deep}}", "deep"),
            ("${UNSET:-a:-b}", "a:-b"),
            ("$${NAME}", "${NAME}"),
            ("$$${NAME}", "$${NAME}"),
            ("$NAME", "$NAME"),
            ("${NAME", "${NAME"),
            ("${1}", "${1}"),
            ("${}", "${}"),
            ("${a b}", "${a b}"),
            ("${NAME:+x}", "${NAME:+x}"),
            ("é${NAME}é", "édevé"),
        ] {
            let mut unset = Vec::new();
            assert_eq!(expand_text(text, &env(), 0, &mut unset), expanded, "{text}");
            assert!(unset.is_empty(), "{text}");
        }
    }

    #[test]
    fn unset_variables_are_reported_with_their_place() {
        let source = Source::new("k.yaml");
        let mut node = load_untyped("a: x\nb:\n  - '${NO_SUCH}'\n  - ${N}\n", &source)
            .unwrap()
            .remove(0);
        assert_eq!(
            expand(&mut node, &env(), &source),
            ["k.yaml:3:5: variable `NO_SUCH` is not set and has no default; using an empty text"]
        );
        let items = node.get("b").unwrap().items();
        assert_eq!(
            (items[0].as_str(), items[1].as_str()),
            (Some(""), Some("3"))
        );
    }

    #[test]
    fn nesting_ends() {
        let deep = format!("{}x{}", "${A:-".repeat(10_000), "}".repeat(10_000));
        assert!(expand_text(&deep, &env(), 0, &mut Vec::new()).contains('x'));
    }
}
