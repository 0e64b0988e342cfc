//! The tree that loading yields: values, their order and their positions.

use serde_json::{Map, Number};
use zeroize::Zeroize;

/// A position in the source, both counted from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl Mark {
    /// The first character of a text.
    pub const START: Mark = Mark { line: 1, column: 1 };
}

/// A value and where it begins. Two nodes are equal if their values are; positions do not count.
#[derive(Debug, Clone)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it begins. A value that came through an alias keeps the position of its anchor.
    pub at: Mark,
    /// Whether it was written as a plain scalar: no quotes, no block style. A null for which nothing is written is
    /// none.
    pub plain: bool,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing.
    Null,
    /// A boolean in any YAML 1.1 spelling.
    Bool(bool),
    /// An integer, or a float without fractional part that fits.
    Int(i64),
    /// An integer above [`i64::MAX`].
    UInt(u64),
    /// Any other finite number.
    Float(f64),
    /// Text.
    String(String),
    /// A list.
    Seq(Vec<Node>),
    /// A mapping in the order of the source; keys are unique.
    Map(Vec<Entry>),
}

/// One key and value of a mapping.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key as text; numbers and booleans have become theirs.
    pub key: String,
    /// Where the key begins.
    pub key_at: Mark,
    /// The value.
    pub value: Node,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.value == other.value
    }
}

impl Value {
    /// What a message calls this value, with its article: `a string`, `a mapping`.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Int(_) | Value::UInt(_) => "an integer",
            Value::Float(_) => "a number",
            Value::String(_) => "a string",
            Value::Seq(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

impl Node {
    /// The value of `key` if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries()
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.value)
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Seq(items) => items,
            _ => &[],
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Whether this is a null.
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// A tree out of JSON, all of it at one place.
    pub fn from_json(json: &serde_json::Value, at: Mark) -> Self {
        use serde_json::Value as Json;
        let value = match json {
            Json::Null => Value::Null,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(number), _) => Value::Int(number),
                (None, Some(number)) => Value::UInt(number),
                (None, None) => Value::Float(number.as_f64().unwrap_or_default()),
            },
            Json::String(text) => Value::String(text.clone()),
            Json::Array(items) => {
                Value::Seq(items.iter().map(|item| Self::from_json(item, at)).collect())
            }
            Json::Object(fields) => {
                let entry = |(key, value): (&String, &Json)| Entry {
                    key: key.clone(),
                    key_at: at,
                    value: Self::from_json(value, at),
                };
                Value::Map(fields.iter().map(entry).collect())
            }
        };
        Self {
            value,
            at,
            plain: false,
        }
    }

    /// The same tree as JSON, without positions.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::String(text) => text.clone().into(),
            Value::Seq(items) => items.iter().map(Node::to_json).collect(),
            Value::Map(entries) => entries
                .iter()
                .map(|entry| (entry.key.clone(), entry.value.to_json()))
                .collect::<Map<_, _>>()
                .into(),
            scalar => scalar_to_json(scalar),
        }
    }

    /// Like [`Node::to_json`], but moves the text instead of copying it.
    pub fn into_json(self) -> serde_json::Value {
        match self.value {
            Value::String(text) => text.into(),
            Value::Seq(items) => items.into_iter().map(Node::into_json).collect(),
            Value::Map(entries) => entries
                .into_iter()
                .map(|entry| (entry.key, entry.value.into_json()))
                .collect::<Map<_, _>>()
                .into(),
            scalar => scalar_to_json(&scalar),
        }
    }
}

/// For trees of confidential texts: keys and strings are overwritten, and nothing is left of the tree.
impl Zeroize for Node {
    fn zeroize(&mut self) {
        match &mut self.value {
            Value::String(text) => text.zeroize(),
            Value::Seq(items) => items.iter_mut().for_each(Zeroize::zeroize),
            Value::Map(entries) => {
                for entry in entries {
                    entry.key.zeroize();
                    entry.value.zeroize();
                }
            }
            Value::Int(number) => number.zeroize(),
            Value::UInt(number) => number.zeroize(),
            Value::Float(number) => number.zeroize(),
            Value::Bool(flag) => flag.zeroize(),
            Value::Null => {}
        }
        self.value = Value::Null;
    }
}

/// Numbers, booleans and null. Loading refuses infinities, so a float always has a JSON form.
fn scalar_to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Bool(flag) => (*flag).into(),
        Value::Int(number) => (*number).into(),
        Value::UInt(number) => (*number).into(),
        Value::Float(number) => {
            Number::from_f64(*number).map_or(serde_json::Value::Null, Into::into)
        }
        Value::Null | Value::String(_) | Value::Seq(_) | Value::Map(_) => serde_json::Value::Null,
    }
}
