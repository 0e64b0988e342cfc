//! `labels`, `commonLabels` and `commonAnnotations`: entries of mappings.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::error::Error;
use super::super::fieldspec::{FieldSpec, Make, Ways};
use super::super::resource::kind_of;
use super::super::set::ResourceSet;

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
            let changed = ways.apply(&mut resource.json, Make::Mapping, &mut |value| {
                self.set(value)
            });
            changed.map_err(|why| Error::object(resource, why))
        })
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
