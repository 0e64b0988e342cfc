//! The content of a file, whatever its format: ordered mappings, lists, values, and the comments between them.

use zeroize::Zeroize;

use super::leaf::Plain;

/// The documents of a file. Only YAML files have more than one.
#[derive(Clone, PartialEq)]
pub(crate) struct Tree {
    /// The root of each document.
    pub(crate) documents: Vec<Branch>,
}

/// A mapping in the order of its file.
pub(crate) type Branch = Vec<Member>;

/// What a mapping consists of.
#[derive(Clone, PartialEq)]
pub(crate) enum Member {
    /// A comment before the next pair.
    Comment(Comment),
    /// A key and its value.
    Pair(String, Value),
}

/// What a list consists of.
#[derive(Clone, PartialEq)]
pub(crate) enum Element {
    /// A comment before the next item.
    Comment(Comment),
    /// An item.
    Item(Value),
}

/// A value of any shape.
#[derive(Clone, PartialEq)]
pub(crate) enum Value {
    /// No value; never encrypted.
    Null,
    /// A scalar, in clear or encrypted.
    Leaf(Plain),
    /// A list.
    Seq(Vec<Element>),
    /// A mapping.
    Map(Branch),
}

/// One line of comment, without the character that starts it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Comment {
    /// The text, with its leading blanks.
    pub(crate) text: String,
    /// It stands behind the value that follows in the tree, on the same line.
    pub(crate) inline: bool,
}

impl Comment {
    /// A comment on lines of its own.
    pub(crate) fn above(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            inline: false,
        }
    }
}

impl Value {
    /// A text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Leaf(Plain::Str(text.into()))
    }

    /// The text of a text.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Leaf(Plain::Str(text)) => Some(text),
            _ => None,
        }
    }
}

/// The value of `key`.
pub(crate) fn get<'a>(branch: &'a Branch, key: &str) -> Option<&'a Value> {
    branch.iter().find_map(|member| match member {
        Member::Pair(name, value) if name == key => Some(value),
        _ => None,
    })
}

impl Drop for Tree {
    /// The tree may hold clear text.
    fn drop(&mut self) {
        for document in &mut self.documents {
            wipe(document);
        }
    }
}

fn wipe(branch: &mut Branch) {
    for member in branch {
        match member {
            Member::Comment(comment) => comment.text.zeroize(),
            Member::Pair(_, value) => wipe_value(value),
        }
    }
}

fn wipe_value(value: &mut Value) {
    match value {
        Value::Null => {}
        Value::Leaf(plain) => plain.zeroize(),
        Value::Map(branch) => wipe(branch),
        Value::Seq(elements) => {
            for element in elements {
                match element {
                    Element::Comment(comment) => comment.text.zeroize(),
                    Element::Item(value) => wipe_value(value),
                }
            }
        }
    }
}
