//! One object whose references are followed.

use std::collections::HashSet;

use serde_json::Value;

use super::super::super::gvk::{Gvk, ResId};
use super::super::super::resource::{History, kind_of, text};
use super::index::{Index, View};
use crate::text::List;

/// An object that may name others.
pub(super) struct Referrer<'a> {
    index: &'a Index<'a>,
    history: &'a History,
    view: View<'a>,
    /// The kind that a role binding binds.
    role: Option<Gvk>,
    confidential: bool,
}

/// What a reference takes from the object it names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Name,
    NameAndNamespace,
}

impl<'a> Referrer<'a> {
    /// The object at a place of the index; the error is a sentence.
    pub(super) fn new(place: usize, object: &Value, index: &'a Index<'a>) -> Result<Self, String> {
        let own = &index.identities[place];
        let accounts = if own.cluster_scoped {
            HashSet::new()
        } else {
            accounts(own, object)?
        };
        Ok(Self {
            index,
            history: index.history(place),
            view: View { own, accounts },
            role: role(object),
            confidential: index.resources[place].confidential,
        })
    }

    /// Changes what stands at the end of a path; `is_role` says that a role binding names its role there.
    pub(super) fn set(&self, value: &mut Value, target: &Gvk, is_role: bool) -> Result<(), String> {
        match value {
            Value::Null => Ok(()),
            Value::Array(items) => items.iter_mut().try_for_each(|item| match item {
                Value::Array(_) => Err("an item of it is a list".to_owned()),
                item => self.set(item, target, is_role),
            }),
            Value::Object(_) => self.set_mapping(value, target, is_role),
            scalar => self.set_name(scalar, target, is_role),
        }
    }

    fn set_name(&self, value: &mut Value, target: &Gvk, is_role: bool) -> Result<(), String> {
        let Some(new) = with_text(value, |name| {
            let candidates = self.index.named(name, &self.view);
            let found = self.select(candidates, target, is_role, Takes::Name);
            found.map(|found| found.filter(|id| id.name != name))
        })?
        else {
            return Ok(());
        };
        *value = new.name.as_str().into();
        Ok(())
    }

    fn set_mapping(&self, value: &mut Value, target: &Gvk, is_role: bool) -> Result<(), String> {
        let Some(name) = value.get("name") else {
            return Err("it is a mapping without `name`".to_owned());
        };
        let found = with_text(name, |name| {
            let candidates = match value.get("namespace") {
                None => self.index.named(name, &self.view),
                Some(namespace) => with_text(namespace, |namespace| {
                    self.index.named_in(name, namespace, &self.view)
                }),
            };
            self.select(candidates, target, is_role, Takes::NameAndNamespace)
        })?;
        if let (Some(id), Value::Object(fields)) = (found, value) {
            fields.insert("name".to_owned(), id.name.as_str().into());
            if !id.namespace.is_empty() {
                fields.insert("namespace".to_owned(), id.namespace.as_str().into());
            }
        }
        Ok(())
    }

    /// The object that is meant, if one is. Several are not one, unless they look the same from here.
    fn select(
        &self,
        mut found: Vec<usize>,
        target: &Gvk,
        is_role: bool,
        takes: Takes,
    ) -> Result<Option<&'a ResId>, String> {
        found.retain(|place| self.was_selected(*place, target));
        if let (true, Some(role)) = (is_role, &self.role) {
            found.retain(|place| self.was_selected(*place, role));
        }
        if found.len() != 1 {
            found.retain(|place| self.same_affixes(*place, true));
        }
        if found.len() > 1 {
            found.retain(|place| self.same_affixes(*place, false));
        }
        let identities = &self.index.identities;
        let Some(first) = found.first().map(|place| &identities[*place]) else {
            return Ok(None);
        };
        let looks_the_same = |place: &usize| {
            let id = &identities[*place];
            id.name == first.name && (takes == Takes::Name || id.namespace == first.namespace)
        };
        if found.iter().all(looks_the_same) {
            return Ok(Some(first));
        }
        Err(self.ambiguous(&found))
    }

    fn ambiguous(&self, found: &[usize]) -> String {
        let ids = found.iter().map(|place| &self.index.identities[*place]);
        let what = if self.confidential {
            "the name in it"
        } else {
            "it"
        };
        format!("{what} can mean {}", List::or(ids))
    }

    /// Whether an object had a kind when its identity was changed.
    fn was_selected(&self, place: usize, target: &Gvk) -> bool {
        let now = &self.index.identities[place].gvk;
        let fits = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        let mut previous = self.index.history(place).previous.iter();
        fits(&target.group, &now.group)
            && fits(&target.version, &now.version)
            && previous.any(|old| fits(&target.kind, &old.kind))
    }

    /// Whether an object got the same prefixes and suffixes, as far as the shorter list of both goes. One that got none
    /// fits to all only if `none_fits`.
    fn same_affixes(&self, place: usize, none_fits: bool) -> bool {
        let other = self.index.history(place);
        let same = |one: &[String], other: &[String]| {
            none_fits && (one.is_empty() || other.is_empty()) || same_end(one, other)
        };
        same(&self.history.prefixes, &other.prefixes)
            && same(&self.history.suffixes, &other.suffixes)
    }
}

fn same_end(one: &[String], other: &[String]) -> bool {
    let (short, long) = if one.len() < other.len() {
        (one, other)
    } else {
        (other, one)
    };
    if short.is_empty() {
        return long.is_empty();
    }
    long.ends_with(short)
}

/// Calls `read` with a scalar as it is written; anything else is as if it were empty.
fn with_text<T>(value: &Value, read: impl FnOnce(&str) -> T) -> T {
    match value {
        Value::String(text) => read(text),
        Value::Number(_) | Value::Bool(_) => read(&value.to_string()),
        _ => read(""),
    }
}

/// The kind that `roleRef` of a role binding says.
fn role(object: &Value) -> Option<Gvk> {
    let role = object.get("roleRef")?;
    let text = |field: &str| Some(role.get(field)?.as_str().unwrap_or_default().to_owned());
    Some(Gvk {
        group: text("apiGroup")?,
        version: String::new(),
        kind: text("kind")?,
    })
}

/// The namespaces of service accounts that a role binding names.
fn accounts(own: &ResId, object: &Value) -> Result<HashSet<String>, String> {
    let mut found = HashSet::new();
    let subjects = object.get("subjects").and_then(Value::as_array);
    if own.gvk.kind != "RoleBinding" {
        return Ok(found);
    }
    for subject in subjects.into_iter().flatten() {
        if text(subject, "kind") != "ServiceAccount" {
            continue;
        }
        match subject.get("namespace") {
            Some(Value::String(namespace)) => {
                found.insert(namespace.clone());
            }
            Some(other) => {
                let what = kind_of(other);
                return Err(format!(
                    "the namespace of a service account is {what}, not a text"
                ));
            }
            None => {}
        }
    }
    Ok(found)
}
