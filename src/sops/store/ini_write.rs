//! A tree of sections to INI, with the equal signs of a section below each other.

use super::dotenv::text;
use super::ini_read::{self, DEFAULT};
use crate::sops::error::Error;
use crate::sops::leaf::{Fault, Plain};
use crate::sops::tree::{Branch, Member, Tree, Value};
use crate::sops::walk::at;

/// Writes a tree whose values lie in sections.
///
/// # Errors
///
/// Values out of sections, and those that could not be read back: INI has no quotes that hold everything.
pub(super) fn write(branch: &Branch) -> Result<String, Error> {
    let sections: Vec<(&String, &Value)> = branch.iter().filter_map(pair).collect();
    let mut out = String::new();
    let mut written = Vec::new();
    for (number, (name, value)) in sections.iter().enumerate() {
        let Value::Map(members) = value else {
            let reason = "is not in a section, which INI demands";
            return Err(at(name, Fault::Malformed(reason)));
        };
        let first = written.is_empty() && number == 0;
        section(&mut out, name, members, first, number + 1 == sections.len())?;
        written.push((*name, members));
    }
    check(&out, &written)?;
    Ok(out)
}

fn pair(member: &Member) -> Option<(&String, &Value)> {
    match member {
        Member::Pair(name, value) => Some((name, value)),
        Member::Comment(_) => None,
    }
}

fn section(
    out: &mut String,
    name: &str,
    members: &Branch,
    first: bool,
    last: bool,
) -> Result<(), Error> {
    let mut members = members.as_slice();
    if let [Member::Comment(comment), rest @ ..] = members {
        comments(out, &comment.text);
        members = rest;
    }
    let keys: Vec<(&String, &Value)> = members.iter().filter_map(pair).collect();
    if !first || !name.eq_ignore_ascii_case(DEFAULT) {
        out.push('[');
        out.push_str(name);
        out.push_str("]\n");
    } else if keys.is_empty() {
        return Ok(());
    }
    let width = keys
        .iter()
        .map(|(key, _)| quoted_name(key).len())
        .max()
        .unwrap_or(0);
    for (position, member) in members.iter().enumerate() {
        let Member::Pair(key, value) = member else {
            continue;
        };
        // The last comment behind a key is its own.
        let own = members[position + 1..]
            .iter()
            .map_while(|next| match next {
                Member::Comment(comment) => Some(comment),
                Member::Pair(..) => None,
            })
            .last();
        if let Some(comment) = own {
            comments(out, &comment.text);
        }
        let key_text = quoted_name(key);
        out.push_str(&key_text);
        out.extend(std::iter::repeat_n(' ', width - key_text.len()));
        out.push_str(" = ");
        out.push_str(&quoted_value(&scalar(name, key, value)?));
        out.push('\n');
    }
    if !last {
        out.push('\n');
    }
    Ok(())
}

fn scalar(section: &str, key: &str, value: &Value) -> Result<String, Error> {
    match value {
        Value::Leaf(Plain::Bytes(_)) => {
            let reason = "holds bytes that are not text, which INI cannot express";
            Err(at(&format!("{section}:{key}"), Fault::Malformed(reason)))
        }
        Value::Leaf(plain) => Ok(text(plain)),
        Value::Null => Ok("<nil>".to_owned()),
        Value::Seq(_) | Value::Map(_) => {
            let reason = "is a list or mapping, which INI cannot express";
            Err(at(&format!("{section}:{key}"), Fault::Malformed(reason)))
        }
    }
}

fn comments(out: &mut String, text: &str) {
    for line in text.split('\n') {
        if let Some(mark @ ('#' | ';')) = line.chars().next() {
            out.push(mark);
            out.push(' ');
            out.push_str(line[1..].trim());
        } else {
            out.push_str("; ");
            out.push_str(line.trim());
        }
        out.push('\n');
    }
}

fn quoted_name(name: &str) -> String {
    if name.contains(['"', '=', ':']) {
        format!("`{name}`")
    } else if name.contains('`') {
        format!("\"\"\"{name}\"\"\"")
    } else {
        name.to_owned()
    }
}

fn quoted_value(value: &str) -> String {
    if value.contains(['\n', '`']) {
        format!("\"\"\"{value}\"\"\"")
    } else if value.contains(['#', ';']) {
        format!("`{value}`")
    } else if value.trim() != value {
        format!("\"{value}\"")
    } else {
        value.to_owned()
    }
}

/// Reads the text back and compares the values.
fn check(out: &str, written: &[(&String, &Branch)]) -> Result<(), Error> {
    let found: Tree = ini_read::read(out)?;
    let found: Vec<(&String, &Value)> = found
        .documents
        .iter()
        .flatten()
        .filter_map(pair)
        .filter(|(name, value)| *name != DEFAULT || has_pairs(value))
        .collect();
    let expected = written
        .iter()
        .filter(|(name, members)| *name != DEFAULT || members.iter().any(|it| pair(it).is_some()));
    let mut found = found.into_iter();
    for (name, members) in expected {
        let section = match found.next() {
            Some((found, Value::Map(section))) if found == *name => section,
            _ => {
                let reason = "is a section that INI cannot express";
                return Err(at(name, Fault::Malformed(reason)));
            }
        };
        let mut values = section.iter().filter_map(pair);
        for (key, value) in members.iter().filter_map(pair) {
            let text = scalar(name, key, value)?;
            let same = values
                .next()
                .is_some_and(|(name, value)| name == key && value.as_str() == Some(&text));
            if !same {
                let reason = "has a value that INI cannot express";
                return Err(at(&format!("{name}:{key}"), Fault::Malformed(reason)));
            }
        }
    }
    Ok(())
}

fn has_pairs(value: &Value) -> bool {
    matches!(value, Value::Map(branch) if branch.iter().any(|member| pair(member).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(text: &str) -> String {
        write(&ini_read::read(text).unwrap().documents[0]).unwrap()
    }

    #[test]
    fn output_is_aligned_and_stable() {
        let text = "top = 1\n\n; about a\n[a]\nlong_name = x\n; about b\nb         = y z\n\n[b]\n# two\n# lines\nc = \"\"\"l1\nl2\"\"\"\n";
        let once = again(text);
        assert_eq!(
            once,
            "top = 1\n\n; about a\n[a]\nlong_name = x\n; about b\nb         = y z\n\n[b]\n; two\n# lines\nc = \"\"\"l1\nl2\"\"\"\n"
        );
        assert_eq!(again(&once), once);
    }

    #[test]
    fn comments_quotes_and_continuations_are_understood() {
        let tree = ini_read::read("[s]\na = 'x' ; c\nb: one \\\n two\nc = `k#v`\n- = n\n").unwrap();
        let Member::Pair(_, Value::Map(section)) = &tree.documents[0][1] else {
            panic!("no section");
        };
        let values: Vec<(&str, &str)> = section
            .iter()
            .filter_map(pair)
            .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
            .collect();
        assert_eq!(
            values,
            [("a", "x"), ("b", "one two"), ("c", "k#v"), ("#1", "n")]
        );
    }

    #[test]
    fn what_ini_cannot_express_is_refused() {
        let value = |text: &str| {
            let section = vec![Member::Pair("k".into(), Value::text(text))];
            write(&vec![Member::Pair("s".into(), Value::Map(section))])
        };
        assert!(value("fine").is_ok());
        assert!(value("a\n\"\"\"\nb#").is_err() || value("ends with \\").is_err());
        let error = write(&vec![Member::Pair("k".into(), Value::text("v"))]).unwrap_err();
        assert_eq!(error.class(), "malformed_value");
    }
}
