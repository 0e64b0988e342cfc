//! A tree to JSON, as Go writes it: comments are left out, three characters of HTML are escaped.

use std::fmt::Write as _;

use super::quote::scientific;
use crate::sops::error::Error;
use crate::sops::leaf::{Fault, Plain};
use crate::sops::tree::{Branch, Element, Member, Value};
use crate::sops::walk::at;

/// Writes an object, with a line break at its end.
pub(super) fn write(branch: &Branch, indent: Option<usize>) -> Result<String, Error> {
    let mut writer = Writer::new(indent);
    writer.object(branch, 0)?;
    writer.out.push('\n');
    Ok(writer.out)
}

/// Writes any value, without a line break at its end.
pub(super) fn write_value(value: &Value, indent: Option<usize>) -> Result<String, Error> {
    let mut writer = Writer::new(indent);
    writer.value(value, 0)?;
    Ok(writer.out)
}

struct Writer {
    out: String,
    indent: String,
    path: String,
}

impl Writer {
    /// Blanks, or a tab if their number is not given.
    fn new(indent: Option<usize>) -> Self {
        Self {
            out: String::new(),
            indent: indent.map_or_else(|| "\t".to_owned(), |count| " ".repeat(count)),
            path: String::new(),
        }
    }

    fn line(&mut self, depth: usize) {
        self.out.push('\n');
        for _ in 0..depth {
            self.out.push_str(&self.indent);
        }
    }

    fn value(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Map(branch) => self.object(branch, depth)?,
            Value::Seq(list) => self.list(list, depth)?,
            Value::Leaf(plain) => match plain {
                Plain::Str(text) | Plain::Time(text) | Plain::Comment(text) => {
                    string(&mut self.out, text);
                }
                Plain::Bytes(bytes) => string(&mut self.out, &String::from_utf8_lossy(bytes)),
                Plain::Int(number) => self.out.push_str(&number.to_string()),
                Plain::Unsigned(number) => self.out.push_str(&number.to_string()),
                Plain::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
                Plain::Float(number) if number.is_finite() => self.out.push_str(&float(*number)),
                Plain::Float(_) => {
                    let reason = "is an infinity or no number, which JSON cannot express";
                    return Err(at(&self.path, Fault::Malformed(reason)));
                }
            },
        }
        Ok(())
    }

    fn object(&mut self, branch: &Branch, depth: usize) -> Result<(), Error> {
        self.out.push('{');
        let mut empty = true;
        for member in branch {
            let Member::Pair(key, value) = member else {
                continue;
            };
            if !std::mem::take(&mut empty) {
                self.out.push(',');
            }
            self.line(depth + 1);
            string(&mut self.out, key);
            self.out.push_str(": ");
            let length = self.path.len();
            self.path.push_str(key);
            self.path.push(':');
            self.value(value, depth + 1)?;
            self.path.truncate(length);
        }
        if !empty {
            self.line(depth);
        }
        self.out.push('}');
        Ok(())
    }

    fn list(&mut self, list: &[Element], depth: usize) -> Result<(), Error> {
        self.out.push('[');
        let mut empty = true;
        for element in list {
            let Element::Item(value) = element else {
                continue;
            };
            if !std::mem::take(&mut empty) {
                self.out.push(',');
            }
            self.line(depth + 1);
            self.value(value, depth + 1)?;
        }
        if !empty {
            self.line(depth);
        }
        self.out.push(']');
        Ok(())
    }
}

fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Exponents have no leading zeros below zero.
fn float(number: f64) -> String {
    scientific(number, -6, 21).replace("e-0", "e-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_that_of_go() {
        let branch = vec![
            Member::Pair("a".into(), Value::text("<b> & \u{2028}\u{1}")),
            Member::Pair("e".into(), Value::Map(Vec::new())),
            Member::Pair(
                "l".into(),
                Value::Seq(vec![
                    Element::Item(Value::Leaf(Plain::Float(1e-7))),
                    Element::Item(Value::Null),
                ]),
            ),
        ];
        assert_eq!(
            write(&branch, None).unwrap(),
            "{\n\t\"a\": \"\\u003cb\\u003e \\u0026 \\u2028\\u0001\",\n\t\"e\": {},\n\t\"l\": [\n\t\t1e-7,\n\t\tnull\n\t]\n}\n"
        );
    }

    #[test]
    fn infinity_is_refused_with_its_place() {
        let branch = vec![Member::Pair(
            "a".into(),
            Value::Leaf(Plain::Float(f64::INFINITY)),
        )];
        let error = write(&branch, Some(2)).unwrap_err().to_string();
        assert!(
            error.starts_with("malformed_value: `a` is an infinity"),
            "{error}"
        );
    }
}
