//! `namePrefix` and `nameSuffix`: text before or behind names.

use serde_json::Value;

use super::super::error::Error;
use super::super::fieldspec::{FieldSpec, Make, selects};
use super::super::resource::{Resource, kind_of};
use super::super::set::ResourceSet;

/// Before or behind the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Before.
    Prefix,
    /// Behind.
    Suffix,
}

/// `namePrefix` and `nameSuffix`.
#[derive(Debug, Clone)]
pub(crate) struct AffixTransformer {
    /// Where it goes.
    pub side: Side,
    /// The text.
    pub text: String,
    /// Fields that get it.
    pub specs: Vec<FieldSpec>,
}

/// The field whose change is a change of identity.
const NAME: &str = "metadata/name";

impl AffixTransformer {
    pub(crate) fn apply(&self, set: &mut ResourceSet) -> Result<(), Error> {
        set.try_each(|resource| self.change(resource))
    }

    fn change(&self, resource: &mut Resource) -> Result<(), Error> {
        if keeps_its_name(resource) {
            return Ok(());
        }
        for spec in &self.specs {
            if !selects(&spec.gvk, resource.api_version(), resource.original_kind()) {
                continue;
            }
            if spec.path == NAME && !self.text.is_empty() {
                let affixes = match self.side {
                    Side::Prefix => &mut resource.history.prefixes,
                    Side::Suffix => &mut resource.history.suffixes,
                };
                affixes.push(self.text.clone());
                resource.store_previous_id();
            }
            let changed = spec.apply(&mut resource.json, Make::Scalar, &mut |value| {
                self.set(value)
            });
            changed.map_err(|why| Error::object(resource, why))?;
        }
        Ok(())
    }

    fn set(&self, value: &mut Value) -> Result<(), String> {
        let old = match &*value {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            Value::Array(_) | Value::Object(_) => {
                return Err(format!("it is {}, not a text", kind_of(value)));
            }
        };
        let new = match self.side {
            Side::Prefix => format!("{}{old}", self.text),
            Side::Suffix => format!("{old}{}", self.text),
        };
        *value = Value::String(new);
        Ok(())
    }
}

/// Objects whose names mean something outside of the kustomization.
fn keeps_its_name(resource: &Resource) -> bool {
    match resource.original_kind() {
        "CustomResourceDefinition" | "Namespace" => true,
        "APIService" => {
            let (group, _) = resource.api_version().split_once('/').unwrap_or_default();
            group == "apiregistration.k8s.io"
        }
        _ => false,
    }
}
