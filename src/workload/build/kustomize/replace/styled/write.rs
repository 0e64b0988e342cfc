//! From tree to text: two spaces per level, lists as deep as their keys.

use super::super::super::goyaml;
use super::tree::{Content, Style, Styled};

/// The text of a tree.
pub(super) fn write(root: &Styled) -> String {
    let mut text = Text(String::new());
    text.comments(&root.before, 0);
    text.node(root, 0, false);
    text.0
}

struct Text(String);

impl Text {
    fn pad(&mut self, indent: usize) {
        self.0.extend(std::iter::repeat_n(' ', indent));
    }

    fn comments(&mut self, comments: &[(String, bool)], indent: usize) {
        for (comment, gap) in comments {
            self.pad(indent);
            self.comment(comment);
            self.0.push('\n');
            if *gap {
                self.0.push('\n');
            }
        }
    }

    fn comment(&mut self, comment: &str) {
        self.0.push('#');
        self.0.push_str(comment.trim_end());
    }

    /// Ends a line, with the comment behind it.
    fn end(&mut self, node: &Styled) {
        if let Some(comment) = &node.behind {
            self.0.push(' ');
            self.comment(comment);
        }
        self.0.push('\n');
    }

    /// A node whose entries stand at a column; `begun` if the line of the first one has begun.
    fn node(&mut self, node: &Styled, indent: usize, mut begun: bool) {
        match &node.content {
            Content::Map(entries, false) if !entries.is_empty() => {
                for (key, value) in entries {
                    if !begun {
                        self.comments(&key.before, indent);
                        self.pad(indent);
                    }
                    begun = false;
                    self.0.push_str(&inline(key));
                    self.0.push(':');
                    self.value(value, indent);
                }
                self.comments(&node.after, indent);
            }
            Content::List(items, false) if !items.is_empty() => {
                for item in items {
                    if !begun {
                        self.comments(&before(item), indent);
                        self.pad(indent);
                    }
                    begun = false;
                    self.0.push_str("- ");
                    self.item(item, indent);
                }
                self.comments(&node.after, indent);
            }
            _ => {
                self.0.push_str(&block_or_inline(node, indent));
                self.end(node);
            }
        }
    }

    /// What stands behind a key at a column.
    fn value(&mut self, value: &Styled, indent: usize) {
        match &value.content {
            Content::Map(entries, false) if !entries.is_empty() => {
                self.end(value);
                self.node(value, indent + 2, false);
            }
            Content::List(items, false) if !items.is_empty() => {
                self.end(value);
                self.node(value, indent, false);
            }
            Content::Scalar(text, Style::Untyped) if text.is_empty() => self.end(value),
            Content::Scalar(_, Style::Literal | Style::Folded) => {
                self.0.push(' ');
                self.block(value, indent + 2);
            }
            _ => {
                self.0.push(' ');
                self.0.push_str(&block_or_inline(value, indent + 2));
                self.end(value);
            }
        }
    }

    /// What stands behind a dash at a column.
    fn item(&mut self, item: &Styled, indent: usize) {
        match &item.content {
            Content::Scalar(_, Style::Literal | Style::Folded) => self.block(item, indent + 2),
            _ => self.node(item, indent + 2, true),
        }
    }

    /// A block, whose comment stands behind its header.
    fn block(&mut self, node: &Styled, indent: usize) {
        let text = block_or_inline(node, indent);
        if let (Some((header, body)), Some(comment)) = (text.split_once('\n'), &node.behind) {
            self.0.push_str(header);
            self.0.push(' ');
            self.comment(comment);
            self.0.push('\n');
            self.0.push_str(body);
        } else {
            self.0.push_str(&text);
        }
        self.0.push('\n');
    }
}

/// The comments before an item, which may stand before the first key of it.
fn before(item: &Styled) -> Vec<(String, bool)> {
    let mut found = item.before.clone();
    if let Content::Map(entries, false) = &item.content
        && let Some((key, _)) = entries.first()
    {
        found.extend(key.before.iter().cloned());
    }
    found
}

fn block_or_inline(node: &Styled, indent: usize) -> String {
    let Content::Scalar(text, style) = &node.content else {
        return inline(node);
    };
    match style {
        Style::Literal if !text.is_empty() => goyaml::literal(text, indent),
        Style::Folded if !text.is_empty() => goyaml::folded(text, indent),
        Style::Plain => goyaml::node(text, indent),
        Style::Untyped if text.contains('\n') => goyaml::text(text, indent),
        _ => inline(node),
    }
}

/// A node on one line.
fn inline(node: &Styled) -> String {
    match &node.content {
        Content::Scalar(text, style) => match style {
            Style::Single if !text.contains('\n') && !goyaml::needs_escapes(text) => {
                goyaml::single_quoted(text)
            }
            Style::Untyped if text.is_empty() || goyaml::may_be_plain(text) => text.clone(),
            Style::Untyped => goyaml::single_quoted(text),
            Style::Plain if !text.contains('\n') => goyaml::node(text, 0),
            _ => goyaml::double_quoted(text),
        },
        Content::Map(entries, _) => {
            let entry =
                |(key, value): &(Styled, Styled)| format!("{}: {}", inline(key), inline(value));
            let entries: Vec<String> = entries.iter().map(entry).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Content::List(items, _) => {
            let items: Vec<String> = items.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
        }
    }
}
