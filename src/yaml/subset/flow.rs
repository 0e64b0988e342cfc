//! Flow collections that end on their line.

use super::super::merge;
use super::super::node::{Entry, Node, Value};
use super::reader::Reader;

impl Reader<'_> {
    /// The collection whose bracket is here; moves behind its end.
    pub(super) fn flow(&mut self) -> Option<Value> {
        self.open()?;
        let is_map = self.peek()? == b'{';
        self.at += 1;
        let value = if is_map {
            self.flow_map()?
        } else {
            self.flow_seq()?
        };
        self.close();
        Some(value)
    }

    fn flow_map(&mut self) -> Option<Value> {
        let first = self.entries.len();
        while !self.ends_with(b'}') {
            let key_at = self.mark(self.at);
            let quoted = matches!(self.peek()?, b'"' | b'\'');
            let key = if quoted {
                self.quoted()?
            } else {
                let text = self.flow_plain()?;
                self.key_text(text)?
            };
            self.skip_blanks();
            // Only a quoted key may have its value without a blank.
            if self.peek()? != b':' || (!quoted && self.bytes.get(self.at + 1)? != &b' ') {
                return None;
            }
            self.at += 1;
            let value = self.flow_value()?;
            self.entries.push(Entry { key, key_at, value });
            self.separator(b'}')?;
        }
        let entries: Vec<Entry> = self.entries.drain(first..).collect();
        merge::check_unique(&entries).ok()?;
        Some(Value::Map(entries))
    }

    fn flow_seq(&mut self) -> Option<Value> {
        let first = self.items.len();
        while !self.ends_with(b']') {
            let item = self.flow_value()?;
            self.items.push(item);
            self.separator(b']')?;
        }
        Some(Value::Seq(self.items.drain(first..).collect()))
    }

    /// Moves behind the closing bracket if it is next.
    fn ends_with(&mut self, bracket: u8) -> bool {
        self.skip_blanks();
        let ends = self.peek() == Some(bracket);
        self.at += usize::from(ends);
        ends
    }

    /// After a value there is a comma, or the bracket, which stays.
    fn separator(&mut self, bracket: u8) -> Option<()> {
        self.skip_blanks();
        match self.peek()? {
            b',' => self.at += 1,
            byte if byte == bracket => {}
            _ => return None,
        }
        Some(())
    }

    fn flow_value(&mut self) -> Option<Node> {
        self.skip_blanks();
        let at = self.mark(self.at);
        let (value, plain) = match self.peek()? {
            b'"' | b'\'' => (Value::String(self.quoted()?), false),
            b'[' | b'{' => (self.flow()?, false),
            _ => {
                let text = self.flow_plain()?;
                (self.resolve(text)?, true)
            }
        };
        Some(Node { value, at, plain })
    }
}

impl<'a> Reader<'a> {
    /// A plain scalar between brackets; moves to what ends it.
    fn flow_plain(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.is_plain_start().then_some(())?;
        let mut end = start;
        loop {
            match self.bytes.get(self.at)? {
                b',' | b']' | b'}' => break,
                b'\n' | b'\t' | b'[' | b'{' | b'#' | b'?' => return None,
                b' ' => {}
                b':' => match self.bytes.get(self.at + 1)? {
                    b' ' => break,
                    next if next.is_ascii_alphanumeric() || *next == b'/' => end = self.at + 1,
                    _ => return None,
                },
                _ => end = self.at + 1,
            }
            self.at += 1;
        }
        Some(&self.text[start..end])
    }
}
