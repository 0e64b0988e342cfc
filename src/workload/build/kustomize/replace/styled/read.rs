//! From text to tree.

use super::super::super::goyaml;
use super::super::scalar;
use super::tree::{Content, Style, Styled};
use crate::yaml::{Part, PartKind, Place, Source, parts};

/// The tree of a text; none if it is no mapping or list, an error if it has something that cannot be written again.
pub(super) fn read(text: &str) -> Option<Result<Styled, String>> {
    let source = Source::new("the text").confidential();
    let parts = parts(text, &source).ok()?;
    let documents = parts.iter().filter(|part| part.kind == PartKind::Document);
    let documents = documents.count();
    let mut reader = Reader {
        lines: text.lines().collect(),
        parts: parts.into_iter().peekable(),
        pending: Vec::new(),
    };
    let root = match reader.root() {
        Ok(root) => root?,
        Err(why) => return Some(Err(why.to_owned())),
    };
    if root.is_plain_value() {
        return None;
    }
    Some(match documents {
        1 => Ok(root),
        _ => Err("the text has several documents".to_owned()),
    })
}

/// Why a text cannot be written again.
type Refusal = &'static str;

struct Reader<'t> {
    lines: Vec<&'t str>,
    parts: std::iter::Peekable<std::vec::IntoIter<Part>>,
    /// Comments that belong to what comes next, with their columns.
    pending: Vec<(String, bool, u32)>,
}

impl Reader<'_> {
    fn root(&mut self) -> Result<Option<Styled>, Refusal> {
        let mut root = None;
        while let Some(part) = self.next() {
            match part.kind {
                PartKind::Document | PartKind::DocumentEnd => {}
                _ if root.is_some() => break,
                _ => {
                    let before = self.take_pending();
                    let mut node = self.node(part)?;
                    // Right before a list they belong to its first item.
                    let near = before.last().is_some_and(|(_, gap)| !gap);
                    match &mut node.content {
                        Content::List(items, false) if near && !items.is_empty() => {
                            items[0].before.splice(0..0, before);
                        }
                        _ => node.before.splice(0..0, before).for_each(drop),
                    }
                    root = Some(node);
                }
            }
        }
        while self.next().is_some() {}
        if let Some(root) = &mut root {
            let rest = self.take_pending();
            root.after.extend(rest);
        }
        Ok(root)
    }

    /// The next part that is no dash and no comment on a line of its own.
    fn next(&mut self) -> Option<Part> {
        for part in self.parts.by_ref() {
            match part.kind {
                PartKind::Dash => {}
                PartKind::Comment(text, Place::Alone) => {
                    let following = self.lines.get(part.at.line as usize);
                    let gap = following.is_some_and(|line| line.trim().is_empty());
                    self.pending.push((text, gap, part.at.column));
                }
                kind => return Some(Part { kind, ..part }),
            }
        }
        None
    }

    /// The comment behind what was read last.
    fn behind(&mut self) -> Option<String> {
        let is_behind = |part: &Part| {
            matches!(
                part.kind,
                PartKind::Comment(_, Place::Behind | Place::Header)
            )
        };
        match self.parts.next_if(is_behind)?.kind {
            PartKind::Comment(text, _) => Some(text),
            _ => None,
        }
    }

    fn take_pending(&mut self) -> Vec<(String, bool)> {
        let pending = std::mem::take(&mut self.pending).into_iter();
        pending.map(|(text, gap, _)| (text, gap)).collect()
    }

    /// Comments that stand at least as far to the right as the entries of what ends.
    fn take_own(&mut self, column: u32) -> Vec<(String, bool)> {
        let own = self
            .pending
            .iter()
            .take_while(|comment| comment.2 >= column);
        let count = own.count();
        let own = self.pending.drain(..count);
        own.map(|(text, gap, _)| (text, gap)).collect()
    }

    fn node(&mut self, part: Part) -> Result<Styled, Refusal> {
        match part.kind {
            PartKind::Scalar {
                tag: None,
                anchor: 0,
                text,
                plain,
            } => {
                let style = self.style(&text, plain, part.at.line, part.at.column);
                let mut node = Styled::new(Content::Scalar(text, style));
                node.behind = self.behind();
                Ok(node)
            }
            PartKind::Map(0, flow) => self.map(flow, part.at.column),
            PartKind::List(0, flow) => self.list(flow, part.at.column),
            _ => Err("the text has anchors, aliases or tags"),
        }
    }

    fn map(&mut self, flow: bool, column: u32) -> Result<Styled, Refusal> {
        let behind = self.behind();
        let mut entries = Vec::new();
        let mut after = Vec::new();
        while let Some(part) = self.next() {
            if part.kind == PartKind::End {
                after = self.take_own(column);
                break;
            }
            let before = self.take_pending();
            let mut key = self.node(part)?;
            key.before = before;
            let Some(part) = self.next() else { break };
            let mut value = self.node(part)?;
            if value.behind.is_none() {
                value.behind = key.behind.take();
            }
            entries.push((key, value));
        }
        let mut node = Styled::new(Content::Map(entries, flow));
        node.behind = behind.or_else(|| flow.then(|| self.behind()).flatten());
        node.after = after;
        Ok(node)
    }

    fn list(&mut self, flow: bool, column: u32) -> Result<Styled, Refusal> {
        let behind = self.behind();
        let mut items = Vec::new();
        let mut after = Vec::new();
        while let Some(part) = self.next() {
            if part.kind == PartKind::End {
                after = self.take_own(column);
                break;
            }
            let before = self.take_pending();
            let mut item = self.node(part)?;
            item.before.splice(0..0, before);
            items.push(item);
        }
        let mut node = Styled::new(Content::List(items, flow));
        node.behind = behind.or_else(|| flow.then(|| self.behind()).flatten());
        node.after = after;
        Ok(node)
    }

    fn style(&self, text: &str, plain: bool, line: u32, column: u32) -> Style {
        if plain {
            let is_text = scalar::untyped(text).is_string() && !goyaml::is_date(text);
            return if is_text {
                Style::Plain
            } else {
                Style::Untyped
            };
        }
        let number = (line as usize).saturating_sub(1);
        let line = self.lines.get(number);
        let rest = line.map(|line| line.chars().skip((column as usize).saturating_sub(1)));
        match rest.and_then(|mut rest| rest.next()) {
            Some('\'') => Style::Single,
            Some('"') => Style::Double,
            // The place of a block is that of its content.
            _ => self.block_style(number),
        }
    }

    /// The style of the block that begins on a line or before it.
    fn block_style(&self, number: usize) -> Style {
        let above = self.lines.iter().take(number + 1).rev();
        let mut indicators = above.filter_map(|line| {
            let line = line.split(" #").next().unwrap_or(line).trim_end();
            let line = line.trim_end_matches(|c: char| c.is_ascii_digit() || "+-".contains(c));
            match line.chars().last() {
                Some('|') => Some(Style::Literal),
                Some('>') => Some(Style::Folded),
                _ => None,
            }
        });
        indicators.next().unwrap_or(Style::Double)
    }
}
