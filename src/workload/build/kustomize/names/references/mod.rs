//! References follow the objects they name: present names and namespaces come where earlier ones stand.

mod follow;
mod index;
#[cfg(test)]
mod tests;

use serde_json::Value;

use super::super::error::Error;
use super::super::fieldspec::{Make, Way, Ways};
use super::super::gvk::{Gvk, ResId};
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
    let specs = rules.iter().flat_map(|rule| &rule.referrers);
    let ways = Ways::new(specs);
    let targets: Vec<&Gvk> = rules
        .iter()
        .flat_map(|rule| std::iter::repeat_n(&rule.gvk, rule.referrers.len()))
        .collect();
    // Everything about names is read before anything is changed; the objects are taken out of their set meanwhile.
    let identities: Vec<ResId> = set.list().iter().map(Resource::id).collect();
    let kinds: Vec<(String, String)> = set.list().iter().map(original_kind).collect();
    let mut objects: Vec<Value> = set
        .list_mut()
        .iter_mut()
        .map(|resource| resource.json.take())
        .collect();
    let resources = set.list();
    let index = Index::new(resources, &identities);
    let chunks: Vec<(usize, &mut [Value])> = objects
        .chunks_mut(CHUNK)
        .enumerate()
        .map(|(number, chunk)| (number * CHUNK, chunk))
        .collect();
    let fixed = parallel::try_map(chunks, |(first, chunk)| {
        let mut chunk = chunk.iter_mut().enumerate();
        chunk.try_for_each(|(place, object)| {
            let place = first + place;
            let (api_version, kind) = &kinds[place];
            let ways = ways
                .of(api_version, kind)
                .map(|(number, way)| (way, targets[number]));
            let fixed = fix(place, object, &index, ways);
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
fn original_kind(resource: &Resource) -> (String, String) {
    let kind = resource.original_kind().to_owned();
    (resource.api_version().to_owned(), kind)
}

/// Fixes the references of one object. The error is a sentence.
fn fix<'s>(
    place: usize,
    object: &mut Value,
    index: &Index<'_>,
    ways: impl Iterator<Item = (&'s Way, &'s Gvk)>,
) -> Result<(), String> {
    let mut ways = ways.peekable();
    if ways.peek().is_none() {
        return Ok(());
    }
    let referrer = Referrer::new(place, object, index)?;
    for (way, target) in ways {
        let is_role = way.spec.path.ends_with("roleRef/name");
        way.follow(object, Make::Nothing, &mut |value| {
            referrer.set(value, target, is_role)
        })?;
    }
    Ok(())
}
