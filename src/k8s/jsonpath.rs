//! `JSONPath` as kubectl writes it: `{.status.phase}`, `.metadata.labels.app-name`, `{.metadata.annotations.x\.io/y}`.
//!
//! kubectl's dialect is older than RFC 9535 and freer about names. It is rewritten into the standard's form, which a
//! library evaluates.

use std::fmt;

use serde_json::Value;
use serde_json_path::JsonPath;

/// Characters that end a name, inside filters too.
const ENDS_NAME: &str = ".,[](){}$@=!<>&|'\" \t";

/// An expression, ready to be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    text: String,
    path: JsonPath,
}

impl Path {
    /// Reads an expression with or without braces and leading dot.
    pub fn parse(text: &str) -> Result<Self, String> {
        let inside = text.trim();
        let inside = match (inside.strip_prefix('{'), inside.strip_suffix('}')) {
            (Some(_), Some(_)) => inside[1..inside.len() - 1].trim(),
            (None, None) => inside,
            _ => return Err(format!("`{text}` has one brace without the other")),
        };
        if inside.is_empty() {
            return Err("the JSONPath expression is empty".to_owned());
        }
        if inside.contains(['{', '}']) {
            return Err(format!("`{text}` has more than one expression"));
        }
        let standard = standard(inside)?;
        let path = JsonPath::parse(&standard)
            .map_err(|error| format!("`{text}` is not a JSONPath expression: {error}"))?;
        Ok(Self {
            text: format!("{{{}}}", with_dot(inside)),
            path,
        })
    }

    /// Everything in `object` that it leads to.
    pub fn find<'a>(&self, object: &'a Value) -> Vec<&'a Value> {
        self.path.query(object).all()
    }
}

impl fmt::Display for Path {
    /// As kubectl writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn with_dot(expression: &str) -> String {
    if expression.starts_with(['.', '$', '[']) {
        expression.to_owned()
    } else {
        format!(".{expression}")
    }
}

/// The same expression in the standard's form.
fn standard(expression: &str) -> Result<String, String> {
    let expression = expression.strip_prefix('$').unwrap_or(expression);
    let mut rest = Rest {
        text: expression,
        out: "$".to_owned(),
    };
    if !expression.starts_with(['.', '[']) {
        rest.name()?;
    }
    while let Some(next) = rest.text.chars().next() {
        match next {
            '.' => rest.child()?,
            '[' => rest.bracket()?,
            other => return Err(format!("`{other}` is not expected in `{expression}`")),
        }
    }
    Ok(rest.out)
}

/// What is still to be read, and what was written for the part before it.
struct Rest<'a> {
    text: &'a str,
    out: String,
}

impl<'a> Rest<'a> {
    /// Takes `count` bytes off.
    fn take(&mut self, count: usize) -> &'a str {
        let (taken, rest) = self.text.split_at(count);
        self.text = rest;
        taken
    }

    /// `.name`, `..name`, `.*`, and the dot before a bracket, which means nothing.
    fn child(&mut self) -> Result<(), String> {
        self.take(1);
        if self.text.starts_with('.') {
            self.take(1);
            self.out.push_str("..");
        }
        if self.text.starts_with('[') {
            return self.bracket();
        }
        // A lone dot is the whole object.
        if self.text.is_empty() && self.out == "$" {
            return Ok(());
        }
        self.name()
    }

    /// A name up to what ends it, in which a backslash takes any character for what it is.
    fn name(&mut self) -> Result<(), String> {
        let mut name = String::new();
        let mut characters = self.text.char_indices();
        let mut end = self.text.len();
        let mut escaped = false;
        while let Some((at, character)) = characters.next() {
            if character == '\\' {
                let Some((_, next)) = characters.next() else {
                    return Err("a `\\` is not followed by a character".to_owned());
                };
                name.push(next);
                escaped = true;
            } else if ENDS_NAME.contains(character) {
                end = at;
                break;
            } else {
                name.push(character);
            }
        }
        self.take(end);
        if name.is_empty() {
            return Err("a name is missing after `.`".to_owned());
        }
        if name == "*" && !escaped {
            self.out.push_str("[*]");
            return Ok(());
        }
        let quoted = name.replace('\\', "\\\\").replace('\'', "\\'");
        self.out.push_str("['");
        self.out.push_str(&quoted);
        self.out.push_str("']");
        Ok(())
    }

    /// `[…]`: an index, a slice, names in quotes, or a filter, in which there are paths again.
    fn bracket(&mut self) -> Result<(), String> {
        let filter = self.text[1..].trim_start().starts_with('?');
        let mut depth = 0_u32;
        while let Some(next) = self.text.chars().next() {
            match next {
                '\'' | '"' => self.string(next)?,
                '.' if filter && self.is_path() => self.child()?,
                _ => {
                    depth += u32::from(next == '[');
                    depth -= u32::from(next == ']');
                    let taken = self.take(next.len_utf8());
                    self.out.push_str(taken);
                }
            }
            if depth == 0 {
                return Ok(());
            }
        }
        Err("a `[` is not closed".to_owned())
    }

    /// Whether a dot goes on with a path, in contrast to the point of a number.
    fn is_path(&self) -> bool {
        self.out.ends_with(['@', '$', ']'])
    }

    /// A string up to the quote that closes it.
    fn string(&mut self, quote: char) -> Result<(), String> {
        let mut escaped = false;
        for (at, character) in self.text.char_indices().skip(1) {
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                _ if character == quote => {
                    let taken = self.take(at + 1);
                    self.out.push_str(taken);
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(format!("a {quote} is not closed"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn find(path: &str) -> Vec<Value> {
        let object = json!({
            "metadata": { "annotations": { "x.io/y-z": "a" }, "labels": { "app-name": "web" } },
            "spec": { "containers": [{ "name": "a", "port": 80 }, { "name": "b's", "port": 81.5 }] },
            "status": { "phase": "Running", "conditions": [
                { "type": "Ready", "status": "True" }, { "type": "Other.One", "status": "False" }
            ]}
        });
        let path = Path::parse(path).unwrap();
        path.find(&object).into_iter().cloned().collect()
    }

    #[test]
    fn all_spellings_of_a_simple_path() {
        for path in [
            "{.status.phase}",
            "{status.phase}",
            ".status.phase",
            "status.phase",
            "{$.status.phase}",
            "{ .status.phase }",
            "{['status'].phase}",
            "{.status['phase']}",
            "{.status.['phase']}",
        ] {
            assert_eq!(find(path), [json!("Running")], "{path}");
        }
        assert_eq!(
            Path::parse("status.phase").unwrap().to_string(),
            "{.status.phase}"
        );
    }

    #[test]
    fn names_are_freer_than_the_standard() {
        assert_eq!(find("{.metadata.labels.app-name}"), [json!("web")]);
        assert_eq!(find(r"{.metadata.annotations.x\.io/y-z}"), [json!("a")]);
        assert_eq!(find("{.metadata.annotations['x.io/y-z']}"), [json!("a")]);
    }

    #[test]
    fn lists_wildcards_and_descent() {
        assert_eq!(find("{.spec.containers[0].name}"), [json!("a")]);
        assert_eq!(find("{.spec.containers[-1].port}"), [json!(81.5)]);
        assert_eq!(
            find("{.spec.containers[*].name}"),
            [json!("a"), json!("b's")]
        );
        assert_eq!(find("{.spec.containers[0:1].name}"), [json!("a")]);
        assert_eq!(find("{.metadata.*.app-name}"), [json!("web")]);
        assert_eq!(find("{..port}"), [json!(80), json!(81.5)]);
        assert_eq!(find("{.nothing.here}"), Vec::<Value>::new());
    }

    #[test]
    fn filters() {
        for (path, expected) in [
            (
                r#"{.status.conditions[?(@.type=="Ready")].status}"#,
                json!("True"),
            ),
            (
                "{.status.conditions[?(@.type=='Other.One')].status}",
                json!("False"),
            ),
            ("{.spec.containers[?(@.port>80.5)].name}", json!("b's")),
            ("{.spec.containers[?(@.port!=80)].name}", json!("b's")),
            (
                "{.status.conditions[?(@.status == \"False\")].type}",
                json!("Other.One"),
            ),
        ] {
            assert_eq!(find(path), [expected], "{path}");
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for (path, why) in [
            ("", "the JSONPath expression is empty"),
            ("{}", "the JSONPath expression is empty"),
            ("{.a", "has one brace without the other"),
            ("{.a}{.b}", "has more than one expression"),
            ("{.a[}", "a `[` is not closed"),
            ("{.a['b}", "a ' is not closed"),
            ("{.a.}", "a name is missing after `.`"),
            ("{.a(b)}", "`(` is not expected"),
            ("{.a[?(@.b ~ 1)]}", "is not a JSONPath expression"),
        ] {
            let error = Path::parse(path).unwrap_err();
            assert!(error.contains(why), "{path}: {error}");
        }
    }
}
