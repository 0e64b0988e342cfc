//! Lines and documents: where content begins, how far it is indented, where a document ends.

use super::super::build::Scalars;
use super::super::load::{MAX_DEPTH, count};
use super::super::node::{Entry, Mark, Node};

/// Reads documents of the subset. Methods return `None` for what is not in it; then only the start of the document is
/// of use.
pub(in super::super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    /// The next byte.
    pub(super) at: usize,
    /// Where its line begins.
    line_start: usize,
    /// Number of its line, from 1.
    line: usize,
    /// Blanks before the content of the current line, which begins at `at`; none at the end of the document.
    pub(super) indent: Option<usize>,
    /// Lines without content between this one and the one before.
    pub(super) blank_lines: usize,
    /// One of them, or the end of the line before, was a comment.
    pub(super) after_comment: bool,
    is_ascii: bool,
    /// The next byte order mark: the parser knows where one may be.
    marked: Option<usize>,
    depth: usize,
    pub(super) scalars: Scalars,
    /// Entries and items of all open collections.
    pub(super) entries: Vec<Entry>,
    pub(super) items: Vec<Node>,
    /// Text of the current scalar if it is not a part of the whole.
    pub(super) buffer: String,
}

/// Where a document begins.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Start {
    /// Byte in the text.
    pub(in super::super) offset: usize,
    /// Lines before it.
    pub(in super::super) lines: usize,
}

impl<'a> Reader<'a> {
    pub(in super::super) fn new(text: &'a str, skipped_lines: usize, scalars: Scalars) -> Self {
        let is_ascii = text.is_ascii();
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            line_start: 0,
            line: skipped_lines + 1,
            indent: None,
            blank_lines: 0,
            after_comment: false,
            is_ascii,
            marked: byte_order_mark(text, is_ascii, 0),
            depth: 0,
            scalars,
            entries: Vec::new(),
            items: Vec::new(),
            buffer: String::new(),
        }
    }

    /// Where the next document begins; none at the end of the text.
    pub(in super::super) fn start(&self) -> Option<Start> {
        (self.at < self.bytes.len()).then_some(Start {
            offset: self.at,
            lines: self.line - 1,
        })
    }

    /// The next document: its root, or nothing if it is empty.
    pub(in super::super) fn document(&mut self) -> Option<Vec<Node>> {
        if self.is_marker() {
            self.at += 3;
            self.end_line()?;
        } else {
            self.next_content()?;
        }
        let root = match self.indent {
            Some(indent) => vec![self.block(indent)?],
            None => Vec::new(),
        };
        let is_marked = self.marked.is_some_and(|mark| mark < self.at);
        // What follows a root at its own level or further in is an error.
        (self.indent.is_none() && !is_marked).then_some(root)
    }

    /// Moves to the document after the one that begins at `start`, which is not in the subset.
    pub(in super::super) fn skip_document(&mut self, start: Start) {
        (self.entries, self.items, self.depth) = (Vec::new(), Vec::new(), 0);
        (self.at, self.line) = (start.offset, start.lines + 1);
        loop {
            self.skip_line();
            if self.at == self.bytes.len() || self.is_marker() {
                break;
            }
        }
        if self.marked.is_some_and(|mark| mark < self.at) {
            self.marked = byte_order_mark(self.text, self.is_ascii, self.at);
        }
    }

    /// Whether the line that begins at `at` separates documents.
    fn is_marker(&self) -> bool {
        self.bytes[self.at..].starts_with(b"---")
            && matches!(
                self.bytes.get(self.at + 3),
                None | Some(b' ' | b'\t' | b'\n')
            )
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Whether an item of a block sequence begins here.
    pub(super) fn is_dash(&self) -> bool {
        self.peek() == Some(b'-')
            && matches!(self.bytes.get(self.at + 1), None | Some(b' ' | b'\n'))
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    /// A place on the current line.
    pub(super) fn mark(&self, at: usize) -> Mark {
        let before = &self.bytes[self.line_start..at];
        let column = if self.is_ascii {
            before.len()
        } else {
            before.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
        };
        Mark {
            line: count(self.line),
            column: count(column + 1),
        }
    }

    /// Column of a place on the current line in bytes, which is what blanks count in.
    pub(super) fn column(&self, at: usize) -> usize {
        at - self.line_start
    }

    /// Moves to the beginning of the next line.
    pub(super) fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        match memchr::memchr(b'\n', rest) {
            Some(end) => self.begin_line(self.at + end + 1),
            None => self.at = self.bytes.len(),
        }
    }

    pub(super) fn begin_line(&mut self, at: usize) {
        (self.at, self.line_start) = (at, at);
        self.line += 1;
    }

    /// Whether nothing but a comment is left of the line.
    pub(super) fn is_line_over(&self) -> bool {
        match self.peek() {
            None | Some(b'\n') => true,
            Some(b'#') => matches!(self.bytes.get(self.at.wrapping_sub(1)), Some(b' ')),
            _ => false,
        }
    }

    /// Leaves a line on which nothing but a comment may follow, for the next one with content.
    pub(super) fn end_line(&mut self) -> Option<()> {
        self.skip_blanks();
        if !self.is_line_over() {
            return None;
        }
        let has_comment = self.peek() == Some(b'#');
        self.skip_line();
        self.next_content()?;
        self.after_comment |= has_comment;
        Some(())
    }

    /// Moves from the beginning of a line to the next content, and sets `indent`.
    pub(super) fn next_content(&mut self) -> Option<()> {
        (self.blank_lines, self.after_comment) = (0, false);
        loop {
            let start = self.at;
            self.skip_blanks();
            match self.peek() {
                None => {
                    self.indent = None;
                    return Some(());
                }
                Some(b'\n') => self.begin_line(self.at + 1),
                Some(b'#') => {
                    self.after_comment = true;
                    self.skip_line();
                }
                Some(b'\t') => return None,
                Some(first) => {
                    let indent = self.at - start;
                    let ends = indent == 0 && first == b'-' && self.is_marker();
                    if indent == 0 && first == b'.' && self.bytes[self.at..].starts_with(b"...") {
                        return None;
                    }
                    self.indent = (!ends).then_some(indent);
                    return Some(());
                }
            }
            self.blank_lines += 1;
        }
    }

    /// Enters a collection.
    pub(super) fn open(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth <= MAX_DEPTH).then_some(())
    }

    pub(super) fn close(&mut self) {
        self.depth -= 1;
    }
}

/// The first byte order mark from a place on.
fn byte_order_mark(text: &str, is_ascii: bool, from: usize) -> Option<usize> {
    let mark = (!is_ascii).then(|| text[from..].find('\u{feff}'));
    mark.flatten().map(|at| from + at)
}
