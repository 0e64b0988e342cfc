//! A tree to YAML, in the style that sops writes: block style, four blanks, comments where they were.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::quote::quoted;
use crate::sops::leaf::Plain;
use crate::sops::tree::{Branch, Comment, Element, Member, Value};

/// Longer keys are written behind a question mark.
const MAX_SIMPLE_KEY: usize = 128;
/// Characters of base64 on a line.
const BASE64_LINE: usize = 70;

/// Writes documents with this indentation, which YAML wants to be between 2 and 9.
pub(super) fn write(documents: &[Branch], indent: usize) -> String {
    let mut writer = Writer {
        out: String::new(),
        step: indent,
    };
    for (number, document) in documents.iter().enumerate() {
        if number > 0 {
            writer.out.push_str("---\n");
        }
        writer.document(document);
    }
    writer.out
}

/// Writes one value that is no mapping.
pub(super) fn write_value(value: &Value, indent: usize) -> String {
    let mut writer = Writer {
        out: String::new(),
        step: indent,
    };
    match value {
        Value::Seq(list) if has_items(list) => {
            let lead = leading(list.iter().map(element_comment));
            writer.comments(&lead, 0);
            writer.sequence(list, lead.len(), 0, true);
        }
        value => writer.inline(value, 0, indent, &[]),
    }
    writer.out
}

struct Writer {
    out: String,
    step: usize,
}

impl Writer {
    fn document(&mut self, branch: &Branch) {
        let lead = leading(branch.iter().map(member_comment));
        self.comments(&lead, 0);
        if has_pairs(branch) {
            self.mapping(branch, lead.len(), 0, true);
        } else {
            self.out.push_str("{}\n");
        }
    }

    /// The indentation of what lies below a key at `indent`: the next multiple of the step.
    fn below(&self, indent: usize) -> usize {
        (indent / self.step + 1) * self.step
    }

    /// Writes the lines of a mapping behind its first `skipped` members, which are comments and stand elsewhere. If
    /// `started`, the indentation of the first line is written.
    fn mapping(&mut self, branch: &Branch, skipped: usize, indent: usize, mut started: bool) {
        let mut behind = Vec::new();
        for member in &branch[skipped..] {
            match member {
                Member::Comment(comment) if comment.inline => behind.push(comment),
                Member::Comment(comment) => self.comments(&[comment], indent),
                Member::Pair(key, value) => {
                    // A comment cannot stand behind what takes several lines.
                    if is_block(value) {
                        let above = std::mem::take(&mut behind);
                        self.comments(&above, indent);
                    }
                    self.pad(indent, &mut started);
                    self.pair(key, value, indent, &std::mem::take(&mut behind));
                }
            }
        }
        self.comments(&behind, indent);
    }

    fn pair(&mut self, key: &str, value: &Value, indent: usize, behind: &[&Comment]) {
        let long = key.len() > MAX_SIMPLE_KEY;
        let key = match key {
            // As text it would be quoted, but sops writes what it reads as the key for merging as such.
            "<<" => "!!merge <<".to_owned(),
            key => quoted(key),
        };
        let mut started = false;
        if long {
            self.out.push_str("? ");
            self.out.push_str(&key);
            self.out.push('\n');
            self.pad(indent, &mut started);
            started = is_block(value);
        } else {
            self.out.push_str(&key);
        }
        self.out.push(':');
        let below = self.below(indent);
        match value {
            Value::Map(branch) if has_pairs(branch) => {
                self.open(started, indent, below);
                let lead = leading(branch.iter().map(member_comment));
                self.comments(&lead, below);
                self.mapping(branch, lead.len(), below, started);
            }
            Value::Seq(list) if has_items(list) => {
                self.open(started, indent, below);
                let lead = leading(list.iter().map(element_comment));
                self.comments(&lead, below);
                self.sequence(list, lead.len(), below, started);
            }
            value => {
                self.out.push(' ');
                self.inline(value, indent, below, behind);
            }
        }
    }

    /// Begins a block behind a colon: on the next line, or on the same one behind a long key.
    fn open(&mut self, same_line: bool, indent: usize, below: usize) {
        if same_line {
            self.out
                .extend(std::iter::repeat_n(' ', below - indent - 1));
        } else {
            self.out.push('\n');
        }
    }

    /// Writes the lines of a list; see [`Writer::mapping`].
    fn sequence(&mut self, list: &[Element], skipped: usize, indent: usize, mut started: bool) {
        let mut behind = Vec::new();
        for element in &list[skipped..] {
            match element {
                Element::Comment(comment) if comment.inline => behind.push(comment),
                Element::Comment(comment) => self.comments(&[comment], indent),
                Element::Item(value) => {
                    // What comes first in an item's own block stands above its dash.
                    let mut above = Vec::new();
                    if is_block(value) {
                        above = std::mem::take(&mut behind);
                    }
                    let own = above.len();
                    collect_leading(value, &mut above);
                    self.comments(&above, indent);
                    self.pad(indent, &mut started);
                    self.out.push_str("- ");
                    self.item(
                        value,
                        above.len() - own,
                        indent,
                        &std::mem::take(&mut behind),
                    );
                }
            }
        }
        self.comments(&behind, indent);
    }

    fn item(&mut self, value: &Value, skipped: usize, indent: usize, behind: &[&Comment]) {
        match value {
            Value::Map(branch) if has_pairs(branch) => {
                let lead = leading(branch.iter().map(member_comment)).len();
                self.mapping(branch, lead.min(skipped), indent + 2, true);
            }
            Value::Seq(list) if has_items(list) => {
                let lead = leading(list.iter().map(element_comment)).len();
                self.nested(list, lead, indent + 2);
            }
            value => self.inline(value, indent, indent + 2, behind),
        }
    }

    /// A list that begins on the line of a dash. The comments before its first items are written.
    fn nested(&mut self, list: &[Element], skipped: usize, indent: usize) {
        let Some(Element::Item(first)) = list.get(skipped) else {
            return self.sequence(list, skipped, indent, true);
        };
        let mut above = Vec::new();
        collect_leading(first, &mut above);
        if above.is_empty() {
            return self.sequence(list, skipped, indent, true);
        }
        self.out.push_str("- ");
        self.item(first, above.len(), indent, &[]);
        self.sequence(list, skipped + 1, indent, false);
    }

    /// What fits behind `key: ` or `- `, with the end of the line. Lines of a block text are indented by `below`.
    fn inline(&mut self, value: &Value, indent: usize, below: usize, behind: &[&Comment]) {
        let mut lines = None;
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Map(_) => self.out.push_str("{}"),
            Value::Seq(_) => self.out.push_str("[]"),
            Value::Leaf(Plain::Bytes(bytes)) => {
                let text = STANDARD.encode(bytes);
                self.out.push_str("!!binary ");
                if text.len() < BASE64_LINE {
                    self.out.push_str(&text);
                } else {
                    self.out.push('|');
                    lines = Some(folded(&text));
                }
            }
            Value::Leaf(plain) => {
                let text = plain_text(plain);
                if matches!(plain, Plain::Str(_)) && fits_literal(&text) {
                    self.out.push('|');
                    self.hints(&text, below - indent);
                    lines = Some(text);
                } else if matches!(plain, Plain::Str(_)) {
                    let text = quoted(&text);
                    self.out.push_str(&text);
                } else {
                    self.out.push_str(&text);
                }
            }
        }
        for (number, comment) in behind.iter().enumerate() {
            if number > 0 {
                self.out.push('\n');
                self.out.extend(std::iter::repeat_n(' ', indent));
            } else {
                self.out.push(' ');
            }
            self.out.push('#');
            self.out.push_str(&comment.text);
        }
        self.out.push('\n');
        if let Some(text) = lines {
            self.literal(&text, below);
        }
        // Comments of a list or mapping without items have no better place.
        match value {
            Value::Map(branch) => {
                self.comments(&leading(branch.iter().map(member_comment)), indent);
            }
            Value::Seq(list) => self.comments(&leading(list.iter().map(element_comment)), indent),
            Value::Null | Value::Leaf(_) => {}
        }
    }

    /// Indicators of a block text: its indentation if readers could not tell, and what becomes of its last line breaks.
    fn hints(&mut self, text: &str, indent: usize) {
        if text.starts_with([' ', '\n']) {
            self.out.push_str(&indent.to_string());
        }
        match text.strip_suffix('\n') {
            None => self.out.push('-'),
            Some(body) if body.is_empty() || body.ends_with('\n') => self.out.push('+'),
            Some(_) => {}
        }
    }

    fn literal(&mut self, text: &str, indent: usize) {
        for line in text.split_inclusive('\n') {
            if line != "\n" {
                self.out.extend(std::iter::repeat_n(' ', indent));
            }
            self.out.push_str(line);
        }
        if !text.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn comments(&mut self, comments: &[&Comment], indent: usize) {
        for comment in comments {
            self.out.extend(std::iter::repeat_n(' ', indent));
            self.out.push('#');
            self.out.push_str(&comment.text);
            self.out.push('\n');
        }
    }

    fn pad(&mut self, indent: usize, started: &mut bool) {
        if !std::mem::take(started) {
            self.out.extend(std::iter::repeat_n(' ', indent));
        }
    }
}

fn plain_text(plain: &Plain) -> String {
    match plain {
        Plain::Str(text) | Plain::Time(text) | Plain::Comment(text) => text.clone(),
        Plain::Bytes(_) => String::new(),
        Plain::Int(number) => number.to_string(),
        Plain::Unsigned(number) => number.to_string(),
        Plain::Bool(value) => value.to_string(),
        Plain::Float(number) => super::quote::float(*number),
    }
}

/// Base64 in lines.
fn folded(text: &str) -> String {
    let mut lines = String::with_capacity(text.len() + text.len() / BASE64_LINE + 1);
    for (number, character) in text.chars().enumerate() {
        if number > 0 && number % BASE64_LINE == 0 {
            lines.push('\n');
        }
        lines.push(character);
    }
    lines.push('\n');
    lines
}

/// Whether a text can be a literal block: several lines of characters that need no escape, and no blanks before their
/// ends.
fn fits_literal(text: &str) -> bool {
    text.contains('\n')
        && !text.ends_with(' ')
        && !text.contains(" \n")
        && text
            .chars()
            .all(|c| super::quote::is_printable(c) || c == '\t')
}

fn member_comment(member: &Member) -> Option<&Comment> {
    match member {
        Member::Comment(comment) => Some(comment),
        Member::Pair(..) => None,
    }
}

fn element_comment(element: &Element) -> Option<&Comment> {
    match element {
        Element::Comment(comment) => Some(comment),
        Element::Item(_) => None,
    }
}

/// The comments that come first and stand on lines of their own.
fn leading<'a>(comments: impl Iterator<Item = Option<&'a Comment>>) -> Vec<&'a Comment> {
    comments
        .map_while(|comment| comment.filter(|comment| !comment.inline))
        .collect()
}

/// The comments that come first in a block, and in what comes first in it, if that begins on the same line.
fn collect_leading<'a>(value: &'a Value, found: &mut Vec<&'a Comment>) {
    match value {
        Value::Map(branch) if has_pairs(branch) => {
            found.extend(leading(branch.iter().map(member_comment)));
        }
        Value::Seq(list) if has_items(list) => {
            let lead = leading(list.iter().map(element_comment));
            let first = list.get(lead.len());
            found.extend(lead);
            if let Some(Element::Item(first)) = first {
                collect_leading(first, found);
            }
        }
        _ => {}
    }
}

fn has_pairs(branch: &Branch) -> bool {
    branch
        .iter()
        .any(|member| matches!(member, Member::Pair(..)))
}

fn has_items(list: &[Element]) -> bool {
    list.iter()
        .any(|element| matches!(element, Element::Item(_)))
}

fn is_block(value: &Value) -> bool {
    match value {
        Value::Map(branch) => has_pairs(branch),
        Value::Seq(list) => has_items(list),
        Value::Null | Value::Leaf(_) => false,
    }
}
