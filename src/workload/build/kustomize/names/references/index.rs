//! Who was called how, where.

use std::collections::{HashMap, HashSet};

use super::super::super::gvk::{NO_NAMESPACE, ResId};
use super::super::super::resource::{History, Resource};

/// Where an object is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Where<'a> {
    /// Anywhere.
    Anywhere,
    /// In this namespace, now.
    Now(&'a str),
    /// In this namespace, in the beginning.
    First(&'a str),
}

/// A namespace that counts in comparisons, and how it is written.
type Namespace<'a> = (&'a str, &'a str);

/// All objects by the names that they had. Only those have one whose name or namespace was changed.
pub(super) struct Index<'a> {
    pub(super) resources: &'a [Resource],
    pub(super) identities: &'a [ResId],
    by_name: HashMap<(&'a str, Where<'a>), Vec<usize>>,
    /// Namespaces in which objects are now, by those in which they began.
    moved: HashMap<&'a str, HashSet<Namespace<'a>>>,
}

/// What an object can see of the others.
pub(super) struct View<'v> {
    /// Its own identity.
    pub(super) own: &'v ResId,
    /// Namespaces, besides its own, of service accounts that it names.
    pub(super) accounts: HashSet<String>,
}

impl View<'_> {
    /// Whether something in a namespace can be seen.
    fn sees(&self, (namespace, written): Namespace<'_>) -> bool {
        self.own.cluster_scoped
            || namespace == NO_NAMESPACE
            || namespace == self.own.effective_namespace()
            || self.accounts.contains(written)
    }
}

impl<'a> Index<'a> {
    pub(super) fn new(resources: &'a [Resource], identities: &'a [ResId]) -> Self {
        let mut index = Self {
            resources,
            identities,
            by_name: HashMap::new(),
            moved: HashMap::new(),
        };
        for (place, (resource, id)) in resources.iter().zip(identities).enumerate() {
            let now = id.effective_namespace();
            let previous = &resource.history.previous;
            let first = previous
                .first()
                .map_or(now, |old| effective(&old.namespace));
            index
                .moved
                .entry(first)
                .or_default()
                .insert((now, &id.namespace));
            for (number, old) in previous.iter().enumerate() {
                if previous[..number]
                    .iter()
                    .any(|older| older.name == old.name)
                {
                    continue;
                }
                for place_of in [Where::Anywhere, Where::Now(now), Where::First(first)] {
                    let list = index.by_name.entry((&old.name, place_of));
                    list.or_default().push(place);
                }
            }
        }
        index
    }

    pub(super) fn history(&self, place: usize) -> &'a History {
        &self.resources[place].history
    }

    /// Objects in their order that had a name and can be meant by a reference without a namespace.
    pub(super) fn named(&self, name: &str, view: &View<'_>) -> Vec<usize> {
        if view.own.cluster_scoped {
            return self.at(name, Where::Anywhere).to_vec();
        }
        let mut found = self.at(name, Where::Now(NO_NAMESPACE)).to_vec();
        let own = view.own.effective_namespace();
        found.extend(self.at(name, Where::Now(own)));
        for account in &view.accounts {
            let is_meant = |place: &&usize| {
                let id = &self.identities[**place];
                id.gvk.kind == "ServiceAccount" && id.namespace == *account && account != own
            };
            found.extend(self.at(name, Where::Now(account)).iter().filter(is_meant));
        }
        found.sort_unstable();
        found
    }

    /// Those of them in a namespace that a reference says. It may be the one where objects began or, if none that can be
    /// seen began there, the one where they are.
    pub(super) fn named_in(&self, name: &str, namespace: &str, view: &View<'_>) -> Vec<usize> {
        if namespace == NO_NAMESPACE {
            return Vec::new();
        }
        let began = self.moved.get(namespace);
        let began = began.is_some_and(|now| now.iter().any(|now| view.sees(*now)));
        if view.own.cluster_scoped {
            let place = if began {
                Where::First(namespace)
            } else {
                Where::Now(namespace)
            };
            return self.at(name, place).to_vec();
        }
        let mut found = self.named(name, view);
        found.retain(|place| {
            let now = self.identities[*place].effective_namespace();
            let first = self.history(*place).previous.first();
            let first = first.map_or(now, |old| effective(&old.namespace));
            namespace == if began { first } else { now }
        });
        found
    }

    fn at<'s>(&'s self, name: &'s str, place: Where<'s>) -> &'s [usize] {
        self.by_name.get(&(name, place)).map_or(&[], Vec::as_slice)
    }
}

/// A namespace of the past as it counts in comparisons.
fn effective(namespace: &str) -> &str {
    if namespace.is_empty() {
        super::super::super::gvk::DEFAULT_NAMESPACE
    } else {
        namespace
    }
}
