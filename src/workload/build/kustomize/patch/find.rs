//! The object that a patch without target is for.

use super::super::error::Error;
use super::super::gvk::ResId;
use super::super::resource::Resource;
use super::super::set::ResourceSet;
use super::transformer::PatchText;
use crate::text::nearest;

/// The place of the object that a patch names.
pub(super) fn owner(set: &ResourceSet, patch: &Resource, text: &PatchText) -> Result<usize, Error> {
    let id = patch.id();
    let mut found = (set.list().iter().enumerate())
        .filter(|(_, resource)| !resource.is_empty() && resource.has_or_had(&id))
        .map(|(place, _)| place);
    match (found.next(), found.next()) {
        (Some(place), None) => Ok(place),
        (Some(_), Some(_)) => {
            let what = format!("the patch of {id} fits more than one object");
            Err(Error::at(&text.at, what))
        }
        (None, _) => {
            let error = Error::at(&text.at, format!("the patch of {id} fits no object"));
            Err(match near(set, &id) {
                Some(hint) => error.with_hint(hint),
                None => error,
            })
        }
    }
}

/// What the patch may have been meant for.
fn near(set: &ResourceSet, id: &ResId) -> Option<String> {
    let ids: Vec<ResId> = set.list().iter().flat_map(Resource::all_ids).collect();
    if let Some(other) = ids.iter().find(|other| other.same_kind_and_name(id)) {
        return Some(format!("did you mean {other}?"));
    }
    let same_name = |other: &&ResId| other.name == id.name && other.gvk.kind == id.gvk.kind;
    if let Some(other) = ids.iter().find(same_name) {
        let api_version = other.gvk.api_version();
        return Some(format!(
            "did you mean {other} with `apiVersion: {api_version}`?"
        ));
    }
    let of_kind = ids.iter().filter(|other| other.gvk.kind == id.gvk.kind);
    let names = of_kind.map(|other| other.name.as_str());
    if let Some(name) = nearest(&id.name, names) {
        let other = ids.iter().find(|other| other.name == name)?;
        return Some(format!("did you mean {other}?"));
    }
    let other = ids.iter().find(|other| other.name == id.name)?;
    Some(format!("did you mean {other}?"))
}
