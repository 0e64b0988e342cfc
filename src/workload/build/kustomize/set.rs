//! The objects of a build in their order, no two with the same identity.

use std::collections::HashMap;
use std::sync::Arc;

use super::error::Error;
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
}

impl ResourceSet {
    /// All of them.
    pub(crate) fn list(&self) -> &[Resource] {
        &self.list
    }

    /// All of them, to change.
    pub(crate) fn list_mut(&mut self) -> &mut Vec<Resource> {
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
    pub(crate) fn append(&mut self, mut more: Vec<Resource>) -> Result<(), Error> {
        if more.is_empty() {
            return Ok(());
        }
        self.check_room(more.len())?;
        let before = self.list.len();
        self.list.append(&mut more);
        match self.twice(before) {
            Some((first, second)) => Err(Error::twice(&self.list[first], &self.list[second])),
            None => Ok(()),
        }
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
        let (first, second) = self.twice(0)?;
        Some((&self.list[first], &self.list[second]))
    }

    /// Places of the first object from `from` on that has the identity of one before it, and of that one.
    fn twice(&self, from: usize) -> Option<(usize, usize)> {
        let hashes = parallel::map_each(&self.list, |resource| resource.id().key_hash());
        let mut places: HashMap<u64, Vec<usize>> = HashMap::with_capacity(self.list.len());
        for (place, hash) in hashes.into_iter().enumerate() {
            let others = places.entry(hash).or_default();
            if place >= from && !others.is_empty() {
                let id = self.list[place].id();
                let same = |other: &&usize| self.list[**other].id().means(&id);
                if let Some(first) = others.iter().rev().find(same) {
                    return Some((*first, place));
                }
            }
            others.push(place);
        }
        None
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

    /// Places of the objects that a selector takes.
    pub(crate) fn select(&self, selector: &Selector) -> Vec<usize> {
        (0..self.list.len())
            .filter(|place| selector.takes(&self.list[*place]))
            .collect()
    }
}
