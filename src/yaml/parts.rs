//! A text in the parts it is written in, comments included, for readers that must be able to write it again.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};

use super::build::{Cause, Stop, core_tag};
use super::error::{Error, Source};
use super::input::TabbedInput;
use super::layout::Layout;
use super::load::check_characters;
use super::node::Mark;

/// One part of a text, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Where it begins.
    pub at: Mark,
    /// The line on which it ends.
    pub end_line: u32,
}

/// Kinds of parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartKind {
    /// A document begins.
    Document,
    /// The document ends.
    DocumentEnd,
    /// A mapping begins; its anchor (0 for none), and whether it is written in braces.
    Map(usize, bool),
    /// A list begins; its anchor (0 for none), and whether it is written in brackets.
    List(usize, bool),
    /// The list or mapping that began last ends.
    End,
    /// The dash before an item of a list.
    Dash,
    /// A scalar.
    Scalar {
        /// Its text.
        text: String,
        /// It is written without quotes or block indicator.
        plain: bool,
        /// The tag, `!!int` without its exclamation marks; foreign tags are whole.
        tag: Option<String>,
        /// Its anchor, 0 for none.
        anchor: usize,
    },
    /// What stands at this anchor.
    Alias(usize),
    /// A comment without its `#`.
    Comment(String, Place),
}

/// Where a comment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On a line of its own.
    Alone,
    /// Behind something else.
    Behind,
    /// Behind the `|` or `>` of a block text.
    Header,
}

/// The parts of all documents of `text`.
pub fn parts(text: &str, source: &Source) -> Result<Vec<Part>, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    check_characters(text, 0, source)?;
    let mut layout = Layout::new(text, 0);
    let mut found = Vec::new();
    loop {
        let shifted = layout.text();
        let mut reader = Reader::new(&shifted, &layout);
        match reader.run() {
            Ok(()) => {
                found.append(&mut reader.parts);
                if !layout.advance() {
                    return Ok(found);
                }
            }
            Err(stop) => {
                reader.parts.truncate(reader.document.0);
                found.append(&mut reader.parts);
                layout
                    .repair(&stop)
                    .map_err(|(mark, kind)| Error::new(source, mark, kind, text))?;
            }
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    layout: &'a Layout<'a>,
    parts: Vec<Part>,
    /// How far comments have been looked for.
    seen: Cursor,
    /// The last line with an indicator of a block text.
    header: usize,
    /// Number of parts before the current document, and its line.
    document: (usize, usize),
}

/// A place in the text that only moves on.
#[derive(Clone, Copy)]
struct Cursor {
    /// In characters, as the parser counts.
    characters: usize,
    /// In bytes.
    bytes: usize,
    /// From 1.
    line: usize,
    /// Where the line begins, in bytes.
    line_start: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, layout: &'a Layout<'a>) -> Self {
        Self {
            text,
            layout,
            parts: Vec::new(),
            seen: Cursor {
                characters: 0,
                bytes: 0,
                line: 1,
                line_start: 0,
            },
            header: 0,
            document: (0, 1),
        }
    }

    fn run(&mut self) -> Result<(), Stop> {
        let mut parser = Parser::new(TabbedInput::new(self.text));
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| Stop {
                complete: Vec::new(),
                document: self.document.1,
                cause: Cause::Syntax(error),
            })?;
            self.structure(span.start.index());
            self.event(event, span);
        }
        self.structure(usize::MAX);
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, span: Span) {
        let kind = match event {
            Event::DocumentStart(explicit) => {
                if explicit {
                    self.document = (self.parts.len(), span.start.line());
                }
                PartKind::Document
            }
            Event::DocumentEnd => PartKind::DocumentEnd,
            Event::MappingStart(anchor, _) => PartKind::Map(anchor, self.opens('{')),
            Event::SequenceStart(anchor, _) => PartKind::List(anchor, self.opens('[')),
            Event::MappingEnd | Event::SequenceEnd => PartKind::End,
            Event::Alias(anchor) => PartKind::Alias(anchor),
            Event::Scalar(text, style, anchor, tag) => {
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                if !block {
                    self.properties();
                }
                let mut text = text.into_owned();
                let scalar = |text| PartKind::Scalar {
                    text,
                    plain: style == ScalarStyle::Plain,
                    tag: tag.map(|tag| core_tag(&tag)),
                    anchor,
                };
                match style {
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => self.quoted(),
                    _ => self.skip(span.end.index()),
                }
                // Without a line break at its end, the text of a block has none.
                if block && self.seen.bytes == self.text.len() && !self.text.ends_with('\n') {
                    let length = text.strip_suffix('\n').map_or(text.len(), str::len);
                    text.truncate(length);
                }
                self.push(scalar(text), span);
                return;
            }
            Event::StreamStart | Event::StreamEnd | Event::Nothing => return,
        };
        self.push(kind, span);
    }

    fn push(&mut self, kind: PartKind, span: Span) {
        self.parts.push(Part {
            kind,
            at: self.layout.mark(span.start),
            end_line: self.layout.mark(span.end).line,
        });
    }

    /// Whether a bracket begins here, behind an anchor or tag.
    fn opens(&self, bracket: char) -> bool {
        let mut rest = &self.text[self.seen.bytes..];
        while rest.starts_with(['&', '!']) {
            let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
            rest = rest[word..].trim_start();
        }
        rest.starts_with(bracket)
    }

    /// Moves over the anchor and tag before a scalar, and over comments behind them.
    fn properties(&mut self) {
        while self.text[self.seen.bytes..].starts_with(['&', '!']) {
            let rest = &self.text[self.seen.bytes..];
            let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let after = rest[word..].chars();
            let blanks = after.take_while(|c| c.is_whitespace()).count();
            self.skip(self.seen.characters + rest[..word].chars().count() + blanks);
            while self.text[self.seen.bytes..].starts_with('#') {
                let rest = &self.text[self.seen.bytes..];
                let line = rest.find('\n').unwrap_or(rest.len());
                let after = rest[line..].chars();
                let blanks = after.take_while(|c| c.is_whitespace()).count();
                let length = rest[..line].chars().count() + blanks;
                self.structure(self.seen.characters + length);
            }
        }
    }

    /// Moves behind the closing quote; the parser's end of the scalar lies behind what follows it.
    fn quoted(&mut self) {
        let mut rest = self.text[self.seen.bytes..].chars().peekable();
        let Some(quote) = rest.next() else { return };
        let mut length = 1;
        while let Some(character) = rest.next() {
            length += 1;
            let pair = match character {
                '\\' => quote == '"',
                c if c == quote => {
                    if quote == '"' || rest.peek() != Some(&quote) {
                        break;
                    }
                    true
                }
                _ => false,
            };
            if pair && rest.next().is_some() {
                length += 1;
            }
        }
        self.skip(self.seen.characters + length);
    }

    /// Moves to a character, in a scalar or comment.
    fn skip(&mut self, to: usize) {
        while self.seen.characters < to
            && let Some(character) = self.text[self.seen.bytes..].chars().next()
        {
            self.step(character);
        }
    }

    fn step(&mut self, character: char) {
        self.seen.characters += 1;
        self.seen.bytes += character.len_utf8();
        if character == '\n' {
            self.seen.line += 1;
            self.seen.line_start = self.seen.bytes;
        }
    }

    /// Looks for comments and dashes in what lies between scalars.
    fn structure(&mut self, to: usize) {
        while self.seen.characters < to
            && let Some(character) = self.text[self.seen.bytes..].chars().next()
        {
            let (before, rest) = self.text.split_at(self.seen.bytes);
            let separate = before.chars().next_back().is_none_or(char::is_whitespace);
            let alone = || rest[1..].chars().next().is_none_or(char::is_whitespace);
            if character == '#' && separate {
                let line = rest.lines().next().unwrap_or(rest);
                let line_before = before[self.seen.line_start..].trim_end();
                let place = if line_before.trim_start().is_empty() {
                    Place::Alone
                } else if self.header == self.seen.line {
                    Place::Header
                } else {
                    Place::Behind
                };
                self.mark(PartKind::Comment(line[1..].to_owned(), place));
                self.skip(self.seen.characters + line.chars().count());
            } else {
                if character == '-' && separate && alone() {
                    self.mark(PartKind::Dash);
                }
                if matches!(character, '|' | '>') && separate {
                    self.header = self.seen.line;
                }
                self.step(character);
            }
        }
    }

    /// Adds a part that begins here and ends on this line.
    fn mark(&mut self, kind: PartKind) {
        let column = self.text[self.seen.line_start..self.seen.bytes]
            .chars()
            .count();
        let marker = Marker::new(self.seen.characters, self.seen.line, column);
        self.push(kind, Span::empty(marker));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        parts(text, &Source::new("test"))
            .unwrap()
            .into_iter()
            .map(|part| match part.kind {
                PartKind::Comment(text, place) => {
                    let sign = match place {
                        Place::Alone => '#',
                        Place::Behind => '~',
                        Place::Header => '|',
                    };
                    format!("{sign}{text}@{}", part.at.column)
                }
                PartKind::Scalar { text, .. } => text,
                PartKind::Map(_, flow) => if flow { "{" } else { "map" }.to_owned(),
                PartKind::List(_, flow) => if flow { "[" } else { "list" }.to_owned(),
                PartKind::End => "end".to_owned(),
                PartKind::Dash => "-".to_owned(),
                PartKind::Alias(_) => "*".to_owned(),
                PartKind::Document => "doc".to_owned(),
                PartKind::DocumentEnd => "doc end".to_owned(),
            })
            .collect()
    }

    #[test]
    fn comments_stand_where_they_are_written() {
        assert_eq!(
            shown(
                "# a\nk: v#w # b\n# c\nl:\n  - 'x # y' # d\n  # e\n  - |  # f\n    # text\n# g\n"
            ),
            [
                "# a@1", "doc", "map", "k", "v#w", "~ b@8", "# c@1", "l", "list", "-", "x # y",
                "~ d@13", "# e@3", "-", "| f@8", "# text\n", "# g@1", "end", "end", "doc end"
            ]
        );
    }

    #[test]
    fn brackets_are_seen_behind_anchors() {
        assert_eq!(
            shown("a: &x [1, # c\n 2]\nb: *x\n"),
            [
                "doc", "map", "a", "[", "1", "~ c@11", "2", "end", "b", "*", "end", "doc end"
            ]
        );
    }

    #[test]
    fn indentation_that_only_go_yaml_accepts_is_fine() {
        let parts = shown("a: [\n1, # c\n]\n");
        assert_eq!(
            parts,
            [
                "doc", "map", "a", "[", "1", "~ c@4", "end", "end", "doc end"
            ]
        );
    }
}
