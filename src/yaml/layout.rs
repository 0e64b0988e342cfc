//! Indentation inside brackets and quotes, which go-yaml does not mind and our parser does.
//!
//! `args: [` closed by a `]` below the `a` is everyday YAML for Kubernetes, but not by the letter of YAML 1.2. When the
//! parser stops at such a line, the line is shifted to the right and the document is read again. That is exact: there,
//! leading blanks have no meaning. Marks are given as if nothing had been shifted.

use std::borrow::Cow;
use std::collections::BTreeSet;

use saphyr_parser::Marker;

use super::build::{Cause, Failure, Stop};
use super::error::ErrorKind;
use super::load::count;
use super::node::Mark;

/// Blanks that a shifted line gets; more than any indentation that it must exceed.
const SHIFT: usize = 256;
/// Bytes that may be read again because of shifted lines before the parser's complaint counts after all.
const PATIENCE: usize = 32 << 20;

/// A text, the part of it that is read next, and the lines that are shifted.
pub(super) struct Layout<'a> {
    text: &'a str,
    skipped_lines: u32,
    /// Whether `\/` occurs anywhere.
    pub(super) has_slash_escape: bool,
    /// Where reading begins.
    start: Place,
    /// Where it ends for now, if only one document is read.
    end: Option<Place>,
    shifted: BTreeSet<usize>,
    patience: usize,
    /// The complaint about a quoted text in the current document. If the document stays unreadable, a missing quote
    /// is the likely cause.
    quoted: Option<Failure>,
}

/// The beginning of a line.
#[derive(Debug, Clone, Copy)]
struct Place {
    offset: usize,
    line: usize,
}

impl<'a> Layout<'a> {
    /// A text that follows `skipped_lines` other lines of its source.
    pub(super) fn new(text: &'a str, skipped_lines: u32) -> Self {
        let bare_returns = text.split('\r').skip(1).any(|rest| !rest.starts_with('\n'));
        Self {
            text,
            skipped_lines,
            has_slash_escape: text.contains("\\/"),
            start: Place { offset: 0, line: 0 },
            end: None,
            shifted: BTreeSet::new(),
            // A carriage return alone breaks lines for the parser, but not for us.
            patience: if bare_returns { 0 } else { PATIENCE },
            quoted: None,
        }
    }

    /// What the parser should read.
    pub(super) fn text(&self) -> Cow<'a, str> {
        let end = self.end.map_or(self.text.len(), |end| end.offset);
        let part = &self.text[self.start.offset..end];
        if self.shifted.range(self.start.line..).next().is_none() {
            return part.into();
        }
        let blanks = " ".repeat(SHIFT);
        let mut shifted = String::with_capacity(part.len() + self.shifted.len() * SHIFT);
        for (index, line) in part.split_inclusive('\n').enumerate() {
            if self.shifted.contains(&(self.start.line + index)) {
                shifted.push_str(&blanks);
            }
            shifted.push_str(line);
        }
        shifted.into()
    }

    /// Goes on behind what has been read; false if nothing is left.
    pub(super) fn advance(&mut self) -> bool {
        let Some(end) = self.end.take() else {
            return false;
        };
        self.start = end;
        self.quoted = None;
        true
    }

    /// A place in the source for a place in [`Layout::text`].
    pub(super) fn mark(&self, marker: Marker) -> Mark {
        let line = self.line(marker.line());
        let shift = if self.shifted.contains(&line) {
            SHIFT
        } else {
            0
        };
        Mark {
            line: count(line + 1) + self.skipped_lines,
            column: count(marker.col().saturating_sub(shift)) + 1,
        }
    }

    /// Shifts the lines that made the parser stop, or returns the failure if they were not the reason.
    pub(super) fn repair(&mut self, stop: &Stop) -> Result<(), Failure> {
        let error = match &stop.cause {
            Cause::Refused(failure) => return Err(failure.clone()),
            Cause::Syntax(error) => error,
        };
        let mark = self.mark(*error.marker());
        let kind = match error.info() {
            "while parsing node, found unknown anchor" => ErrorKind::UnknownAnchor,
            info => ErrorKind::Syntax(info.to_owned()),
        };
        let failure = (mark, kind);
        let line = self.line(error.marker().line());
        self.start = self.place(self.line(stop.document));
        let stopped_at = self.place(line);
        let (lines, is_quoted) = match error.info() {
            "invalid indentation" | "invalid indentation in flow construct" => (line..=line, false),
            "invalid indentation in quoted scalar" => {
                let lines = self.quoted_lines(stopped_at, mark.column);
                (line + 1..=line + lines, true)
            }
            _ => return Err(self.quoted.take().unwrap_or(failure)),
        };
        let before = self.shifted.len();
        self.shifted.extend(lines);
        let work = stopped_at.offset - self.start.offset;
        match self.patience.checked_sub(work) {
            Some(patience) if self.shifted.len() > before => self.patience = patience,
            _ => return Err(self.quoted.take().unwrap_or(failure)),
        }
        if self.end.is_none() {
            self.end = self.next_document(stopped_at);
        }
        if is_quoted && self.quoted.is_none() {
            self.quoted = Some(failure);
        }
        Ok(())
    }

    /// Index of a line that the parser counts from the start, beginning with 1.
    fn line(&self, number: usize) -> usize {
        self.start.line + number.saturating_sub(1)
    }

    /// Where a line begins that is not before the start.
    fn place(&self, line: usize) -> Place {
        let rest = self.text[self.start.offset..].split_inclusive('\n');
        let skipped = rest.take(line - self.start.line).map(str::len);
        Place {
            offset: self.start.offset + skipped.sum::<usize>(),
            line,
        }
    }

    /// The first line below `from` that begins a document. Nothing but an unreadable text can contain such a line.
    fn next_document(&self, from: Place) -> Option<Place> {
        let mut next = from;
        for line in self.text[from.offset..].split_inclusive('\n') {
            if next.line > from.line && line.starts_with("---") {
                return Some(next);
            }
            next.offset += line.len();
            next.line += 1;
        }
        None
    }

    /// The number of lines on which the quoted text goes on that begins in this line and column.
    fn quoted_lines(&self, from: Place, column: u32) -> usize {
        let line = self.text[from.offset..].chars();
        let mut rest = line.skip(column as usize - 1);
        let quote = rest.next();
        let mut breaks = 0;
        while let Some(c) = rest.next() {
            match c {
                '\n' => breaks += 1,
                '\\' if quote == Some('"') => breaks += usize::from(rest.next() == Some('\n')),
                '\'' if quote == Some('\'') && rest.clone().next() == Some('\'') => {
                    rest.next();
                }
                c if Some(c) == quote => break,
                _ => {}
            }
        }
        breaks
    }
}
