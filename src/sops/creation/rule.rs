//! A `.sops.yaml` and the rule that it has for a path.

use std::collections::BTreeMap;

use regex::Regex;

use super::read;
use crate::config::{Cell, Error};
use crate::sops::master::MasterKey;
use crate::sops::recipient::Spelling;
use crate::yaml::{Location, Source, load_untyped};

/// Which part of a file is encrypted. Without one it is all but keys that end in `_unencrypted`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// What it goes by.
    pub kind: SelectionKind,
    /// Ending of keys, or regular expression in Go's dialect.
    pub text: String,
}

/// What a selection goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectionKind {
    /// Keys with this ending stay clear.
    UnencryptedSuffix,
    /// Only keys with this ending are encrypted.
    EncryptedSuffix,
    /// Keys that match stay clear.
    UnencryptedRegex,
    /// Only keys that match are encrypted.
    EncryptedRegex,
    /// What a matching comment stands before stays clear.
    UnencryptedCommentRegex,
    /// Only what a matching comment stands before is encrypted.
    EncryptedCommentRegex,
}

impl SelectionKind {
    /// All of them.
    pub const ALL: [SelectionKind; 6] = [
        SelectionKind::UnencryptedSuffix,
        SelectionKind::EncryptedSuffix,
        SelectionKind::UnencryptedRegex,
        SelectionKind::EncryptedRegex,
        SelectionKind::UnencryptedCommentRegex,
        SelectionKind::EncryptedCommentRegex,
    ];

    /// The field of rules and of metadata.
    pub fn field(self) -> &'static str {
        match self {
            SelectionKind::UnencryptedSuffix => "unencrypted_suffix",
            SelectionKind::EncryptedSuffix => "encrypted_suffix",
            SelectionKind::UnencryptedRegex => "unencrypted_regex",
            SelectionKind::EncryptedRegex => "encrypted_regex",
            SelectionKind::UnencryptedCommentRegex => "unencrypted_comment_regex",
            SelectionKind::EncryptedCommentRegex => "encrypted_comment_regex",
        }
    }

    pub(super) fn is_pattern(self) -> bool {
        !matches!(
            self,
            SelectionKind::UnencryptedSuffix | SelectionKind::EncryptedSuffix
        )
    }
}

/// What a creation rule says about a new file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// Key groups; any one key of a group yields the group's part of the data key.
    pub groups: Vec<Vec<MasterKey>>,
    /// How many groups are needed; all if unset.
    pub threshold: Option<usize>,
    /// Which part is encrypted.
    pub selection: Option<Selection>,
    /// The authentication code covers encrypted values only.
    pub mac_only_encrypted: bool,
}

/// Spaces of indentation that the file asks for, by format; unset means the format's default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stores {
    /// Of YAML.
    pub yaml: Option<usize>,
    /// Of JSON.
    pub json: Option<usize>,
    /// Of the JSON around a binary file.
    pub json_binary: Option<usize>,
}

/// A `.sops.yaml` whose every part is known to be sound, except for the keys of rules that have not been asked for.
#[derive(Debug)]
pub struct Config {
    rules: Option<Vec<Candidate>>,
    source: Source,
    text: String,
    /// Formatting of files that are written.
    pub stores: Stores,
}

/// A rule as it is written.
#[derive(Debug)]
pub(super) struct Candidate {
    /// `None` matches every path.
    pub(super) path: Option<Regex>,
    /// What it says, without its keys.
    pub(super) rule: Rule,
    pub(super) keys: Keys,
}

/// The keys of a rule before they are parsed: only those of the rule that applies are.
#[derive(Debug)]
pub(super) enum Keys {
    Groups(Vec<Vec<Word>>),
    One(Vec<Word>),
}

/// One key as it is written.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) at: Location,
    pub(super) field: String,
    pub(super) key: Spelling,
}

impl Config {
    /// Reads a `.sops.yaml`.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with it, with its place and the line it stands on.
    pub fn parse(text: &str, source: &Source) -> Result<Self, Error> {
        let documents = load_untyped(text, source)?;
        let (rules, stores) = match documents.as_slice() {
            [] => (None, Stores::default()),
            [root] => read::root(&Cell::root(root, source)).map_err(|error| error.in_text(text))?,
            more => {
                return Err(Error::Documents {
                    name: source.name().to_owned(),
                    count: more.len(),
                });
            }
        };
        Ok(Self {
            rules,
            source: source.clone(),
            text: text.to_owned(),
            stores,
        })
    }

    /// The first rule that matches `path`: relative to the directory of the configuration if it lies below it, else
    /// absolute, with `/` between its parts. `None` if there are no creation rules at all, which is as good as no file.
    /// `context` goes with AWS keys that are not in key groups.
    ///
    /// # Errors
    ///
    /// No rule matches, or a key of the one that does is none.
    pub fn rule_for(
        &self,
        path: &str,
        context: &BTreeMap<String, String>,
    ) -> Result<Option<Rule>, Error> {
        let Some(rules) = &self.rules else {
            return Ok(None);
        };
        let matching = rules
            .iter()
            .find(|rule| rule.path.as_ref().is_none_or(|regex| regex.is_match(path)));
        let Some(candidate) = matching else {
            return Err(Error::rule(
                self.source.whole(),
                "creation_rules",
                format!("has no rule whose `path_regex` matches `{path}`"),
            ));
        };
        let groups = match &candidate.keys {
            Keys::Groups(groups) => groups
                .iter()
                .map(|group| Ok(distinct(parse_all(group, &BTreeMap::new())?)))
                .collect(),
            Keys::One(words) => parse_all(words, context).map(|group| vec![group]),
        };
        Ok(Some(Rule {
            groups: groups.map_err(|error: Error| error.in_text(&self.text))?,
            ..candidate.rule.clone()
        }))
    }
}

fn parse_all(words: &[Word], context: &BTreeMap<String, String>) -> Result<Vec<MasterKey>, Error> {
    let keys = words.iter().map(|word| {
        let parsed = word.key.parse(context);
        parsed.map_err(|why| Error::rule(word.at.clone(), word.field.clone(), why))
    });
    keys.collect()
}

/// Without keys that are already there, as sops does for key groups.
fn distinct(keys: Vec<MasterKey>) -> Vec<MasterKey> {
    let mut kept: Vec<MasterKey> = Vec::new();
    for key in keys {
        if !kept.contains(&key) {
            kept.push(key);
        }
    }
    kept
}
