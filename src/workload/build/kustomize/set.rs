//! The objects of a build in their order, no two with the same identity.

use std::collections::HashMap;
use std::sync::Arc;

use super::error::Error;
use super::gvk::{Gvk, ResId};
use super::resource::Resource;
use super::schema::Schema;
use super::selector::Selector;
use crate::workload::build::parallel;

/// Objects that a build may have at most: bases that are named twice double what is below them.
const MAX_OBJECTS: usize = 1_000_000;

/// Objects that one core takes at once; with fewer there is nothing to share.
const CHUNK: usize = 64;

/// Objects in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct ResourceSet {
    list: Vec<Resource>,
    /// Where each identity is, as long as nothing but adding happens: thousands of files are added one after the other.
    places: Option<HashMap<Key, usize>>,
}

/// An identity as the index of a set keeps it.
type Key = (Gvk, String, String);

fn key(id: ResId) -> Key {
    let namespace = if id.cluster_scoped || id.namespace.is_empty() {
        id.effective_namespace().to_owned()
    } else {
        id.namespace
    };
    (id.gvk, id.name, namespace)
}

impl ResourceSet {
    /// All of them.
    pub(crate) fn list(&self) -> &[Resource] {
        &self.list
    }

    /// All of them, to change.
    pub(crate) fn list_mut(&mut self) -> &mut Vec<Resource> {
        self.places = None;
        &mut self.list
    }

    /// Changes each of them, on all cores. The error is that of the first one that has one.
    pub(crate) fn try_each(
        &mut self,
        change: impl Fn(&mut Resource) -> Result<(), Error> + Sync,
    ) -> Result<(), Error> {
        let chunks: Vec<&mut [Resource]> = self.list_mut().chunks_mut(CHUNK).collect();
        parallel::try_map(chunks, |chunk| chunk.iter_mut().try_for_each(&change))?;
        Ok(())
    }

    /// All of them, taken out.
    pub(crate) fn into_list(self) -> Vec<Resource> {
        self.list
    }

    /// Refuses more objects than there may be.
    pub(crate) fn check_room(&self, more: usize) -> Result<(), Error> {
        if self.list.len() + more > MAX_OBJECTS {
            return Err(Error::TooMany(MAX_OBJECTS));
        }
        Ok(())
    }

    /// Adds objects. An identity that is there already is refused.
    pub(crate) fn append(&mut self, more: impl IntoIterator<Item = Resource>) -> Result<(), Error> {
        let mut places = self.places.take().unwrap_or_else(|| self.index());
        for resource in more {
            if let Some(first) = places.insert(key(resource.id()), self.list.len()) {
                return Err(Error::twice(&self.list[first], &resource));
            }
            if self.list.len() == MAX_OBJECTS {
                return Err(Error::TooMany(MAX_OBJECTS));
            }
            self.list.push(resource);
        }
        self.places = Some(places);
        Ok(())
    }

    /// Refuses two objects with the same identity, which a change of names can lead to.
    pub(crate) fn check_unique(&self) -> Result<(), Error> {
        match self.first_twice() {
            Some((first, second)) => Err(Error::twice(first, second)),
            None => Ok(()),
        }
    }

    /// The first two objects with the same identity.
    pub(crate) fn first_twice(&self) -> Option<(&Resource, &Resource)> {
        let mut taken = HashMap::with_capacity(self.list.len());
        self.list.iter().find_map(|resource| {
            let first = taken.insert(key(resource.id()), resource)?;
            Some((first, resource))
        })
    }

    /// Other types count from here on.
    pub(crate) fn use_schema(&mut self, schema: &Arc<Schema>) {
        for resource in self.list_mut() {
            resource.use_schema(schema);
        }
    }

    /// Drops objects of which nothing is left.
    pub(crate) fn drop_empty(&mut self) {
        self.list_mut().retain(|resource| !resource.is_empty());
    }

    /// Whether both hold the same objects with the same content.
    pub(crate) fn same_content(&self, other: &Self) -> bool {
        self.list.len() == other.list.len()
            && self
                .list
                .iter()
                .zip(&other.list)
                .all(|(one, other)| one.json == other.json)
    }

    /// Places of the objects that have or had an identity that `matches`.
    pub(crate) fn with_any_id(&self, matches: impl Fn(&ResId) -> bool) -> Vec<usize> {
        let had = |resource: &Resource| resource.all_ids().any(|id| matches(&id));
        (0..self.list.len())
            .filter(|place| !self.list[*place].is_empty() && had(&self.list[*place]))
            .collect()
    }

    /// Places of the objects that a selector takes.
    pub(crate) fn select(&self, selector: &Selector) -> Vec<usize> {
        (0..self.list.len())
            .filter(|place| selector.takes(&self.list[*place]))
            .collect()
    }

    /// Where each identity is.
    fn index(&self) -> HashMap<Key, usize> {
        let entries = self.list.iter().enumerate();
        entries
            .map(|(place, resource)| (key(resource.id()), place))
            .collect()
    }
}
