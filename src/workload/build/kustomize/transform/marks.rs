//! `labels`, `commonLabels` and `commonAnnotations`: entries of mappings.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::error::Error;
use super::super::fieldspec::{FieldSpec, Make, Ways};
use super::super::resource::{Resource, kind_of};
use super::super::set::ResourceSet;
use super::super::shared::{Shared, below};

/// Labels or annotations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marks {
    /// Labels.
    Labels,
    /// Annotations.
    Annotations,
}

/// `labels`, `commonLabels` and `commonAnnotations`.
#[derive(Debug, Clone)]
pub(crate) struct MarksTransformer {
    /// What they are.
    pub marks: Marks,
    /// What is set.
    pub pairs: BTreeMap<String, String>,
    /// Mappings that get them.
    pub specs: Vec<FieldSpec>,
}

impl MarksTransformer {
    pub(crate) fn apply(&self, set: &mut ResourceSet) -> Result<(), Error> {
        if self.pairs.is_empty() {
            return Ok(());
        }
        let ways = Ways::new(&self.specs);
        set.try_each(|resource| {
            let before = self.places(&ways, resource);
            let changed = ways.apply(&mut resource.json, Make::Mapping, &mut |value| {
                self.set(value)
            });
            changed.map_err(|why| Error::object(resource, why))?;
            self.share(&ways, resource, &before);
            Ok(())
        })
    }

    /// Pointers to all entries of the pairs that an object has where this transformer sets them.
    fn places(&self, ways: &Ways, resource: &Resource) -> Vec<(&str, String)> {
        let mut maps = Vec::new();
        for way in ways.of(resource.api_version(), resource.kind()) {
            way.pointers(&resource.json, &mut maps);
        }
        let mut found: Vec<(&str, String)> = Vec::new();
        for map in &maps {
            for key in self.pairs.keys() {
                let pointer = below(map, key);
                let known = found.iter().any(|(_, other)| *other == pointer);
                if !known && resource.json.pointer(&pointer).is_some() {
                    found.push((key, pointer));
                }
            }
        }
        found
    }

    /// Remembers the entries that were made together.
    fn share(&self, ways: &Ways, resource: &mut Resource, before: &[(&str, String)]) {
        let mut made = self.places(ways, resource);
        made.retain(|place| !before.contains(place));
        for (key, text) in &self.pairs {
            let places = made.iter().filter(|(other, _)| other == key);
            let places = places.map(|(_, place)| place.clone()).collect();
            let mut shared = Shared::new(text.as_str().into(), places);
            if resource.history.provenance.is_some() {
                shared.iter_mut().for_each(Shared::forget_annotations);
            }
            resource.shared.extend(shared);
        }
    }

    /// Sets all pairs. A null that may not become a mapping stays one.
    fn set(&self, value: &mut Value) -> Result<(), String> {
        match value {
            Value::Object(fields) => {
                for (key, text) in &self.pairs {
                    fields.insert(key.clone(), text.as_str().into());
                }
                Ok(())
            }
            Value::Null => Ok(()),
            other => {
                let what = match self.marks {
                    Marks::Labels => "labels",
                    Marks::Annotations => "annotations",
                };
                let found = kind_of(other);
                Err(format!("it is {found}, where {what} need a mapping"))
            }
        }
    }
}
