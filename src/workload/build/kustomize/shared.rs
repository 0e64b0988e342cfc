//! Labels and annotations that kustomize keeps as one value although they are in several places of an object.
//!
//! Where one transformer makes an entry in several places (`metadata.labels`, selectors, templates), kustomize puts the
//! same node into all of them. Whatever changes the entry in one place later, a label of an overlay or a merged patch,
//! changes it everywhere. Entries that were there before are values of their own.

use std::sync::Arc;

use serde_json::{Map, Value};

/// One step into an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// Into a field of a mapping.
    Field(String),
    /// Into an item of a list.
    Item(usize),
}

/// The way to a mapping.
pub(crate) type Way = Arc<[Part]>;

/// An entry in several mappings.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    key: String,
    /// Its value in all of them.
    value: Value,
    maps: Vec<Way>,
}

impl Shared {
    /// An entry that was made in all these mappings, if they are several.
    pub(crate) fn new(key: &str, value: Value, maps: Vec<Way>) -> Option<Self> {
        (maps.len() > 1).then(|| Self {
            key: key.to_owned(),
            value,
            maps,
        })
    }

    /// Makes all places equal to the one that was changed.
    pub(crate) fn settle(&mut self, object: &mut Value) {
        let Self { key, value, maps } = self;
        let mut changed = None;
        maps.retain(|way| {
            let found = map_at(object, way).and_then(|map| map.get(key.as_str()));
            if changed.is_none() {
                changed = found.filter(|found| *found != value).cloned();
            }
            found.is_some()
        });
        let Some(changed) = changed else {
            return;
        };
        *value = changed;
        for way in maps {
            let map = map_at_mut(object, way);
            if let Some(entry) = map.and_then(|map| map.get_mut(key.as_str())) {
                entry.clone_from(value);
            }
        }
    }

    /// Kustomize writes all annotations of the object anew, as it does where origins and transformers are noted among them.
    pub(crate) fn forget_annotations(&mut self) {
        let of_object = ["metadata", "annotations"].map(|name| Part::Field(name.to_owned()));
        self.maps.retain(|way| **way != of_object);
    }

    /// Forgets places within lists, whose items may have moved.
    pub(crate) fn forget_items(&mut self) {
        let in_list = |way: &Way| way.iter().any(|part| matches!(part, Part::Item(_)));
        self.maps.retain(|way| !in_list(way));
    }
}

fn map_at<'v>(object: &'v Value, way: &[Part]) -> Option<&'v Map<String, Value>> {
    let mut parts = way.iter();
    let found = parts.try_fold(object, |value, part| match part {
        Part::Field(name) => value.as_object()?.get(name),
        Part::Item(at) => value.as_array()?.get(*at),
    });
    found?.as_object()
}

fn map_at_mut<'v>(object: &'v mut Value, way: &[Part]) -> Option<&'v mut Map<String, Value>> {
    let mut parts = way.iter();
    let found = parts.try_fold(object, |value, part| match part {
        Part::Field(name) => value.as_object_mut()?.get_mut(name),
        Part::Item(at) => value.as_array_mut()?.get_mut(*at),
    });
    found?.as_object_mut()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn way(parts: &[&str]) -> Way {
        let part = |text: &&str| match text.parse() {
            Ok(at) => Part::Item(at),
            Err(_) => Part::Field((*text).to_owned()),
        };
        parts.iter().map(part).collect()
    }

    #[test]
    fn a_change_in_one_place_is_one_in_all() {
        let mut object = json!({"a": {"x/y": "1"}, "b": [{"x/y": "1"}], "c": {"x/y": "1"}});
        let maps = vec![way(&["a"]), way(&["b", "0"])];
        let mut shared = Shared::new("x/y", "1".into(), maps).unwrap();
        object["a"]["x/y"] = "2".into();
        shared.settle(&mut object);
        assert_eq!(
            object,
            json!({"a": {"x/y": "2"}, "b": [{"x/y": "2"}], "c": {"x/y": "1"}})
        );
        shared.forget_items();
        object["a"]["x/y"] = "3".into();
        shared.settle(&mut object);
        assert_eq!(object["b"][0]["x/y"], "2");
    }
}
