//! Strict reading of mappings: every field has a type, no field may be left over.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::error::{Error, Problem};
use crate::yaml::{Entry, Location, Mark, Node, Source, Value, resolve_plain};

/// A value and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where.
    pub at: Location,
}

/// One value on its way to a type, with the name that messages use for it.
#[derive(Debug, Clone)]
pub(crate) struct Cell<'a> {
    pub(crate) node: &'a Node,
    pub(crate) path: String,
    source: &'a Source,
}

/// The fields of one mapping; [`Fields::finish`] refuses those that nobody has asked for.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    entries: &'a [Entry],
    at: Mark,
    path: String,
    source: &'a Source,
    asked: Vec<&'static str>,
    fold_case: bool,
}

/// The value of a plain scalar by the rules of YAML. Files are loaded untyped, and only a field knows whether `on` is
/// text; this also gives an expanded variable the type of its field.
pub(crate) fn typed(node: &Node) -> Cow<'_, Value> {
    match &node.value {
        Value::String(text) if node.plain => {
            resolve_plain(text).map_or(Cow::Borrowed(&node.value), Cow::Owned)
        }
        value => Cow::Borrowed(value),
    }
}

impl<'a> Cell<'a> {
    /// The root of a document.
    pub(crate) fn root(node: &'a Node, source: &'a Source) -> Self {
        Self {
            node,
            path: String::new(),
            source,
        }
    }

    /// Where the value is written.
    pub(crate) fn at(&self) -> Location {
        self.source.at(self.node.at)
    }

    /// A place in the text of this value.
    pub(crate) fn place(&self, mark: Mark) -> Location {
        self.source.at(mark)
    }

    /// A broken rule of this value, as the end of the sentence that its name begins.
    pub(crate) fn rule(&self, why: impl Into<String>) -> Error {
        Error::rule(self.at(), &self.path, why)
    }

    fn wrong(&self, expected: &'static str) -> Error {
        let field = if self.path.is_empty() {
            "the document".to_owned()
        } else {
            format!("`{}`", self.path)
        };
        let found = typed(self.node).kind();
        Error::field(
            self.at(),
            Problem::Type {
                field,
                expected,
                found,
            },
        )
    }

    /// A string, or a plain scalar of any type as it is written.
    pub(crate) fn text(&self) -> Result<String, Error> {
        match &self.node.value {
            Value::String(text) => Ok(text.clone()),
            _ => Err(self.wrong("a string")),
        }
    }

    /// A string with at least one character.
    pub(crate) fn filled_text(&self) -> Result<String, Error> {
        let text = self.text()?;
        if text.is_empty() {
            return Err(self.rule("must not be empty"));
        }
        Ok(text)
    }

    /// A boolean.
    pub(crate) fn flag(&self) -> Result<bool, Error> {
        match *typed(self.node) {
            Value::Bool(flag) => Ok(flag),
            _ => Err(self.wrong("a boolean")),
        }
    }

    /// An integer within limits.
    pub(crate) fn integer(&self, range: RangeInclusive<i64>) -> Result<i64, Error> {
        let outside = || {
            let (low, high) = (range.start(), range.end());
            self.rule(format!("must be between {low} and {high}"))
        };
        match *typed(self.node) {
            Value::Int(number) if range.contains(&number) => Ok(number),
            Value::Int(_) | Value::UInt(_) => Err(outside()),
            _ => Err(self.wrong("an integer")),
        }
    }

    /// One of these words, in any case if `fold_case`.
    pub(crate) fn choice<T: Copy>(&self, words: &[(&str, T)], fold_case: bool) -> Result<T, Error> {
        let text = self.text()?;
        let fits = |word: &str| word == text || fold_case && word.eq_ignore_ascii_case(&text);
        words
            .iter()
            .find(|(word, _)| fits(word))
            .map(|(_, value)| *value)
            .ok_or_else(|| {
                let allowed: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                Error::field(self.at(), Problem::choice(&self.path, &text, &allowed))
            })
    }

    /// Like [`Cell::choice`], where an empty text means the default, as it does to kind.
    pub(crate) fn choice_or_default<T: Copy>(
        &self,
        words: &[(&str, T)],
        fold_case: bool,
    ) -> Result<Option<T>, Error> {
        match self.node.as_str() {
            Some("") => Ok(None),
            _ => self.choice(words, fold_case).map(Some),
        }
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> Result<Vec<Cell<'a>>, Error> {
        let Value::Seq(items) = &self.node.value else {
            return Err(self.wrong("a list"));
        };
        let cells = items.iter().enumerate().map(|(index, node)| Cell {
            node,
            path: format!("{}[{index}]", self.path),
            source: self.source,
        });
        Ok(cells.collect())
    }

    /// The fields of a mapping.
    pub(crate) fn fields(&self) -> Result<Fields<'a>, Error> {
        if !matches!(self.node.value, Value::Map(_)) {
            return Err(self.wrong("a mapping"));
        }
        Ok(Fields {
            entries: self.node.entries(),
            at: self.node.at,
            path: self.path.clone(),
            source: self.source,
            asked: Vec::new(),
            fold_case: false,
        })
    }

    /// A mapping with free keys, each value read by `read`; one that is null counts as empty, as it does to kind.
    pub(crate) fn map<T: Default>(
        &self,
        read: impl Fn(&Cell<'a>) -> Result<T, Error>,
    ) -> Result<BTreeMap<String, T>, Error> {
        let fields = self.fields()?;
        let value = |cell: Cell<'a>| match *typed(cell.node) {
            Value::Null => Ok(T::default()),
            _ => read(&cell),
        };
        fields
            .entries
            .iter()
            .map(|entry| Ok((entry.key.clone(), value(fields.cell(entry))?)))
            .collect()
    }

    /// The value with its place.
    pub(crate) fn located<T>(&self, value: T) -> Located<T> {
        Located {
            value,
            at: self.at(),
        }
    }
}

impl<'a> Fields<'a> {
    fn full_path(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    fn cell(&self, entry: &'a Entry) -> Cell<'a> {
        Cell {
            node: &entry.value,
            path: self.full_path(&entry.key),
            source: self.source,
        }
    }

    /// The same, but the case of names does not count, as it does not where Go's JSON decoder reads them.
    #[must_use]
    pub(crate) fn fold_case(mut self) -> Self {
        self.fold_case = true;
        self
    }

    fn is_called(&self, entry: &Entry, name: &str) -> bool {
        entry.key == name || self.fold_case && entry.key.eq_ignore_ascii_case(name)
    }

    /// Whether there are fields that nobody has asked for.
    pub(crate) fn any_left(&self) -> bool {
        self.left().is_some()
    }

    fn left(&self) -> Option<&'a Entry> {
        self.entries
            .iter()
            .find(|entry| !self.asked.iter().any(|name| self.is_called(entry, name)))
    }

    /// All entries with the places of their keys, for readers that know the keys themselves.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (Cell<'a>, Location)> {
        self.entries
            .iter()
            .map(|entry| (self.cell(entry), self.source.at(entry.key_at)))
    }

    /// The value of a field; one that is null counts as absent.
    pub(crate) fn take(&mut self, name: &'static str) -> Option<Cell<'a>> {
        self.asked.push(name);
        self.entries
            .iter()
            .find(|entry| self.is_called(entry, name) && *typed(&entry.value) != Value::Null)
            .map(|entry| self.cell(entry))
    }

    /// The value of an optional field, read by `read`.
    pub(crate) fn read<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Cell<'a>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        self.take(name).map(|cell| read(&cell)).transpose()
    }

    /// The value of a required field.
    pub(crate) fn require(&mut self, name: &'static str) -> Result<Cell<'a>, Error> {
        self.take(name).ok_or_else(|| {
            let field = self.full_path(name);
            Error::field(self.source.at(self.at), Problem::Missing { field })
        })
    }

    /// The items of an optional list; none if it is absent.
    pub(crate) fn list<T>(
        &mut self,
        name: &'static str,
        read: impl FnMut(&Cell<'a>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        match self.take(name) {
            Some(cell) => cell.items()?.iter().map(read).collect(),
            None => Ok(Vec::new()),
        }
    }

    /// Refuses a field unless it is absent or empty.
    pub(crate) fn not_yet(&mut self, name: &'static str) -> Result<(), Error> {
        match self.take(name) {
            Some(cell) if !(cell.node.items().is_empty() && cell.node.entries().is_empty()) => {
                let what = format!("`{}`", cell.path);
                Err(Error::field(cell.at(), Problem::NotYet { what }))
            }
            _ => Ok(()),
        }
    }

    /// Refuses every field that has not been asked for.
    pub(crate) fn finish(self) -> Result<(), Error> {
        match self.left() {
            None => Ok(()),
            Some(entry) => {
                let field = self.full_path(&entry.key);
                let problem = Problem::unknown(field, &entry.key, &self.asked);
                Err(Error::field(self.source.at(entry.key_at), problem))
            }
        }
    }
}
