//! `$patch: delete`: taken out of a patch before the rest of it is read, applied before the rest is merged.

use super::document::{Document, Id};
use super::schema::{Kind, Leaf, StructType, table};
use super::tree::{Data, Tree};
use crate::config::error::{Error, Problem};
use crate::yaml::{Location, Mark, Node, Source, Value};

const MARKER: &str = "$patch";
const DELETE: &str = "delete";

/// What a patch takes away from one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Removal {
    /// Keys from the root of the document; none for all of it.
    path: Vec<String>,
    /// Field and value that choose an element of the list at the path.
    element: Option<(String, String)>,
    /// Where the patch says so.
    at: Location,
}

/// What [`extract`] leaves of a node.
#[derive(PartialEq, Eq)]
enum Left {
    /// Something to read.
    Rest,
    /// Nothing: it was marked, or everything in it was.
    Nothing,
}

/// Takes all removals out of a document. `false` if there is nothing else in it.
pub(super) fn extract(root: &mut Node, source: &Source) -> Result<(Vec<Removal>, bool), Error> {
    let mut removals = Vec::new();
    let walk = &mut Walk {
        path: Vec::new(),
        in_list: false,
        source,
        found: &mut removals,
    };
    let left = walk.node(root)?;
    Ok((removals, left == Left::Rest))
}

struct Walk<'a> {
    path: Vec<String>,
    in_list: bool,
    source: &'a Source,
    found: &'a mut Vec<Removal>,
}

impl Walk<'_> {
    fn node(&mut self, node: &mut Node) -> Result<Left, Error> {
        if let Some(at) = marker(node, self.source)? {
            if self.in_list {
                return Err(self.error(
                    at,
                    "cannot take single fields out of an element of a list; mark the element",
                ));
            }
            self.push(at, None);
            return Ok(Left::Nothing);
        }
        match &mut node.value {
            Value::Map(entries) => {
                let before = entries.len();
                let mut kept = Vec::new();
                for mut entry in std::mem::take(entries) {
                    self.path.push(entry.key.clone());
                    let left = self.node(&mut entry.value)?;
                    self.path.pop();
                    if left == Left::Rest {
                        kept.push(entry);
                    }
                }
                *entries = kept;
                Ok(left_of(before, entries.len()))
            }
            Value::Seq(items) => {
                let before = items.len();
                let mut kept = Vec::new();
                for mut item in std::mem::take(items) {
                    if self.item(&mut item)? == Left::Rest {
                        kept.push(item);
                    }
                }
                *items = kept;
                Ok(left_of(before, items.len()))
            }
            _ => Ok(Left::Rest),
        }
    }

    fn item(&mut self, item: &mut Node) -> Result<Left, Error> {
        let outer = self.in_list;
        if let Some(at) = marker(item, self.source)? {
            if outer {
                return Err(self.error(at, "cannot take elements out of a list within a list"));
            }
            let others = item.entries().iter();
            let selector = others
                .filter(|entry| entry.key != MARKER)
                .find_map(|entry| Some((entry.key.clone(), entry.value.as_str()?.to_owned())));
            let Some(selector) = selector else {
                return Err(self.error(
                    at,
                    "needs another field beside it that says which element of the list is meant",
                ));
            };
            self.push(at, Some(selector));
            return Ok(Left::Nothing);
        }
        self.in_list = true;
        let left = self.node(item);
        self.in_list = outer;
        left
    }

    fn push(&mut self, at: Mark, element: Option<(String, String)>) {
        self.found.push(Removal {
            path: self.path.clone(),
            element,
            at: self.source.at(at),
        });
    }

    fn error(&self, at: Mark, why: &str) -> Error {
        let field = self.path.iter().map(String::as_str).chain([MARKER]);
        let field = field.collect::<Vec<_>>().join(".");
        Error::rule(self.source.at(at), field, why)
    }
}

fn left_of(before: usize, after: usize) -> Left {
    if before > 0 && after == 0 {
        Left::Nothing
    } else {
        Left::Rest
    }
}

/// Where a mapping is marked for removal.
fn marker(node: &Node, source: &Source) -> Result<Option<Mark>, Error> {
    let Some(entry) = node.entries().iter().find(|entry| entry.key == MARKER) else {
        return Ok(None);
    };
    match entry.value.as_str() {
        Some(DELETE) => Ok(Some(entry.key_at)),
        Some(word) => {
            let problem = Problem::choice(MARKER, word, &[DELETE]);
            Err(Error::field(source.at(entry.value.at), problem))
        }
        None => Err(Error::rule(
            source.at(entry.value.at),
            MARKER,
            "must be `delete`",
        )),
    }
}

impl Removal {
    /// Whether all of a document goes.
    pub(super) fn is_whole(&self) -> bool {
        self.path.is_empty()
    }

    /// Where the patch says so.
    pub(super) fn at(&self) -> &Location {
        &self.at
    }

    /// Refuses a path that the documents of this type cannot have.
    pub(super) fn check(&self, body: &StructType) -> Result<(), Error> {
        let mut kind: Option<&Kind> = None;
        for (depth, key) in self.path.iter().enumerate() {
            let fields = match kind.map(bare) {
                None => &body.fields,
                Some(Kind::Struct(index)) => &table().body(*index).fields,
                Some(Kind::Map(inner, _)) => {
                    kind = Some(inner);
                    continue;
                }
                // What is free has no names to check.
                Some(Kind::Leaf(Leaf::Object(_))) => return Ok(()),
                Some(_) => return Err(self.error("leads into something that has no fields")),
            };
            let Some(field) = fields.iter().find(|field| field.name == key) else {
                let known = super::decode::names(fields);
                let path = self.path[..=depth].join(".");
                let problem = Problem::unknown(path, key, &known);
                return Err(Error::field(self.at.clone(), problem));
            };
            kind = Some(&field.kind);
        }
        Ok(())
    }

    /// Takes the thing away from a document.
    pub(super) fn apply(&self, document: &mut Document) -> Result<(), Error> {
        match document.kind() {
            Some(kind) => self.remove(&mut document.body, &Kind::Struct(kind.body), &self.path),
            None => Ok(()),
        }
    }

    fn remove(&self, tree: &mut Tree, kind: &Kind, path: &[String]) -> Result<(), Error> {
        let Some((key, rest)) = path.split_first() else {
            return self.remove_element(tree);
        };
        let inner = match bare(kind) {
            Kind::Struct(index) => table().field(*index, key).map(|field| &field.kind),
            Kind::Map(inner, _) => Some(&**inner),
            _ => None,
        };
        let is_field = matches!(bare(kind), Kind::Struct(_));
        let members = tree.members_mut().ok_or_else(|| self.nothing())?;
        let place = members.iter().position(|member| member.key == *key);
        let last = rest.is_empty() && self.element.is_none();
        match (place, inner) {
            (Some(place), _) if last => {
                members.remove(place);
                Ok(())
            }
            // A field that is not set is gone already; a key of a free mapping has to be there.
            (None, _) if last && is_field => Ok(()),
            (Some(place), inner) => {
                let kind = inner.unwrap_or(&Kind::Leaf(Leaf::Object(false)));
                self.remove(&mut members[place].value, kind, rest)
            }
            // What is no option is always there, if only empty.
            (None, Some(kind @ Kind::Struct(_))) => {
                let mut empty = Tree::new(Data::Map(Vec::new()), self.at.clone());
                self.remove(&mut empty, kind, rest)
            }
            (None, _) => Err(self.nothing()),
        }
    }

    fn remove_element(&self, tree: &mut Tree) -> Result<(), Error> {
        let (Data::List(items), Some((key, value))) = (&mut tree.data, &self.element) else {
            return Err(self.nothing());
        };
        let fits = |item: &Tree| item.get(key).and_then(Tree::text) == Some(value.as_str());
        let at = items.iter().position(fits).ok_or_else(|| self.nothing())?;
        items.remove(at);
        Ok(())
    }

    fn nothing(&self) -> Error {
        self.error(match self.element {
            Some(_) => "asks to delete an element that the list does not have",
            None => "asks to delete something that is not there",
        })
    }

    fn error(&self, why: &str) -> Error {
        Error::rule(self.at.clone(), self.path.join("."), why)
    }

    /// The error for a document that is not there.
    pub(super) fn no_document(&self, id: &Id) -> Error {
        let why = format!("asks to delete from {id}, which the configuration does not have");
        Error::rule(self.at.clone(), MARKER, why)
    }
}

/// A kind without its optionality.
fn bare(kind: &Kind) -> &Kind {
    match kind {
        Kind::Optional(inner) => bare(inner),
        other => other,
    }
}
