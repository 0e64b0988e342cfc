//! Block collections and block scalars.

use super::super::build::Scalars;
use super::super::merge;
use super::super::node::{Entry, Mark, Node, Value};
use super::super::scalar;
use super::reader::Reader;

/// Keys may be longer, but not much, and the parser knows how much.
const MAX_KEY: usize = 1000;

impl Reader<'_> {
    /// The collection that begins here.
    pub(super) fn block(&mut self, indent: usize) -> Option<Node> {
        if self.is_dash() {
            self.sequence(indent)
        } else {
            self.mapping(indent)
        }
    }

    fn mapping(&mut self, indent: usize) -> Option<Node> {
        self.open()?;
        let at = self.mark(self.at);
        let first = self.entries.len();
        loop {
            let key_at = self.mark(self.at);
            let key = self.key()?;
            let value = self.value(indent, true)?;
            self.entries.push(Entry { key, key_at, value });
            match self.indent {
                Some(next) if next > indent => return None,
                Some(next) if next == indent => {}
                _ => break,
            }
        }
        self.close();
        let entries: Vec<Entry> = self.entries.drain(first..).collect();
        merge::check_unique(&entries).ok()?;
        Some(Node {
            value: Value::Map(entries),
            at,
            plain: false,
        })
    }

    fn sequence(&mut self, indent: usize) -> Option<Node> {
        self.open()?;
        let at = self.mark(self.at);
        let first = self.items.len();
        while self.indent == Some(indent) && self.is_dash() {
            self.at += 1;
            let item = self.item(indent)?;
            self.items.push(item);
        }
        if self.indent.is_some_and(|next| next > indent) {
            return None;
        }
        self.close();
        Some(Node {
            value: Value::Seq(self.items.drain(first..).collect()),
            at,
            plain: false,
        })
    }

    /// What follows a dash.
    fn item(&mut self, indent: usize) -> Option<Node> {
        let behind = self.at;
        self.skip_blanks();
        if self.is_dash() || self.is_key() {
            let inner = self.column(self.at);
            self.indent = Some(inner);
            return self.block(inner);
        }
        self.at = behind;
        self.value(indent, false)
    }

    /// What follows a colon or a dash: on the same line or below. `indent` is that of the collection.
    fn value(&mut self, indent: usize, of_mapping: bool) -> Option<Node> {
        let behind = self.at;
        self.skip_blanks();
        let at = self.mark(self.at);
        let (value, plain) = match self.peek() {
            None | Some(b'\n' | b'#') => return self.below(indent, of_mapping, behind),
            Some(b'|') => return self.block_scalar(indent, false),
            Some(b'>') => return self.block_scalar(indent, true),
            Some(b'"' | b'\'') => (Value::String(self.quoted()?), false),
            Some(b'[' | b'{') => (self.flow()?, false),
            Some(_) => return self.plain(indent, at),
        };
        self.end_line()?;
        let ends = self.indent.is_none_or(|next| next <= indent);
        ends.then_some(Node { value, at, plain })
    }

    /// Where the parser's token of a dash ends, which is before `at`: behind blanks and a comment.
    fn behind_dash(&self, at: usize) -> Mark {
        let rest = &self.bytes[at..];
        let blanks = rest.iter().take_while(|byte| **byte == b' ').count();
        let comment = match &rest[blanks..] {
            comment @ [b'#', ..] if blanks > 0 => {
                memchr::memchr(b'\n', comment).unwrap_or(comment.len())
            }
            _ => 0,
        };
        self.mark(at + blanks + comment)
    }

    /// A value that does not begin on the line of its key or dash, or is missing.
    fn below(&mut self, indent: usize, of_mapping: bool, behind: usize) -> Option<Node> {
        let missing = if of_mapping {
            self.mark(behind - 1)
        } else {
            self.behind_dash(behind)
        };
        self.end_line()?;
        match self.indent {
            Some(inner) if inner > indent => self.block(inner),
            Some(same) if same == indent && of_mapping && self.is_dash() => {
                // To the parser a list that is not indented begins behind its first dash.
                let at = self.behind_dash(self.at + 1);
                let list = self.sequence(same)?;
                Some(Node { at, ..list })
            }
            _ => Some(Node {
                value: Value::Null,
                at: missing,
                plain: false,
            }),
        }
    }

    /// A literal or folded text; its indentation and its place are those of its first line.
    fn block_scalar(&mut self, parent: usize, folded: bool) -> Option<Node> {
        self.at += 1;
        let chomp = self.peek().filter(|byte| matches!(byte, b'+' | b'-'));
        self.at += usize::from(chomp.is_some());
        self.skip_blanks();
        if self.peek() != Some(b'\n') {
            return None;
        }
        self.begin_line(self.at + 1);
        self.buffer.clear();
        let (mut indent, mut at) = (None, None);
        // Line breaks since the last line with content.
        let mut breaks = 0;
        loop {
            let start = self.at;
            self.skip_blanks();
            let blanks = self.at - start;
            match (self.peek(), indent) {
                (None, _) if blanks > 0 => return None,
                (None, _) => break,
                (Some(b'\n'), Some(indent)) if blanks <= indent => breaks += 1,
                (Some(b'\n'), None) if blanks == 0 && !folded => breaks += 1,
                (Some(b'\n'), None) => return None,
                (Some(b'\t'), Some(indent)) if blanks < indent => return None,
                (Some(_), Some(indent)) if blanks < indent => {
                    self.at = start;
                    break;
                }
                (Some(first), known) => {
                    if known.is_none() && (blanks <= parent || first == b'\t') {
                        return None;
                    }
                    let from = start + *indent.get_or_insert(blanks);
                    at = at.or_else(|| Some(self.mark(from)));
                    let length = memchr::memchr(b'\n', &self.bytes[from..])?;
                    // Lines that stand further in are not folded.
                    if folded && matches!(self.bytes[from], b' ' | b'\t') {
                        return None;
                    }
                    self.join(breaks, folded);
                    breaks = 1;
                    self.buffer.push_str(&self.text[from..from + length]);
                    self.at = from + length;
                }
            }
            self.begin_line(self.at + 1);
        }
        let at = at?;
        let kept = match chomp {
            Some(b'-') => 0,
            Some(_) => breaks,
            None => 1,
        };
        self.buffer.extend(std::iter::repeat_n('\n', kept));
        self.next_content()?;
        let ends = self.indent.is_none_or(|next| next <= parent);
        ends.then(|| Node {
            value: Value::String(self.buffer.as_str().to_owned()),
            at,
            plain: false,
        })
    }

    /// Line breaks before the next line of a block scalar.
    fn join(&mut self, breaks: usize, folded: bool) {
        let breaks = match (folded, breaks) {
            (true, 1) => {
                self.buffer.push(' ');
                0
            }
            (true, breaks) => breaks.saturating_sub(1),
            (false, breaks) => breaks,
        };
        self.buffer.extend(std::iter::repeat_n('\n', breaks));
    }

    /// Whether a key begins here, of a mapping in the line of its dash.
    fn is_key(&self) -> bool {
        let rest = &self.bytes[self.at..];
        let from = match rest.first() {
            Some(quote @ (b'"' | b'\'')) => match memchr::memchr(*quote, &rest[1..]) {
                Some(end) => end + 2,
                None => return false,
            },
            Some(b'[' | b'{') => return false,
            _ => 0,
        };
        let line = &rest[from..];
        let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
        memchr::memchr_iter(b':', line)
            .any(|colon| matches!(line.get(colon + 1), None | Some(b' ')))
    }

    /// A key; moves behind its colon.
    fn key(&mut self) -> Option<String> {
        let key = if let quote @ (b'"' | b'\'') = self.peek()? {
            let start = self.at + 1;
            let end = start + memchr::memchr2(quote, b'\n', &self.bytes[start..])?;
            let key = &self.text[start..end];
            if self.bytes[end] != quote || key.contains('\\') {
                return None;
            }
            self.at = end + 1;
            self.skip_blanks();
            key.to_owned()
        } else {
            let start = self.at;
            self.is_plain_start().then_some(())?;
            let end = self.plain_end()?;
            self.key_text(&self.text[start..end])?
        };
        let ends = matches!(self.bytes.get(self.at + 1), None | Some(b' ' | b'\n'));
        if self.peek()? != b':' || !ends || key.len() > MAX_KEY {
            return None;
        }
        self.at += 1;
        Some(key)
    }

    /// What a plain scalar is as a key.
    pub(super) fn key_text(&self, text: &str) -> Option<String> {
        if text == "<<" {
            return None;
        }
        match (scalar::plain(text), self.scalars) {
            (Value::Null, _) => None,
            (Value::String(text), _) => Some(text),
            (_, Scalars::Text) => Some(text.to_owned()),
            (value, Scalars::Resolved) => scalar::key_text(value),
        }
    }
}
