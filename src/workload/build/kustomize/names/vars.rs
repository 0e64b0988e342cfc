//! Variables: values of fields that replace `$(NAME)` elsewhere.

mod expand;
mod lookup;
#[cfg(test)]
mod tests;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::super::error::Error;
use super::super::fieldspec::FieldSpec;
use super::super::file::Var;
use super::super::pathtree::{self, Kind, PathTrees};
use super::super::resource::{Resource, kind_of};
use super::super::set::ResourceSet;
use crate::text::{List, nearest};
use expand::expand;
use lookup::lookup;

/// The variables of a build, by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vars {
    all: BTreeMap<String, Var>,
}

impl Vars {
    /// Adds those of a kustomization, and marks the objects they take their values from.
    pub(crate) fn add(&mut self, vars: &[Var], set: &mut ResourceSet) -> Result<(), Error> {
        if vars.is_empty() {
            return Ok(());
        }
        let mut called: HashMap<&str, Vec<usize>> = HashMap::new();
        for var in vars {
            called.entry(&var.object).or_default();
        }
        for (place, resource) in set.list().iter().enumerate() {
            for name in names(resource) {
                if let Some(list) = called.get_mut(name) {
                    list.push(place);
                }
            }
        }
        for var in vars {
            let called = called.get(var.object.as_str()).into_iter().flatten();
            let found: Vec<usize> = called
                .copied()
                .filter(|place| is_meant(&set.list()[*place], var))
                .collect();
            match found.as_slice() {
                [] => {}
                [place] => set.list_mut()[*place].history.vars.push(var.name.clone()),
                several => {
                    let ids = several.iter().map(|place| set.list()[*place].id());
                    let what = format!("the variable `{}` can mean {}", var.name, List::or(ids));
                    let hint = "name its `namespace` in `objref`";
                    return Err(Error::at(&var.at, what).with_hint(hint));
                }
            }
        }
        vars.iter().try_for_each(|var| self.add_one(var.clone()))
    }

    /// Adds those of a base; the same one twice is refused as kustomize does.
    pub(crate) fn merge(&mut self, other: Vars) -> Result<(), Error> {
        other
            .all
            .into_values()
            .try_for_each(|var| self.add_one(var))
    }

    fn add_one(&mut self, var: Var) -> Result<(), Error> {
        match self.all.entry(var.name.clone()) {
            Entry::Vacant(place) => {
                place.insert(var);
                Ok(())
            }
            Entry::Occupied(first) => {
                let what = format!("the variable `{}` is there twice", var.name);
                let first = &first.get().at;
                let hint = format!("the other one is at {first}");
                Err(Error::at(&var.at, what).with_hint(hint))
            }
        }
    }
}

/// Names that an object has or had, each once.
fn names(resource: &Resource) -> BTreeSet<&str> {
    let before = resource.history.previous.iter();
    let before = before.map(|old| old.name.as_str());
    before.chain([resource.name()]).collect()
}

/// Whether an object has or had the identity that a variable names.
fn is_meant(resource: &Resource, var: &Var) -> bool {
    !resource.is_empty()
        && resource.all_ids().any(|id| {
            id.gvk == var.gvk
                && id.name == var.object
                && (var.namespace.is_empty() || id.effective_namespace() == var.namespace)
        })
}

/// Replaces `$(NAME)`. Returns the names that nothing used.
pub(crate) fn resolve_vars(
    set: &mut ResourceSet,
    vars: &Vars,
    specs: &[FieldSpec],
) -> Result<Vec<String>, Error> {
    if vars.all.is_empty() {
        return Ok(Vec::new());
    }
    let values = values(set, vars)?;
    let specs: Vec<&FieldSpec> = specs.iter().collect();
    let trees = PathTrees::new(set.list().iter().map(kind_of_resource), &specs);
    let used = Mutex::new(BTreeSet::new());
    set.try_each(|resource| {
        let mut here = BTreeSet::new();
        let Some(tree) = trees.get(kind_of_resource(resource)) else {
            return Ok(());
        };
        let changed = tree.walk(&mut resource.json, &specs, &mut |value, _| {
            replace(value, &values, &mut here)
        });
        if !here.is_empty() {
            let mut used = used.lock().unwrap_or_else(PoisonError::into_inner);
            used.append(&mut here);
        }
        changed.map_err(|why| Error::object(resource, why))
    })?;
    let used = used.into_inner().unwrap_or_else(PoisonError::into_inner);
    let unused = values.into_keys().filter(|name| !used.contains(name));
    Ok(unused.collect())
}

fn kind_of_resource(resource: &Resource) -> Kind<'_> {
    pathtree::kind(resource.api_version(), resource.kind())
}

/// The value of each variable.
fn values(set: &ResourceSet, vars: &Vars) -> Result<BTreeMap<String, Value>, Error> {
    let mut sources: HashMap<&str, &Resource> = HashMap::new();
    for resource in set.list() {
        for name in &resource.history.vars {
            sources.entry(name).or_insert(resource);
        }
    }
    let value = |var: &Var| {
        let Some(source) = sources.get(var.name.as_str()) else {
            return Err(no_source(set, var));
        };
        let found = lookup(&source.json, &var.field);
        // As in kustomize, nothing is a word here.
        let found = found.map(|value| {
            if value.is_null() {
                "null".into()
            } else {
                value.clone()
            }
        });
        found.ok_or_else(|| {
            let id = source.id();
            let what = format!(
                "the variable `{}` needs `{}`, which {id} does not have",
                var.name, var.field
            );
            Error::at(&var.at, what)
        })
    };
    let vars = vars.all.iter();
    vars.map(|(name, var)| Ok((name.clone(), value(var)?)))
        .collect()
}

fn no_source(set: &ResourceSet, var: &Var) -> Error {
    let kind = &var.gvk.kind;
    let what = format!(
        "the variable `{}` needs the {kind} `{}`, which is not there",
        var.name, var.object
    );
    let same_kind = set.list().iter().filter(|resource| resource.kind() == kind);
    let names: Vec<&str> = same_kind.flat_map(names).collect();
    let error = Error::at(&var.at, what);
    if names.contains(&var.object.as_str()) {
        return error.with_hint(
            "there is one of another `apiVersion` or `namespace`: `objref` must name those as the object does",
        );
    }
    match nearest(&var.object, names) {
        Some(near) => error.with_hint(format!("did you mean `{near}`?")),
        None => error,
    }
}

/// Expands a text, the texts of a mapping, or the items of a list.
fn replace(
    value: &mut Value,
    values: &BTreeMap<String, Value>,
    used: &mut BTreeSet<String>,
) -> Result<(), String> {
    let mut expand_one = |value: &mut Value| {
        if let Value::String(text) = value
            && text.contains('$')
        {
            *value = expand(text, values, used);
        }
    };
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| match item {
            Value::String(_) => {
                expand_one(item);
                Ok(())
            }
            other => {
                let what = kind_of(other);
                Err(format!(
                    "an item of it is {what}, where a variable needs texts"
                ))
            }
        }),
        Value::Object(fields) => {
            fields.values_mut().for_each(expand_one);
            Ok(())
        }
        value => {
            expand_one(value);
            Ok(())
        }
    }
}
