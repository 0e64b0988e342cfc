//! A value of a configuration and its name, for rules to look at and complain about.

use std::net::IpAddr;

use crate::config::cidr::Cidr;
use crate::config::error::Error;
use crate::config::talos::tree::{Data, Tree};
use crate::config::talos::url::Url;

/// A value, or the absence of one, with the path that messages call it by.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    tree: Option<&'a Tree>,
    /// The nearest thing that is there, to point at.
    near: &'a Tree,
    path: String,
}

impl<'a> Place<'a> {
    /// The root of a document.
    pub(super) fn root(tree: &'a Tree) -> Self {
        Self {
            tree: Some(tree),
            near: tree,
            path: String::new(),
        }
    }

    /// The value below keys.
    pub(super) fn get(&self, keys: &[&str]) -> Self {
        keys.iter().fold(self.clone(), |place, key| {
            let tree = place.tree.and_then(|tree| tree.get(key));
            let path = match place.path.as_str() {
                "" => (*key).to_owned(),
                path => format!("{path}.{key}"),
            };
            Self {
                tree,
                near: tree.unwrap_or(place.near),
                path,
            }
        })
    }

    /// The elements of a list.
    pub(super) fn items(&self) -> Vec<Self> {
        let items = self.tree.map(Tree::items).unwrap_or_default();
        let items = items.iter().enumerate().map(|(index, tree)| Self {
            tree: Some(tree),
            near: tree,
            path: format!("{}[{index}]", self.path),
        });
        items.collect()
    }

    /// The entries of a mapping.
    pub(super) fn entries(&self) -> Vec<(&'a str, Self)> {
        let members = self.tree.map(Tree::members).unwrap_or_default();
        let entries = members.iter().map(|member| {
            let place = Self {
                tree: Some(&member.value),
                near: &member.value,
                path: format!("{}.{}", self.path, member.key),
            };
            (member.key.as_str(), place)
        });
        entries.collect()
    }

    /// Whether there is a value.
    pub(super) fn is_set(&self) -> bool {
        self.tree.is_some()
    }

    /// Text that is not empty.
    pub(super) fn text(&self) -> Option<&'a str> {
        self.tree
            .and_then(Tree::text)
            .filter(|text| !text.is_empty())
    }

    /// Whether it is a true flag.
    pub(super) fn is_on(&self) -> bool {
        self.tree.and_then(Tree::flag) == Some(true)
    }

    /// Whether it is a false flag.
    pub(super) fn is_off(&self) -> bool {
        self.tree.and_then(Tree::flag) == Some(false)
    }

    /// A number; zero without one.
    pub(super) fn number(&self) -> i64 {
        match self.tree.map(|tree| &tree.data) {
            Some(Data::Number(number)) => number.as_i64().unwrap_or_default(),
            _ => 0,
        }
    }

    /// A URL.
    pub(super) fn url(&self) -> Option<Url> {
        self.text().and_then(|text| Url::parse(text).ok())
    }

    /// The value itself.
    pub(super) fn tree(&self) -> Option<&'a Tree> {
        self.tree
    }

    /// The error of a broken rule.
    pub(super) fn wrong(&self, why: impl Into<String>) -> Error {
        Error::rule(self.near.at.clone(), &self.path, why)
    }

    /// Refuses the value if `broken`.
    pub(super) fn refuse_if(&self, broken: bool, why: &str) -> Result<(), Error> {
        if broken { Err(self.wrong(why)) } else { Ok(()) }
    }

    /// A warning about the value.
    pub(super) fn warning(&self, text: &str) -> super::Warning {
        super::Warning {
            at: self.near.at.clone(),
            text: format!("`{}` {text}", self.path),
        }
    }

    /// Refuses texts that are no address, unless there is none.
    pub(super) fn address(&self) -> Result<(), Error> {
        let wrong = self
            .text()
            .is_some_and(|text| text.parse::<IpAddr>().is_err());
        self.refuse_if(wrong, "must be an IP address")
    }

    /// Refuses texts that are no address range, unless there is none.
    pub(super) fn range(&self) -> Result<(), Error> {
        let wrong = self
            .text()
            .is_some_and(|text| text.parse::<Cidr>().is_err());
        self.refuse_if(wrong, "must be an address range such as `10.0.0.0/24`")
    }

    /// Refuses texts that are neither address nor range. With `negated`, a `!` may stand before either.
    pub(super) fn address_or_range(&self, negated: bool) -> Result<(), Error> {
        let fits = |text: &str| {
            let text = match text.strip_prefix('!') {
                Some(rest) if negated => rest,
                _ => text,
            };
            text.parse::<IpAddr>().is_ok() || text.parse::<Cidr>().is_ok()
        };
        let wrong = self
            .tree
            .and_then(Tree::text)
            .is_some_and(|text| !fits(text));
        self.refuse_if(
            wrong,
            "must be an IP address or a range such as `10.0.0.0/24`",
        )
    }
}
