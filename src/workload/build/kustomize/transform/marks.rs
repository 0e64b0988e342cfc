//! `labels`, `commonLabels` and `commonAnnotations`: entries of mappings.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::error::Error;
use super::super::fieldspec::{FieldSpec, Make, Way, Ways};
use super::super::resource::{Resource, kind_of};
use super::super::set::ResourceSet;
use super::super::shared::{self, Shared};

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
            let of_kind: Vec<&Way> = ways.of(resource.api_version(), resource.kind()).collect();
            // For each pair the mappings in which it was made.
            let mut made: Vec<Vec<shared::Way>> = vec![Vec::new(); self.pairs.len()];
            for way in of_kind {
                // For each mapping on the way and each pair in turn: whether it was not there before.
                let mut fresh = Vec::new();
                let set = &mut |value: &mut Value| self.set(value, &mut fresh);
                let changed = way.follow(&mut resource.json, Make::Mapping, set);
                changed.map_err(|why| Error::object(resource, why))?;
                if fresh.contains(&true) {
                    let ends = way.ends(&resource.json);
                    for (end, fresh) in ends.iter().zip(fresh.chunks(self.pairs.len())) {
                        let news = made.iter_mut().zip(fresh).filter(|(_, fresh)| **fresh);
                        news.for_each(|(maps, _)| maps.push(end.clone()));
                    }
                }
            }
            self.share(resource, made);
            Ok(())
        })
    }

    /// Remembers the entries that were made together.
    fn share(&self, resource: &mut Resource, made: Vec<Vec<shared::Way>>) {
        for ((key, text), maps) in self.pairs.iter().zip(made) {
            let mut shared = Shared::new(key, text.as_str().into(), maps);
            if resource.history.provenance.is_some() {
                shared.iter_mut().for_each(Shared::forget_annotations);
            }
            resource.shared.extend(shared);
        }
    }

    /// Sets all pairs. A null that may not become a mapping stays one. `fresh` gets whether each pair is new.
    fn set(&self, value: &mut Value, fresh: &mut Vec<bool>) -> Result<(), String> {
        match value {
            Value::Object(fields) => {
                for (key, text) in &self.pairs {
                    let before = fields.insert(key.clone(), text.as_str().into());
                    fresh.push(before.is_none());
                }
                Ok(())
            }
            Value::Null => {
                fresh.resize(fresh.len() + self.pairs.len(), false);
                Ok(())
            }
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
