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
    /// A comment without its `#`, and whether it stands behind something else on its line.
    Comment(String, bool),
}

/// The parts of all documents of `text`.
pub fn parts(text: &str, source: &Source) -> Result<Vec<Part>, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    check_characters(text, source)?;
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
                if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
                    self.header(span);
                }
                let scalar = PartKind::Scalar {
                    text: text.into_owned(),
                    plain: style == ScalarStyle::Plain,
                    tag: tag.map(|tag| core_tag(&tag)),
                    anchor,
                };
                self.push(scalar, span);
                self.skip(span.end.index());
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

    /// The comment behind `|` or `>`.
    fn header(&mut self, span: Span) {
        let rest = &self.text[self.seen.bytes..];
        let line = rest.lines().next().unwrap_or_default();
        if let Some((before, text)) = line.split_once('#')
            && before.ends_with([' ', '\t'])
        {
            self.push(PartKind::Comment(text.to_owned(), true), span);
        }
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
            let separate = before
                .chars()
                .next_back()
                .is_none_or(|before| before.is_whitespace());
            let alone = || rest[1..].chars().next().is_none_or(char::is_whitespace);
            if character == '#' && separate {
                let line = rest.lines().next().unwrap_or(rest);
                let behind = !before[self.seen.line_start..].trim().is_empty();
                self.mark(PartKind::Comment(line[1..].to_owned(), behind));
                self.skip(self.seen.characters + line.chars().count());
            } else {
                if character == '-' && separate && alone() {
                    self.mark(PartKind::Dash);
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
                PartKind::Comment(text, behind) => {
                    format!(
                        "{}{text}@{}",
                        if behind { "~" } else { "#" },
                        part.at.column
                    )
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
                "~ d@13", "# e@3", "-", "~ f@5", "# text\n", "# g@1", "end", "end", "doc end"
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
