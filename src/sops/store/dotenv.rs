//! `NAME=value` lines. Line breaks in values are written as `\n`; nothing else is escaped.

use crate::sops::error::Error;
use crate::sops::leaf::{Fault, Plain};
use crate::sops::tree::{Branch, Comment, Member, Tree, Value};
use crate::sops::walk::at;

/// Reads all lines.
pub(super) fn read(text: &str) -> Result<Tree, Error> {
    let mut branch = Branch::new();
    for (number, line) in (1..).zip(text.split('\n')) {
        if line.is_empty() {
            continue;
        }
        if let Some(comment) = line.strip_prefix('#') {
            branch.push(Member::Comment(Comment::above(comment)));
            continue;
        }
        let Some((name, value)) = line.split_once('=') else {
            let reason = "is neither `NAME=value` nor a comment";
            return Err(Error::unreadable("dotenv", number, reason));
        };
        let value = value.replace("\\n", "\n");
        branch.push(Member::Pair(name.to_owned(), Value::text(value)));
    }
    Ok(Tree {
        documents: vec![branch],
    })
}

/// Writes a tree without lists and mappings.
pub(super) fn write(branch: &Branch) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    for member in branch {
        match member {
            Member::Comment(comment) => {
                out.push(b'#');
                out.extend_from_slice(comment.text.as_bytes());
            }
            Member::Pair(name, value) => {
                out.extend_from_slice(name.as_bytes());
                out.push(b'=');
                match value {
                    Value::Leaf(Plain::Str(text)) => {
                        out.extend_from_slice(text.replace('\n', "\\n").as_bytes());
                    }
                    Value::Leaf(Plain::Bytes(bytes)) => out.extend_from_slice(bytes),
                    Value::Leaf(plain) => out.extend_from_slice(text(plain).as_bytes()),
                    Value::Null => out.extend_from_slice(b"<nil>"),
                    Value::Seq(_) | Value::Map(_) => {
                        let reason = "is a list or mapping, which dotenv cannot express";
                        return Err(at(name, Fault::Malformed(reason)));
                    }
                }
            }
        }
        out.push(b'\n');
    }
    Ok(out)
}

/// A value that is no text, as sops spells it in formats that have texts only.
pub(super) fn text(plain: &Plain) -> String {
    match plain {
        Plain::Str(text) | Plain::Time(text) | Plain::Comment(text) => text.clone(),
        Plain::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Plain::Int(number) => number.to_string(),
        Plain::Unsigned(number) => number.to_string(),
        Plain::Bool(value) => value.to_string(),
        Plain::Float(number) => {
            if number.is_infinite() {
                return crate::sops::leaf::float(*number);
            }
            let text = super::quote::scientific(*number, -4, 6).replace('e', "E");
            if text.contains(['.', 'E']) {
                text
            } else {
                format!("{text}.0")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_survive() {
        let text = "# c\nA=1\nB=two words\nC=\nD=a\\nb\nE=x=y\n";
        let tree = read(text).unwrap();
        assert_eq!(tree.documents[0].len(), 6);
        assert_eq!(write(&tree.documents[0]).unwrap(), text.as_bytes());
    }

    #[test]
    fn other_lines_and_values_are_refused_without_their_text() {
        let error = read("A=1\nsecret\n").err().unwrap().to_string();
        assert_eq!(
            error,
            "dotenv: line 2: is neither `NAME=value` nor a comment"
        );
        let nested = vec![Member::Pair("a".into(), Value::Map(Vec::new()))];
        assert!(write(&nested).is_err());
    }

    #[test]
    fn numbers_are_spelled_as_sops_spells_them() {
        assert_eq!(text(&Plain::Float(1.0)), "1.0");
        assert_eq!(text(&Plain::Float(1e6)), "1E+06");
        assert_eq!(text(&Plain::Bool(true)), "true");
    }
}
