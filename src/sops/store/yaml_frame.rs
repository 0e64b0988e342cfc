//! What a YAML reader has to remember on its way: open lists and mappings, and comments without a place.

use std::collections::HashSet;

use crate::sops::tree::{Branch, Comment, Element, Member, Value};
use crate::yaml::Place;

/// A list or mapping whose end has not been seen.
pub(super) struct Frame {
    pub(super) inner: Inner,
    pub(super) column: u32,
    pub(super) flow: bool,
    pub(super) anchor: usize,
}

/// What has been read of it: a mapping with the key that waits for its value and all keys so far, or a list.
pub(super) enum Inner {
    Map(Branch, Option<String>, HashSet<String>),
    Seq(Vec<Element>),
}

impl Inner {
    /// Adds a comment at the end.
    pub(super) fn comment(&mut self, comment: Comment) {
        match self {
            Inner::Map(branch, ..) => branch.push(Member::Comment(comment)),
            Inner::Seq(list) => list.push(Element::Comment(comment)),
        }
    }
}

/// A comment that has not found its place.
pub(super) struct Loose {
    pub(super) text: String,
    pub(super) place: Place,
    pub(super) line: u32,
    pub(super) column: u32,
}

/// What ended last; a comment behind it on the same line belongs to it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Nothing,
    Key,
    /// A value that is not there.
    Empty,
    Value,
    Flow,
}

/// How many values a value consists of.
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Leaf(_) => 1,
        Value::Seq(list) => list
            .iter()
            .map(|element| match element {
                Element::Item(value) => size(value),
                Element::Comment(_) => 1,
            })
            .sum::<usize>(),
        Value::Map(branch) => branch
            .iter()
            .map(|member| match member {
                Member::Pair(_, value) => size(value),
                Member::Comment(_) => 1,
            })
            .sum::<usize>(),
    }
    .max(1)
}
