//! YAML to a tree. Comments go where sops puts them: before the value they belong to, or at the end of what they end.

use std::collections::{HashMap, HashSet};

use super::scalar::{self, Scalar};
use super::yaml_frame::{Ended, Frame, Inner, Loose, size};
use crate::sops::error::Error;
use crate::sops::tree::{Branch, Comment, Element, Member, Tree, Value};
use crate::yaml::{self, Part, PartKind, Place, Source};

/// Levels of lists and mappings.
const MAX_DEPTH: usize = 127;
/// Values that aliases may expand to in one text.
const MAX_COPIES: usize = 1_000_000;

/// Reads all documents of a text.
pub(super) fn read(text: &str) -> Result<Tree, Error> {
    let source = Source::new("input").confidential();
    let mut reader = Reader::default();
    for part in yaml::parts(text, &source).map_err(Error::Yaml)? {
        reader.part(part)?;
    }
    Ok(Tree {
        documents: std::mem::take(&mut reader.documents),
    })
}

struct Reader {
    documents: Vec<Branch>,
    root: Option<Value>,
    frames: Vec<Frame>,
    loose: Vec<Loose>,
    ended: (Ended, u32),
    anchors: HashMap<usize, Value>,
    copies: usize,
    /// How many of the loose comments stand before the first dash of a list that has not begun, and the dash's column.
    before_dash: Option<(usize, u32)>,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            documents: Vec::new(),
            root: None,
            frames: Vec::new(),
            loose: Vec::new(),
            ended: (Ended::Nothing, 0),
            anchors: HashMap::new(),
            copies: 0,
            before_dash: None,
        }
    }
}

impl Reader {
    fn part(&mut self, part: Part) -> Result<(), Error> {
        let line = part.at.line;
        if let PartKind::Comment(text, place) = part.kind {
            self.loose.push(Loose {
                text,
                place,
                line,
                column: part.at.column,
            });
            return Ok(());
        }
        self.attach_behind();
        match part.kind {
            PartKind::Document => {
                self.anchors.clear();
                self.ended = (Ended::Nothing, 0);
            }
            PartKind::DocumentEnd => self.end_document(line)?,
            PartKind::Dash => self.dash(part.at.column),
            PartKind::Map(anchor, flow) => {
                let inner = Inner::Map(Branch::new(), None, HashSet::new());
                self.begin(inner, part.at, flow, anchor)?;
            }
            PartKind::List(anchor, flow) => {
                self.begin(Inner::Seq(Vec::new()), part.at, flow, anchor)?;
            }
            PartKind::End => self.end(part.at)?,
            PartKind::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned().ok_or_else(|| {
                    Error::unreadable("yaml", line, "an alias lies within its own anchor")
                })?;
                self.copies += size(&value);
                if self.copies > MAX_COPIES {
                    return Err(Error::unreadable(
                        "yaml",
                        line,
                        "the aliases expand to too many values",
                    ));
                }
                self.scalar(value, line, part.end_line)?;
            }
            PartKind::Scalar {
                text,
                plain,
                tag,
                anchor,
            } => {
                let is_key = self.expects_key();
                let empty = plain && text.is_empty() && tag.is_none();
                let value = match scalar::decode(text, plain, tag.as_deref()) {
                    Some(Scalar::Value(value)) => value,
                    Some(Scalar::Merge) => Value::text("<<"),
                    None => {
                        return Err(Error::unreadable(
                            "yaml",
                            line,
                            "a value does not fit its tag",
                        ));
                    }
                };
                if anchor != 0 {
                    self.anchors.insert(anchor, value.clone());
                }
                // A value that is not there cannot follow a comment.
                let after = if empty && !is_key {
                    std::mem::take(&mut self.loose)
                } else {
                    Vec::new()
                };
                self.scalar(value, line, part.end_line)?;
                if empty && !is_key {
                    self.ended.0 = Ended::Empty;
                }
                self.loose = after;
            }
            PartKind::Comment(..) => {}
        }
        Ok(())
    }

    fn expects_key(&self) -> bool {
        matches!(
            self.frames.last(),
            Some(Frame {
                inner: Inner::Map(_, None, _),
                ..
            })
        )
    }

    fn begin(
        &mut self,
        inner: Inner,
        at: yaml::Mark,
        flow: bool,
        anchor: usize,
    ) -> Result<(), Error> {
        if self.expects_key() {
            return Err(Error::NonStringKey {
                line: at.line as usize,
            });
        }
        if self.frames.len() == MAX_DEPTH {
            return Err(Error::unreadable(
                "yaml",
                at.line,
                "lists and mappings are nested too deeply",
            ));
        }
        let before_dash = self.before_dash.take();
        self.frames.push(Frame {
            inner,
            // The parser places a list that is not indented behind its first dash.
            column: before_dash.map_or(at.column, |(_, column)| column),
            flow,
            anchor,
        });
        match before_dash {
            Some((count, _)) => self.place_first(count),
            None => self.place_loose(),
        }
        self.ended = (Ended::Nothing, 0);
        Ok(())
    }

    /// A dash: what comes before it belongs to the list, which may be about to begin.
    fn dash(&mut self, column: u32) {
        match self.frames.last().map(|frame| &frame.inner) {
            Some(Inner::Seq(_)) => self.place_loose(),
            _ => self.before_dash = self.before_dash.or(Some((self.loose.len(), column))),
        }
    }

    fn end(&mut self, next: yaml::Mark) -> Result<(), Error> {
        let Some(mut frame) = self.frames.pop() else {
            return Ok(());
        };
        let outer: Vec<u32> = self
            .frames
            .iter()
            .filter(|frame| !frame.flow)
            .map(|frame| frame.column)
            .collect();
        // The column says what a comment ends. A list may have that of the mapping it lies in: then the comment belongs
        // to what follows only if that has the same column, too.
        let ends_outer = |comment: &Loose| {
            let tie = frame.column == comment.column && next.column != comment.column;
            outer.contains(&comment.column) && !tie
        };
        let inside = self
            .loose
            .iter()
            .take_while(|comment| frame.flow || !ends_outer(comment))
            .count();
        for comment in self.loose.drain(..inside) {
            frame.inner.comment(Comment::above(comment.text));
        }
        let value = match frame.inner {
            Inner::Map(branch, ..) => Value::Map(branch),
            Inner::Seq(list) => Value::Seq(list),
        };
        if frame.anchor != 0 {
            self.anchors.insert(frame.anchor, value.clone());
        }
        self.place(value, next.line)?;
        if frame.flow {
            self.ended = (Ended::Flow, next.line);
        }
        Ok(())
    }

    /// A scalar, or what an alias stands for.
    fn scalar(&mut self, value: Value, line: u32, end_line: u32) -> Result<(), Error> {
        self.place_loose();
        let is_key = self.expects_key();
        self.place(value, line)?;
        let ended = if is_key { Ended::Key } else { Ended::Value };
        self.ended = (ended, end_line);
        Ok(())
    }

    fn place(&mut self, value: Value, line: u32) -> Result<(), Error> {
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(value);
            return Ok(());
        };
        match &mut frame.inner {
            Inner::Seq(list) => list.push(Element::Item(value)),
            Inner::Map(branch, key, known) => {
                if let Some(key) = key.take() {
                    branch.push(Member::Pair(key, value));
                    return Ok(());
                }
                let name = value.as_str().ok_or(Error::NonStringKey {
                    line: line as usize,
                })?;
                if !known.insert(name.to_owned()) {
                    let reason = format!("key `{name}` is already set");
                    return Err(Error::unreadable("yaml", line, reason));
                }
                *key = Some(name.to_owned());
            }
        }
        Ok(())
    }

    /// Comments that are followed by a value come before it.
    fn place_loose(&mut self) {
        self.place_first(self.loose.len());
    }

    fn place_first(&mut self, count: usize) {
        if let Some(frame) = self.frames.last_mut() {
            for comment in self.loose.drain(..count.min(self.loose.len())) {
                frame.inner.comment(Comment::above(comment.text));
            }
        }
    }

    /// Comments behind something on the same line belong to it.
    fn attach_behind(&mut self) {
        let (ended, line) = self.ended;
        while let Some(comment) = self.loose.first() {
            let here = comment.place == Place::Behind && comment.line == line;
            if comment.place == Place::Header {
                let comment = self.loose.remove(0);
                self.inline(comment.text);
                continue;
            }
            if !here || ended == Ended::Nothing {
                return;
            }
            let comment = self.loose.remove(0);
            match ended {
                Ended::Value => self.before_last(Comment {
                    text: comment.text,
                    inline: true,
                }),
                Ended::Empty => self.before_last(Comment::above(comment.text)),
                Ended::Flow => self.inside_last(Comment::above(comment.text)),
                Ended::Key | Ended::Nothing => {
                    if let Some(frame) = self.frames.last_mut() {
                        frame.inner.comment(Comment::above(comment.text));
                    }
                }
            }
        }
    }

    /// A comment behind the value that is about to come.
    fn inline(&mut self, text: String) {
        if let Some(frame) = self.frames.last_mut() {
            frame.inner.comment(Comment { text, inline: true });
        }
    }

    fn before_last(&mut self, comment: Comment) {
        match self.frames.last_mut().map(|frame| &mut frame.inner) {
            Some(Inner::Map(branch, ..)) => {
                branch.insert(branch.len().saturating_sub(1), Member::Comment(comment));
            }
            Some(Inner::Seq(list)) => {
                list.insert(list.len().saturating_sub(1), Element::Comment(comment));
            }
            None => {}
        }
    }

    fn inside_last(&mut self, comment: Comment) {
        let last = match self.frames.last_mut().map(|frame| &mut frame.inner) {
            Some(Inner::Map(branch, ..)) => branch.last_mut().and_then(|member| match member {
                Member::Pair(_, value) => Some(value),
                Member::Comment(_) => None,
            }),
            Some(Inner::Seq(list)) => list.last_mut().and_then(|element| match element {
                Element::Item(value) => Some(value),
                Element::Comment(_) => None,
            }),
            None => self.root.as_mut(),
        };
        match last {
            Some(Value::Map(branch)) => branch.insert(0, Member::Comment(comment)),
            Some(Value::Seq(list)) => list.insert(0, Element::Comment(comment)),
            _ => {}
        }
    }

    fn end_document(&mut self, line: u32) -> Result<(), Error> {
        let mut branch = match self.root.take() {
            Some(Value::Map(branch)) => branch,
            Some(Value::Null) | None => Branch::new(),
            Some(Value::Seq(_)) => {
                return Err(Error::unreadable(
                    "yaml",
                    line,
                    "a document that is a list cannot be encrypted; put it below a key",
                ));
            }
            Some(Value::Leaf(_)) => {
                return Err(Error::unreadable(
                    "yaml",
                    line,
                    "a document that is a single value cannot be encrypted; put it below a key",
                ));
            }
        };
        let rest = self.loose.drain(..);
        branch.extend(rest.map(|comment| Member::Comment(Comment::above(comment.text))));
        self.documents.push(branch);
        Ok(())
    }
}
