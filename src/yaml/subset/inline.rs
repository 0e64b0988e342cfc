//! Plain and quoted scalars.

use super::super::build::Scalars;
use super::super::node::{Mark, Node, Value};
use super::super::scalar;
use super::reader::Reader;

impl Reader<'_> {
    /// Whether a plain scalar may begin here without further thought.
    pub(super) fn is_plain_start(&self) -> bool {
        match self.peek() {
            Some(b'-') => !matches!(
                self.bytes.get(self.at + 1),
                None | Some(b' ' | b'\t' | b'\n' | b',' | b'[' | b']' | b'{' | b'}')
            ),
            Some(byte) => {
                byte.is_ascii_alphanumeric()
                    || matches!(
                        byte,
                        b'/' | b'.' | b'_' | b'$' | b'~' | b'+' | b'=' | b'(' | b'<' | b'^' | b'\\'
                    )
                    // A byte order mark begins with this.
                    || (byte >= 0x80 && byte != 0xEF)
            }
            None => false,
        }
    }

    /// The end of a plain scalar in a block, without blanks: moves to what ends it, a line break, a comment or the colon
    /// of a key.
    pub(super) fn plain_end(&mut self) -> Option<usize> {
        let mut at = self.at;
        let mut end = at;
        loop {
            match self.bytes.get(at) {
                None | Some(b'\n') => break,
                Some(b'\t') => return None,
                Some(b' ') => {}
                Some(b'#') if end < at => break,
                Some(b':') => match self.bytes.get(at + 1) {
                    None | Some(b' ' | b'\n') => break,
                    Some(b'\t') => return None,
                    _ => end = at + 1,
                },
                _ => end = at + 1,
            }
            at += 1;
        }
        self.at = at;
        Some(end)
    }

    /// A plain value, which may go on in further lines.
    pub(super) fn plain(&mut self, indent: usize, at: Mark) -> Option<Node> {
        let first = self.plain_line()?;
        let mut in_buffer = false;
        self.end_line()?;
        while self.indent.is_some_and(|next| next > indent) {
            // A comment ends the text, and then this line is an error.
            if self.after_comment {
                return None;
            }
            if !in_buffer {
                self.buffer.clear();
                self.buffer.push_str(first);
                in_buffer = true;
            }
            let breaks = self.blank_lines;
            if breaks == 0 {
                self.buffer.push(' ');
            }
            self.buffer.extend(std::iter::repeat_n('\n', breaks));
            let next = self.plain_line()?;
            self.buffer.push_str(next);
            self.end_line()?;
        }
        let text = if in_buffer { &self.buffer } else { first };
        Some(Node {
            value: self.resolve(text)?,
            at,
            plain: true,
        })
    }
}

impl<'a> Reader<'a> {
    /// One line of a plain value. With a comment behind it, it must be the only one, which the parser sees to.
    fn plain_line(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.is_plain_start().then_some(())?;
        let end = self.plain_end()?;
        if self.peek() == Some(b':') {
            return None;
        }
        Some(&self.text[start..end])
    }
}

impl Reader<'_> {
    /// The value of a plain scalar.
    pub(super) fn resolve(&self, text: &str) -> Option<Value> {
        match self.scalars {
            Scalars::Resolved => scalar::resolve_plain(text).ok(),
            Scalars::Text => Some(match scalar::plain(text) {
                Value::Null => Value::Null,
                _ => Value::String(text.to_owned()),
            }),
        }
    }

    /// A quoted scalar that ends on its line; moves behind it.
    pub(super) fn quoted(&mut self) -> Option<String> {
        let quote = self.peek()?;
        let start = self.at + 1;
        let (text, end) = if quote == b'"' {
            self.double_quoted(start)?
        } else {
            self.single_quoted(start)?
        };
        self.at = end;
        Some(text)
    }

    fn single_quoted(&mut self, start: usize) -> Option<(String, usize)> {
        let mut from = start;
        self.buffer.clear();
        loop {
            let end = from + memchr::memchr2(b'\'', b'\n', &self.bytes[from..])?;
            if self.bytes[end] == b'\n' {
                return None;
            }
            let part = &self.text[from..end];
            if self.bytes.get(end + 1) != Some(&b'\'') {
                if from == start {
                    return Some((part.to_owned(), end + 1));
                }
                self.buffer.push_str(part);
                return Some((self.buffer.as_str().to_owned(), end + 1));
            }
            self.buffer.push_str(part);
            self.buffer.push('\'');
            from = end + 2;
        }
    }

    fn double_quoted(&mut self, start: usize) -> Option<(String, usize)> {
        let mut from = start;
        self.buffer.clear();
        loop {
            let end = from + memchr::memchr3(b'"', b'\\', b'\n', &self.bytes[from..])?;
            let part = &self.text[from..end];
            match self.bytes[end] {
                b'"' if from == start => return Some((part.to_owned(), end + 1)),
                b'"' => {
                    self.buffer.push_str(part);
                    return Some((self.buffer.as_str().to_owned(), end + 1));
                }
                b'\\' => {
                    let meant = match self.bytes.get(end + 1)? {
                        b'n' => '\n',
                        b't' => '\t',
                        b'r' => '\r',
                        b'"' => '"',
                        b'\\' => '\\',
                        _ => return None,
                    };
                    self.buffer.push_str(part);
                    self.buffer.push(meant);
                    from = end + 2;
                }
                _ => return None,
            }
        }
    }
}
