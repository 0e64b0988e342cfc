//! Values of a machine configuration, each with the place where it is written.

use std::fmt;

use serde_json::{Map, Number, Value};

use crate::yaml::Location;

/// A value and its place. Equality is that of values and places.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Tree {
    /// The value.
    pub(super) data: Data,
    /// Where it is written; after a merge, in the text that gave the value.
    pub(super) at: Location,
}

/// What a [`Tree`] holds.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Data {
    /// Nothing. Only mappings with any content can hold it.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Tree>),
    /// A mapping in the order of the text.
    Map(Vec<Member>),
}

/// An entry of a mapping.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// The key.
    pub(super) key: String,
    /// Where the key is written.
    pub(super) key_at: Location,
    /// The value.
    pub(super) value: Tree,
}

/// Machine configurations are full of keys and tokens: only the place may be shown.
impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.at)
    }
}

impl Tree {
    pub(super) fn new(data: Data, at: Location) -> Self {
        Self { data, at }
    }

    /// The value of a key, if this is a mapping that has it.
    pub(super) fn get(&self, key: &str) -> Option<&Tree> {
        self.member(key).map(|member| &member.value)
    }

    /// The entry of a key.
    pub(super) fn member(&self, key: &str) -> Option<&Member> {
        self.members().iter().find(|member| member.key == key)
    }

    /// The value below several keys.
    pub(super) fn at_path(&self, path: &[&str]) -> Option<&Tree> {
        path.iter().try_fold(self, |tree, key| tree.get(key))
    }

    /// The entries of a mapping; none for anything else.
    pub(super) fn members(&self) -> &[Member] {
        match &self.data {
            Data::Map(members) => members,
            _ => &[],
        }
    }

    /// The entries of a mapping, to change them; `None` for anything else.
    pub(super) fn members_mut(&mut self) -> Option<&mut Vec<Member>> {
        match &mut self.data {
            Data::Map(members) => Some(members),
            _ => None,
        }
    }

    /// The items of a list; none for anything else.
    pub(super) fn items(&self) -> &[Tree] {
        match &self.data {
            Data::List(items) => items,
            _ => &[],
        }
    }

    /// Text.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A boolean.
    pub(super) fn flag(&self) -> Option<bool> {
        match &self.data {
            Data::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The value without places.
    pub(super) fn to_json(&self) -> Value {
        match &self.data {
            Data::Null => Value::Null,
            Data::Bool(flag) => (*flag).into(),
            Data::Number(number) => Value::Number(number.clone()),
            Data::Text(text) => text.clone().into(),
            Data::List(items) => items.iter().map(Tree::to_json).collect(),
            Data::Map(members) => members
                .iter()
                .map(|member| (member.key.clone(), member.value.to_json()))
                .collect::<Map<_, _>>()
                .into(),
        }
    }

    /// Takes over the places of whatever is the same in `old`.
    pub(super) fn adopt_places(&mut self, old: &Tree) {
        if self.same(old) {
            *self = old.clone();
            return;
        }
        match (&mut self.data, &old.data) {
            (Data::Map(members), Data::Map(_)) => {
                for member in members {
                    if let Some(known) = old.member(&member.key) {
                        member.key_at = known.key_at.clone();
                        member.value.adopt_places(&known.value);
                    }
                }
            }
            (Data::List(items), Data::List(known)) => {
                for (item, known) in items.iter_mut().zip(known) {
                    item.adopt_places(known);
                }
            }
            _ => {}
        }
    }

    /// Whether the values are equal, wherever they are written.
    pub(super) fn same(&self, other: &Tree) -> bool {
        match (&self.data, &other.data) {
            (Data::List(left), Data::List(right)) => {
                left.len() == right.len() && left.iter().zip(right).all(|(a, b)| a.same(b))
            }
            (Data::Map(left), Data::Map(right)) => {
                left.len() == right.len()
                    && left.iter().all(|member| {
                        let twin = other.get(&member.key);
                        twin.is_some_and(|twin| member.value.same(twin))
                    })
            }
            (left, right) => left == right,
        }
    }
}
