//! JSON with positions. Kubernetes tools read a text that starts with a brace as JSON first, where `\/` and surrogate
//! pairs are fine; whatever turns out not to be JSON is left to the YAML reader.

use super::load::{Document, MAX_DEPTH, count};
use super::merge;
use super::node::{Entry, Mark, Node, Value};

/// The JSON documents at the start of `text` and where the YAML after a `---` begins, if there is any. `None` if the
/// text is not JSON.
pub(super) fn documents(text: &str) -> Option<(Vec<Document>, Option<Rest<'_>>)> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let mut reader = Reader {
        text,
        at: 0,
        mark: Mark::START,
    };
    let mut found = Vec::new();
    loop {
        reader.skip_blanks();
        let rest = &text[reader.at..];
        if rest.is_empty() {
            return Some((found, None));
        }
        if reader.mark.column == 1 && rest.starts_with("---") {
            let skipped_lines = reader.mark.line as usize - 1;
            return Some((
                found,
                Some(Rest {
                    text: rest,
                    skipped_lines,
                }),
            ));
        }
        if !rest.starts_with(['{', '[']) {
            return None;
        }
        found.push(Document::new(reader.value(0)?));
    }
}

/// What follows the JSON part of a text.
pub(super) struct Rest<'a> {
    /// The remaining text, from its `---` on.
    pub(super) text: &'a str,
    /// Lines before it.
    pub(super) skipped_lines: usize,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    mark: Mark,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Moves over `length` bytes, counting characters and lines.
    fn advance(&mut self, length: usize) {
        for byte in self.text.as_bytes()[self.at..].iter().take(length) {
            if *byte == b'\n' {
                self.mark = Mark {
                    line: self.mark.line + 1,
                    column: 1,
                };
            } else if byte & 0xC0 != 0x80 {
                self.mark.column += 1;
            }
        }
        self.at += length;
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.advance(1);
        }
    }

    fn accept(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.advance(1))
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.skip_blanks();
        let at = self.mark;
        let mut plain = false;
        let value = match self.peek()? {
            b'{' => self.map(depth)?,
            b'[' => self.seq(depth)?,
            b'"' => Value::String(self.string()?),
            _ => {
                plain = true;
                self.scalar()?
            }
        };
        Some(Node { value, at, plain })
    }

    fn map(&mut self, depth: usize) -> Option<Value> {
        self.accept(b'{')?;
        let mut entries = Vec::new();
        self.skip_blanks();
        if self.accept(b'}').is_some() {
            return Some(Value::Map(entries));
        }
        loop {
            self.skip_blanks();
            let key_at = self.mark;
            let key = self.string()?;
            self.skip_blanks();
            self.accept(b':')?;
            let value = self.value(depth + 1)?;
            entries.push(Entry { key, key_at, value });
            self.skip_blanks();
            if self.accept(b'}').is_some() {
                merge::check_unique(&entries).ok()?;
                return Some(Value::Map(entries));
            }
            self.accept(b',')?;
        }
    }

    fn seq(&mut self, depth: usize) -> Option<Value> {
        self.accept(b'[')?;
        let mut items = Vec::new();
        self.skip_blanks();
        if self.accept(b']').is_some() {
            return Some(Value::Seq(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_blanks();
            if self.accept(b']').is_some() {
                return Some(Value::Seq(items));
            }
            self.accept(b',')?;
        }
    }

    fn string(&mut self) -> Option<String> {
        let rest = &self.text[self.at..];
        if let Some(text) = simple_string(rest) {
            self.mark.column += count(text.chars().count() + 2);
            self.at += text.len() + 2;
            return Some(text.to_owned());
        }
        let mut escaped = false;
        let end = rest.bytes().skip(1).position(|byte| {
            let closes = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            closes
        })? + 2;
        let text = serde_json::from_str(&rest[..end]).ok()?;
        self.advance(end);
        Some(text)
    }

    /// A number or one of the three words.
    fn scalar(&mut self) -> Option<Value> {
        let rest = &self.text[self.at..];
        let end = rest
            .find([',', ']', '}', ' ', '\t', '\r', '\n'])
            .unwrap_or(rest.len());
        let value = match serde_json::from_str(&rest[..end]).ok()? {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(flag) => Value::Bool(flag),
            // A JSON number is always a YAML 1.1 number as well, and means the same.
            serde_json::Value::Number(_) => super::scalar::resolve_plain(&rest[..end]).ok()?,
            _ => return None,
        };
        self.advance(end);
        Some(value)
    }
}

/// The string at the start of `rest` if there are no escapes in it; control characters make it none.
fn simple_string(rest: &str) -> Option<&str> {
    let inner = rest.strip_prefix('"')?;
    let end = memchr::memchr2(b'"', b'\\', inner.as_bytes())?;
    let text = &inner[..end];
    let is_simple = inner.as_bytes()[end] == b'"' && text.bytes().all(|byte| byte >= 0x20);
    is_simple.then_some(text)
}
