//! `replicas`: how many of what.

use std::collections::BTreeSet;

use super::super::error::Error;
use super::super::fieldspec::{FieldSpec, Make, selects};
use super::super::file::Replica;
use super::super::resource::{Resource, kind_of};
use super::super::set::ResourceSet;
use crate::text::{List, nearest};

/// An entry of `replicas`.
#[derive(Debug, Clone)]
pub(crate) struct ReplicaTransformer {
    /// How many of what.
    pub replica: Replica,
    /// Fields that say how many.
    pub specs: Vec<FieldSpec>,
}

impl ReplicaTransformer {
    pub(crate) fn apply(&self, set: &mut ResourceSet) -> Result<(), Error> {
        let mut found = false;
        for resource in set.list_mut() {
            if resource.is_empty() || !resource.was_ever_called(&self.replica.name) {
                continue;
            }
            for spec in &self.specs {
                if self.means(resource, spec) {
                    found = true;
                    self.change(resource, spec)?;
                }
            }
        }
        if found {
            Ok(())
        } else {
            Err(self.unmatched(set))
        }
    }

    /// Whether the object has or had the name and a kind of the specification at the same time.
    fn means(&self, resource: &Resource, spec: &FieldSpec) -> bool {
        let takes = |name: &str, kind: &str| {
            name == self.replica.name && selects(&spec.gvk, resource.api_version(), kind)
        };
        let mut before = resource.history.previous.iter();
        takes(resource.name(), resource.kind()) || before.any(|old| takes(&old.name, &old.kind))
    }

    fn change(&self, resource: &mut Resource, spec: &FieldSpec) -> Result<(), Error> {
        let changed = spec.apply(&mut resource.json, Make::Scalar, &mut |value| {
            if value.is_array() || value.is_object() {
                return Err(format!("it is {}, not a number", kind_of(value)));
            }
            *value = self.replica.count.into();
            Ok(())
        });
        changed.map_err(|why| Error::object(resource, why))
    }

    fn unmatched(&self, set: &ResourceSet) -> Error {
        let name = &self.replica.name;
        let kinds: BTreeSet<&str> = self
            .specs
            .iter()
            .map(|spec| spec.gvk.kind.as_str())
            .collect();
        let kinds = List::or(kinds.iter().filter(|kind| !kind.is_empty()));
        let what = format!("no {kinds} is called `{name}`");
        let known = set.list().iter().filter(|resource| {
            let mut specs = self.specs.iter();
            specs.any(|spec| selects(&spec.gvk, resource.api_version(), resource.kind()))
        });
        let error = Error::at(&self.replica.at, what);
        match nearest(name, known.map(Resource::name)) {
            Some(near) => error.with_hint(format!("did you mean `{near}`?")),
            None => error.with_hint(
                "`replicas` sets the number of objects of this kustomization and of its bases",
            ),
        }
    }
}
