//! Parser events become nodes; anchors are resolved, misuse is refused.

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag};

use super::alias::Anchors;
use super::error::ErrorKind;
use super::escape::QuoteCheck;
use super::input::TabbedInput;
use super::layout::Layout;
use super::load::MAX_DEPTH;
use super::node::{Entry, Mark, Node, Value};
use super::{merge, scalar};

/// A failure before it is given its source.
pub(super) type Failure = (Mark, ErrorKind);

/// Why reading ended early, and how far it had come.
pub(super) struct Stop {
    /// Roots of the documents before.
    pub(super) complete: Vec<Node>,
    /// Line of the current document in the text that was read, from 1.
    pub(super) document: usize,
    /// Why.
    pub(super) cause: Cause,
}

/// Why reading ended early.
pub(super) enum Cause {
    /// We refuse what the parser has read.
    Refused(Failure),
    /// The parser cannot go on.
    Syntax(ScanError),
}

/// What becomes of plain scalars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scalars {
    /// Values by the rules of YAML 1.1.
    Resolved,
    /// Text, or null.
    Text,
}

/// What is being read.
enum Frame {
    Seq {
        items: Vec<Node>,
    },
    Map {
        entries: Vec<Entry>,
        key: Option<(Key, Mark)>,
        /// What each `<<` brought, with the number of entries above it.
        merged: Vec<(usize, Vec<Entry>)>,
    },
}

enum Key {
    Text(String),
    Merge,
}

/// A list or mapping whose end has not been seen.
struct Open {
    frame: Frame,
    at: Mark,
    anchor: usize,
}

/// Consumes the events of one text.
pub(super) struct Builder<'a> {
    text: &'a str,
    layout: &'a Layout<'a>,
    scalars: Scalars,
    open: Vec<Open>,
    anchors: &'a mut Anchors,
    /// Where keys that repeat an earlier one go if the last of them is to count; otherwise they are refused.
    repeated: Option<&'a mut Vec<Failure>>,
    quotes: Option<QuoteCheck<'a>>,
    roots: Vec<Node>,
    /// Number of roots before the current document, and its line.
    document: (usize, usize),
}

impl<'a> Builder<'a> {
    pub(super) fn new(
        text: &'a str,
        layout: &'a Layout<'a>,
        scalars: Scalars,
        anchors: &'a mut Anchors,
    ) -> Self {
        anchors.clear();
        Self {
            text,
            layout,
            scalars,
            open: Vec::new(),
            anchors,
            repeated: None,
            quotes: layout.has_slash_escape.then(|| QuoteCheck::new(text)),
            roots: Vec::new(),
            document: (0, 1),
        }
    }

    /// The last of equal keys counts. What repeats an earlier one is noted.
    pub(super) fn keeping_last(mut self, repeated: Option<&'a mut Vec<Failure>>) -> Self {
        self.repeated = repeated;
        self
    }

    /// Reads the text to its end.
    pub(super) fn run(mut self) -> Result<Vec<Node>, Stop> {
        let mut parser = Parser::new(TabbedInput::new(self.text));
        while let Some(event) = parser.next_event() {
            let handled = match event {
                Ok((event, span)) => self.event(event, span).map_err(Cause::Refused),
                Err(error) => Err(Cause::Syntax(error)),
            };
            if let Err(cause) = handled {
                let (complete, document) = self.document;
                self.roots.truncate(complete);
                return Err(Stop {
                    complete: self.roots,
                    document,
                    cause,
                });
            }
        }
        Ok(self.roots)
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Failure> {
        let at = self.layout.mark(span.start);
        match event {
            Event::DocumentStart(explicit) => {
                self.anchors.clear();
                if explicit {
                    self.document = (self.roots.len(), span.start.line());
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                if style == ScalarStyle::DoubleQuoted
                    && let Some(quotes) = &mut self.quotes
                    && quotes.has_slash_escape(span)
                {
                    return Err((at, ErrorKind::Escape));
                }
                let plain = style == ScalarStyle::Plain && tag.is_none();
                self.scalar(&text, plain, tag.as_deref(), anchor, at)?;
            }
            Event::SequenceStart(anchor, _) => {
                self.begin(Frame::Seq { items: Vec::new() }, anchor, at)?;
            }
            Event::MappingStart(anchor, _) => {
                let frame = Frame::Map {
                    entries: Vec::new(),
                    key: None,
                    merged: Vec::new(),
                };
                self.begin(frame, anchor, at)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end()?,
            Event::Alias(anchor) => self.alias(anchor, at)?,
            Event::DocumentEnd | Event::StreamStart | Event::StreamEnd | Event::Nothing => {}
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: &str,
        plain: bool,
        tag: Option<&Tag>,
        anchor: usize,
        at: Mark,
    ) -> Result<(), Failure> {
        let is_key = self.expects_key();
        if is_key && text == "<<" && (plain || tag.is_some_and(|tag| core_tag(tag) == "merge")) {
            self.set_key(Key::Merge, at);
            return Ok(());
        }
        let value = match tag {
            Some(tag) => scalar::resolve_tagged(&core_tag(tag), text),
            None if plain && self.scalars == Scalars::Text => Ok(match scalar::plain(text) {
                Value::Null => Value::Null,
                _ => Value::String(text.to_owned()),
            }),
            // An anchor may bring the same scalar back as a value.
            None if plain && is_key && anchor == 0 => Ok(scalar::plain(text)),
            None if plain => scalar::resolve_plain(text),
            None => Ok(Value::String(text.to_owned())),
        }
        .map_err(|kind| (at, kind))?;
        // Nothing at all is a null that was not written.
        let plain = plain && !text.is_empty();
        self.complete(Node { value, at, plain }, anchor)
    }

    fn begin(&mut self, frame: Frame, anchor: usize, at: Mark) -> Result<(), Failure> {
        if self.expects_key() {
            return Err((at, ErrorKind::ComplexKey));
        }
        if self.open.len() == MAX_DEPTH {
            return Err((at, ErrorKind::TooDeep(MAX_DEPTH)));
        }
        self.open.push(Open { frame, at, anchor });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Failure> {
        let Some(Open { frame, at, anchor }) = self.open.pop() else {
            return Ok(());
        };
        let value = match frame {
            Frame::Seq { items } => Value::Seq(items),
            Frame::Map {
                entries, merged, ..
            } => {
                let unique = merge::check_unique(&entries);
                let is_unique = unique.is_ok();
                match (unique, &mut self.repeated) {
                    (Err(failure), None) => return Err(failure),
                    (Err(failure), Some(repeated)) => repeated.push(failure),
                    (Ok(()), _) => {}
                }
                Value::Map(if merged.is_empty() && is_unique {
                    entries
                } else {
                    merge::apply(entries, merged)
                })
            }
        };
        let plain = false;
        self.complete(Node { value, at, plain }, anchor)
    }

    fn alias(&mut self, anchor: usize, at: Mark) -> Result<(), Failure> {
        if self.open.iter().any(|open| open.anchor == anchor) {
            return Err((at, ErrorKind::RecursiveAnchor));
        }
        let copy = self.anchors.copy(anchor, at, MAX_DEPTH - self.open.len())?;
        self.place(copy, at)
    }

    /// A node is read to its end: remember it if it has an anchor, then put it where it belongs.
    fn complete(&mut self, node: Node, anchor: usize) -> Result<(), Failure> {
        if anchor != 0 {
            self.anchors.remember(anchor, &node)?;
        }
        let at = node.at;
        self.place(node, at)
    }

    fn place(&mut self, node: Node, at: Mark) -> Result<(), Failure> {
        match self.open.last_mut().map(|open| &mut open.frame) {
            None if node.is_null() => {}
            None => self.roots.push(node),
            Some(Frame::Seq { items }) => items.push(node),
            Some(Frame::Map {
                entries,
                key,
                merged,
            }) => match key.take() {
                None => {
                    let text = match node.value {
                        Value::Seq(_) | Value::Map(_) => return Err((at, ErrorKind::ComplexKey)),
                        scalar => scalar::key_text(scalar).ok_or((at, ErrorKind::NullKey))?,
                    };
                    *key = Some((Key::Text(text), at));
                }
                Some((Key::Merge, _)) => merged.push((entries.len(), merge::sources(node)?)),
                Some((Key::Text(text), key_at)) => {
                    entries.push(Entry {
                        key: text,
                        key_at,
                        value: node,
                    });
                }
            },
        }
        Ok(())
    }

    fn expects_key(&self) -> bool {
        matches!(
            self.open.last().map(|open| &open.frame),
            Some(Frame::Map { key: None, .. })
        )
    }

    fn set_key(&mut self, new: Key, at: Mark) {
        if let Some(Frame::Map { key, .. }) = self.open.last_mut().map(|open| &mut open.frame) {
            *key = Some((new, at));
        }
    }
}

/// `str` for `!!str` in any spelling; the whole tag for anything outside YAML's own set.
pub(super) fn core_tag(tag: &Tag) -> String {
    let whole = format!("{}{}", tag.handle, tag.suffix);
    match whole.strip_prefix("tag:yaml.org,2002:") {
        Some(core) => core.to_owned(),
        None => whole,
    }
}
