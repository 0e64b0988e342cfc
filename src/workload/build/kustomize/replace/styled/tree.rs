//! A tree of YAML with the style of everything in it.

use serde_json::Value;

use super::super::super::goyaml;
use super::super::matcher::{Shape, Tree};
use super::super::scalar;

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Without anything around it; a text only if it reads as one.
    Plain,
    /// Without anything around it, whatever it reads as.
    Untyped,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// A block that keeps its line breaks.
    Literal,
    /// A block that folds its line breaks.
    Folded,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// Text and style.
    Scalar(String, Style),
    /// Keys and values; whether in braces.
    Map(Vec<(Styled, Styled)>, bool),
    /// Items; whether in brackets.
    List(Vec<Styled>, bool),
}

/// A node with its comments.
#[derive(Debug, Clone)]
pub(super) struct Styled {
    /// What it holds.
    pub content: Content,
    /// Comments before it, each with whether an empty line follows.
    pub before: Vec<(String, bool)>,
    /// The comment behind it on its line, or behind the key of a list or mapping.
    pub behind: Option<String>,
    /// Comments at its end.
    pub after: Vec<(String, bool)>,
}

impl Styled {
    pub(super) fn new(content: Content) -> Self {
        Self {
            content,
            before: Vec::new(),
            behind: None,
            after: Vec::new(),
        }
    }

    /// A scalar that nothing says the type of.
    pub(super) fn untyped(text: String) -> Self {
        Self::new(Content::Scalar(text, Style::Untyped))
    }

    /// A value of another object.
    pub(super) fn from_json(value: &Value) -> Self {
        Self::new(match value {
            Value::Array(items) => {
                Content::List(items.iter().map(Self::from_json).collect(), false)
            }
            Value::Object(fields) => {
                let entry = |(key, value): (&String, &Value)| {
                    let key = Content::Scalar(key.clone(), Style::Plain);
                    (Self::new(key), Self::from_json(value))
                };
                Content::Map(fields.iter().map(entry).collect(), false)
            }
            Value::String(text) => Content::Scalar(text.clone(), Style::Plain),
            Value::Null => Content::Scalar("null".to_owned(), Style::Untyped),
            plain => Content::Scalar(plain.to_string(), Style::Untyped),
        })
    }

    pub(super) fn is_plain_value(&self) -> bool {
        matches!(self.content, Content::Scalar(..))
    }

    /// The text of a key.
    fn is_key(&self, name: &str) -> bool {
        matches!(&self.content, Content::Scalar(text, _) if text == name)
    }

    /// Changes the text of a scalar, whose type stays.
    pub(super) fn set_text(&mut self, new: String) -> Result<(), String> {
        let Content::Scalar(text, style) = &mut self.content else {
            return Ok(());
        };
        if *style == Style::Untyped {
            // Its type must stay, which only the value can tell.
            let mut value = scalar::untyped(text);
            if !value.is_string() {
                scalar::put(&mut value, &new)?;
            }
        }
        *text = new;
        Ok(())
    }
}

impl Tree for Styled {
    fn shape(&self) -> Shape {
        match &self.content {
            Content::Map(..) => Shape::Map,
            Content::List(..) => Shape::List,
            Content::Scalar(text, Style::Plain | Style::Untyped)
                if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL") =>
            {
                Shape::Null
            }
            Content::Scalar(..) => Shape::Scalar,
        }
    }

    fn make(shape: Shape, text: &str) -> Self {
        match shape {
            Shape::Null | Shape::Scalar => Self::untyped(text.to_owned()),
            Shape::Map => Self::new(Content::Map(Vec::new(), false)),
            Shape::List => Self::new(Content::List(Vec::new(), false)),
        }
    }

    fn field(&mut self, name: &str) -> Option<&mut Self> {
        let Content::Map(entries, _) = &mut self.content else {
            return None;
        };
        let entry = entries.iter_mut().find(|(key, _)| key.is_key(name));
        entry.map(|(_, value)| value)
    }

    fn add_field(&mut self, name: &str, value: Self) -> Option<&mut Self> {
        let Content::Map(entries, _) = &mut self.content else {
            return None;
        };
        let mut key = Self::new(Content::Scalar(name.to_owned(), Style::Plain));
        key.before = detached(&mut self.after);
        entries.push((key, value));
        entries.last_mut().map(|(_, value)| value)
    }

    fn items(&mut self) -> Option<&mut Vec<Self>> {
        match &mut self.content {
            Content::List(items, _) => Some(items),
            _ => None,
        }
    }

    fn add_item(&mut self, mut item: Self) {
        if let Content::List(items, _) = &mut self.content {
            item.before = detached(&mut self.after);
            items.push(item);
        }
    }

    fn written(&self) -> String {
        match &self.content {
            Content::Scalar(text, Style::Single) => goyaml::single_quoted(text),
            Content::Scalar(text, Style::Double) => goyaml::double_quoted(text),
            Content::Scalar(text, _) => text.clone(),
            _ => super::write::write(self),
        }
    }
}

/// Comments at an end that is none any more, with an empty line between them and what comes.
fn detached(after: &mut Vec<(String, bool)>) -> Vec<(String, bool)> {
    let mut comments = std::mem::take(after);
    if let Some((_, gap)) = comments.last_mut() {
        *gap = true;
    }
    comments
}
