//! The order of objects that kustomize calls legacy.

use std::collections::HashMap;

use super::super::gvk::ResId;
use super::super::kinds::{FIRST, LAST, kind_text};
use super::super::resource::Resource;
use crate::workload::build::parallel;

/// Sorts by kind, then by group and version, then by namespace and name. `kinds` are those that come first and last.
pub(super) fn sort(list: &mut Vec<Resource>, kinds: Option<&(Vec<String>, Vec<String>)>) {
    let places = match kinds {
        Some((first, last)) => places(first, last),
        None => places(&FIRST, &LAST),
    };
    // Between other kinds this rule of kustomize's has no say: it is about namespaces among themselves.
    let namespaces_first = places.contains_key("Namespace");
    let key = |resource: &Resource| {
        let id = resource.id();
        let place = places.get(id.gvk.kind.as_str()).copied().unwrap_or(0);
        (
            place,
            namespaces_first && !is_core_namespace(&id),
            kind_text(&id.gvk),
            name_text(&id),
        )
    };
    let keys = parallel::map_each(list, key);
    let mut keyed: Vec<_> = keys.into_iter().zip(list.drain(..)).collect();
    keyed.sort_by(|one, other| one.0.cmp(&other.0));
    list.extend(keyed.into_iter().map(|(_, item)| item));
}

/// Where each kind belongs: before 0, or behind it. Later ones win.
fn places<T: AsRef<str>>(first: &[T], last: &[T]) -> HashMap<String, isize> {
    let number = |place: usize| isize::try_from(place).unwrap_or(isize::MAX);
    let name = |kind: &T| kind.as_ref().to_owned();
    let first_kinds = first.iter().enumerate();
    let last_kinds = last.iter().enumerate();
    first_kinds
        .map(|(place, kind)| (name(kind), number(place) - number(first.len())))
        .chain(last_kinds.map(|(place, kind)| (name(kind), number(place) + 1)))
        .collect()
}

/// `Namespace` of the core group comes before those of other groups.
fn is_core_namespace(id: &ResId) -> bool {
    id.gvk.kind == "Namespace" && id.gvk.group.is_empty()
}

/// What decides between objects of one kind.
fn name_text(id: &ResId) -> String {
    let namespace = match id.namespace.as_str() {
        "" => "~X",
        namespace => namespace,
    };
    format!("{namespace}|{}", id.name)
}
