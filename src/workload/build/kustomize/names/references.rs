//! References follow the objects they name: present names and namespaces come where earlier ones stand.

mod follow;
mod index;
#[cfg(test)]
mod tests;

use serde_json::Value;

use super::super::error::Error;
use super::super::fieldspec::FieldSpec;
use super::super::gvk::{Gvk, ResId};
use super::super::pathtree::{Kind, PathTree, PathTrees};
use super::super::resource::Resource;
use super::super::rules::BackReferences;
use super::super::set::ResourceSet;
use crate::workload::build::parallel;
use follow::Referrer;
use index::Index;

/// Objects that one core takes at once.
const CHUNK: usize = 64;

/// Puts present names and namespaces where objects are named by earlier ones.
pub(crate) fn fix_references(set: &mut ResourceSet, rules: &[BackReferences]) -> Result<(), Error> {
    let rules = Rules::new(rules);
    // Everything about names is read before anything is changed; the objects are taken out of their set meanwhile.
    let identities: Vec<ResId> = set.list().iter().map(Resource::id).collect();
    let resources = set.list_mut().iter_mut();
    let mut objects: Vec<Value> = resources.map(|resource| resource.json.take()).collect();
    let resources = set.list();
    let index = Index::new(resources, &identities);
    let kinds = resources.iter().zip(&identities).map(original_kind);
    let kinds: Vec<Kind<'_>> = kinds.collect();
    let trees = PathTrees::new(kinds.iter().copied(), &rules.specs);
    let chunks: Vec<(usize, &mut [Value])> = objects
        .chunks_mut(CHUNK)
        .enumerate()
        .map(|(number, chunk)| (number * CHUNK, chunk))
        .collect();
    let fixed = parallel::try_map(chunks, |(first, chunk)| {
        let mut chunk = chunk.iter_mut().enumerate();
        chunk.try_for_each(|(number, object)| {
            let place = first + number;
            let Some(tree) = trees.get(kinds[place]) else {
                return Ok(());
            };
            let fixed = rules.fix(place, object, &index, tree);
            fixed.map_err(|why| Error::object(&resources[place], why))
        })
    });
    let resources = set.list_mut().iter_mut();
    for (resource, object) in resources.zip(objects) {
        resource.json = object;
    }
    fixed.map(drop)
}

/// By which kind an object is known to name others: the one that it began with.
fn original_kind<'s>((resource, id): (&'s Resource, &'s ResId)) -> Kind<'s> {
    let first = resource.history.previous.first();
    let kind = first.map_or(id.gvk.kind.as_str(), |first| &first.kind);
    (&id.gvk.group, &id.gvk.version, kind)
}

/// All fields that name objects, and what kind each names.
struct Rules<'r> {
    specs: Vec<&'r FieldSpec>,
    targets: Vec<&'r Gvk>,
}

impl<'r> Rules<'r> {
    fn new(rules: &'r [BackReferences]) -> Self {
        let specs = rules.iter().flat_map(|rule| &rule.referrers);
        let targets = rules
            .iter()
            .flat_map(|rule| std::iter::repeat_n(&rule.gvk, rule.referrers.len()));
        Self {
            specs: specs.collect(),
            targets: targets.collect(),
        }
    }

    /// Fixes the references of one object. The error is a sentence.
    fn fix(
        &self,
        place: usize,
        object: &mut Value,
        index: &Index<'_>,
        tree: &PathTree,
    ) -> Result<(), String> {
        if tree.is_empty() {
            return Ok(());
        }
        let referrer = Referrer::new(place, object, index)?;
        tree.walk(object, &self.specs, &mut |value, number| {
            let is_role = self.specs[number].path.ends_with("roleRef/name");
            referrer.set(value, self.targets[number], is_role)
        })
    }
}
