//! Labels and annotations that kustomize keeps as one value although they are in several places of an object.
//!
//! Where one transformer makes an entry in several places (`metadata.labels`, selectors, templates), kustomize puts the
//! same node into all of them. Whatever changes the entry in one place later, a label of an overlay or a merged patch,
//! changes it everywhere. Entries that were there before are values of their own.

use serde_json::Value;

/// An entry in several places.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    /// Its value in all of them.
    value: Value,
    /// JSON pointers to it.
    places: Vec<String>,
}

impl Shared {
    /// An entry that was made in all these places, if they are several.
    pub(crate) fn new(value: Value, places: Vec<String>) -> Option<Self> {
        (places.len() > 1).then_some(Self { value, places })
    }

    /// Makes all places equal to the one that was changed.
    pub(crate) fn settle(&mut self, object: &mut Value) {
        self.places.retain(|place| object.pointer(place).is_some());
        let found = self.places.iter().filter_map(|place| object.pointer(place));
        let Some(changed) = found.into_iter().find(|value| **value != self.value) else {
            return;
        };
        self.value = changed.clone();
        for place in &self.places {
            if let Some(value) = object.pointer_mut(place) {
                value.clone_from(&self.value);
            }
        }
    }

    /// Kustomize writes all annotations of the object anew, as it does where origins and transformers are noted among them.
    pub(crate) fn forget_annotations(&mut self) {
        self.places
            .retain(|place| !place.starts_with("/metadata/annotations/"));
    }

    /// Forgets places within lists, whose items may have moved.
    pub(crate) fn forget_items(&mut self) {
        let is_item = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        self.places.retain(|place| !place.split('/').any(is_item));
    }
}

/// Appends a field to a JSON pointer.
pub(crate) fn below(pointer: &str, field: &str) -> String {
    format!("{pointer}/{}", field.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_in_one_place_is_one_in_all() {
        let mut object = json!({"a": {"x/y": "1"}, "b": [{"x/y": "1"}], "c": {"x/y": "1"}});
        let places = [below("/a", "x/y"), below("/b/0", "x/y")];
        let mut shared = Shared::new("1".into(), places.to_vec()).unwrap();
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
