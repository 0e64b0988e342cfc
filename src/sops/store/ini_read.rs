//! INI to a tree of sections, read like the library that sops uses: `#` and `;` start comments anywhere, a backslash
//! continues a line, three double quotes and backquotes span lines, and a comment belongs to what follows it.

use crate::sops::error::Error;
use crate::sops::tree::{Branch, Comment, Member, Tree, Value};

/// The section of keys that precede all sections; it is always there.
pub(super) const DEFAULT: &str = "DEFAULT";

/// Reads all sections.
pub(super) fn read(text: &str) -> Result<Tree, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader {
        lines: text.split_inclusive('\n'),
        line: 0,
        comment: String::new(),
        sections: vec![Section::new(DEFAULT, "")],
    };
    reader.run()?;
    let sections = reader.sections.into_iter();
    Ok(Tree {
        documents: vec![sections.map(Section::into_member).collect()],
    })
}

struct Section {
    name: String,
    comment: String,
    /// Names, values and comments.
    keys: Vec<(String, String, String)>,
    /// How many keys are called `-`.
    numbered: usize,
}

impl Section {
    fn new(name: &str, comment: &str) -> Self {
        Self {
            name: name.to_owned(),
            comment: comment.trim().to_owned(),
            keys: Vec::new(),
            numbered: 0,
        }
    }

    /// Its comment comes first, those of keys come behind their keys, as sops has them.
    fn into_member(self) -> Member {
        let mut branch = Branch::new();
        if !self.comment.is_empty() {
            branch.push(Member::Comment(Comment::above(stripped(&self.comment))));
        }
        for (name, value, comment) in self.keys {
            branch.push(Member::Pair(name, Value::text(value)));
            if !comment.is_empty() {
                branch.push(Member::Comment(Comment::above(stripped(&comment))));
            }
        }
        Member::Pair(self.name, Value::Map(branch))
    }
}

/// A comment without the characters that start it.
fn stripped(comment: &str) -> &str {
    match comment.chars().next() {
        Some(';') => comment.trim_start_matches([';', ' ']),
        Some('#') => comment.trim_start_matches(['#', ' ']),
        _ => comment,
    }
}

struct Reader<'a> {
    lines: std::str::SplitInclusive<'a, char>,
    line: u32,
    comment: String,
    sections: Vec<Section>,
}

impl<'a> Reader<'a> {
    fn fault(&self, reason: &'static str) -> Error {
        Error::unreadable("ini", self.line, reason)
    }

    fn next(&mut self) -> Option<&'a str> {
        self.line += 1;
        self.lines.next()
    }

    fn run(&mut self) -> Result<(), Error> {
        while let Some(line) = self.next() {
            let line = line.trim_start();
            if line.is_empty() {
                continue;
            }
            if line.starts_with(['#', ';']) {
                self.comment.push_str(line);
            } else if let Some(rest) = line.strip_prefix('[') {
                let end = rest
                    .rfind(']')
                    .ok_or_else(|| self.fault("has a section without closing bracket"))?;
                if end == 0 {
                    return Err(self.fault("has a section without a name"));
                }
                if let Some(at) = rest[end..].find(['#', ';']) {
                    self.comment.push_str(&rest[end + at..]);
                }
                let comment = std::mem::take(&mut self.comment);
                self.sections.push(Section::new(&rest[..end], &comment));
            } else {
                self.key(line)?;
            }
        }
        Ok(())
    }

    fn key(&mut self, line: &str) -> Result<(), Error> {
        let (name, rest) = self.name(line)?;
        let value = self.value(rest)?;
        let comment = std::mem::take(&mut self.comment).trim().to_owned();
        let Some(section) = self.sections.last_mut() else {
            return Ok(());
        };
        let name = if name == "-" {
            section.numbered += 1;
            format!("#{}", section.numbered)
        } else {
            name
        };
        match section.keys.iter_mut().find(|(known, ..)| *known == name) {
            Some(known) => *known = (name, value, comment),
            None => section.keys.push((name, value, comment)),
        }
        Ok(())
    }

    /// The name, which may be quoted, and what follows the `=` or `:`.
    fn name<'l>(&self, line: &'l str) -> Result<(String, &'l str), Error> {
        let quote = ["\"\"\"", "\"", "`"]
            .into_iter()
            .find(|quote| line.starts_with(quote) && (quote.len() < 3 || line.len() > 6));
        let missing = || self.fault("is neither `name = value` nor a section nor a comment");
        let (name, rest) = match quote {
            Some(quote) => line[quote.len()..]
                .split_once(quote)
                .ok_or_else(|| self.fault("has a name without closing quote"))?,
            None => line.split_at(line.find(['=', ':']).ok_or_else(missing)?),
        };
        let delimiter = rest.find(['=', ':']).ok_or_else(missing)?;
        if name.trim().is_empty() {
            return Err(self.fault("has a value without a name"));
        }
        Ok((name.trim().to_owned(), &rest[delimiter + 1..]))
    }

    fn value(&mut self, text: &str) -> Result<String, Error> {
        let text = text.trim_start();
        if text.is_empty() {
            return Ok(String::new());
        }
        let quote = if text.len() > 3 && text.starts_with("\"\"\"") {
            Some("\"\"\"")
        } else {
            text.starts_with('`').then_some("`")
        };
        if let Some(quote) = quote {
            let body = &text[quote.len()..];
            return match body.rfind(quote) {
                Some(end) => Ok(body[..end].to_owned()),
                None => self.quoted_lines(body, quote),
            };
        }
        let mut text = text.trim();
        if let Some(first) = text.strip_suffix('\\') {
            return Ok(self.continued(first));
        }
        if let Some(at) = text.find(['#', ';']) {
            self.comment.push_str(&text[at..]);
            text = text[..at].trim();
        }
        let surrounded = |quote: char| {
            text.len() >= 2
                && text.starts_with(quote)
                && text[1..].find(quote) == Some(text.len() - 2)
        };
        Ok(if surrounded('\'') || surrounded('"') {
            text[1..text.len() - 1].to_owned()
        } else {
            text.to_owned()
        })
    }

    /// The rest of a quoted value that goes on below.
    fn quoted_lines(&mut self, first: &str, quote: &str) -> Result<String, Error> {
        let mut value = first.to_owned();
        loop {
            let Some(line) = self.next() else {
                return Err(self.fault("has a value without closing quote"));
            };
            let Some(end) = line.rfind(quote) else {
                value.push_str(line);
                continue;
            };
            if line[end + quote.len()..].trim().ends_with('\\') {
                value.push_str(line);
                continue;
            }
            value.push_str(&line[..end]);
            if let Some(at) = line[end..].find(['#', ';']) {
                self.comment.push_str(line[end + at..].trim());
            }
            return Ok(value);
        }
    }

    fn continued(&mut self, first: &str) -> String {
        let mut value = first.to_owned();
        while let Some(line) = self.next().map(str::trim).filter(|line| !line.is_empty()) {
            let Some(part) = line.strip_suffix('\\') else {
                value.push_str(line);
                break;
            };
            value.push_str(part);
        }
        value
    }
}
