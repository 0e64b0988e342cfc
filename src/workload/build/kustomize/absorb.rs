//! Generated objects join those that are there: created, replaced or merged.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::{Map, Value};

use super::error::Error;
use super::gvk::{Gvk, ResId};
use super::resource::{Behavior, Resource, as_map, child};
use super::set::ResourceSet;

/// An identity as the index keeps it.
type Key = (Gvk, String, String);

fn key(id: &ResId) -> Key {
    let namespace = id.effective_namespace().to_owned();
    (id.gvk.clone(), id.name.clone(), namespace)
}

/// Objects that have or had an identity.
enum Places {
    One(usize),
    Many,
}

impl ResourceSet {
    /// Adds generated objects as their behaviors say.
    pub(crate) fn absorb(&mut self, made: Vec<Resource>) -> Result<(), Error> {
        if made.is_empty() {
            return Ok(());
        }
        let mut index = HashMap::with_capacity(self.list().len() + made.len());
        for (place, resource) in self.list().iter().enumerate() {
            if !resource.is_empty() {
                note(&mut index, resource, place);
            }
        }
        for resource in made {
            let id = resource.id();
            match (index.get(&key(&id)), resource.history.behavior) {
                (None, Behavior::Merge | Behavior::Replace) => {
                    return Err(nothing_there(&resource, &id));
                }
                (None, _) => {
                    note(&mut index, &resource, self.list().len());
                    self.list_mut().push(resource);
                }
                (Some(Places::Many), _) => {
                    let what = format!("several objects are or were called {id}");
                    return Err(Error::object(&resource, what));
                }
                (Some(Places::One(place)), Behavior::Merge) => {
                    self.take_place(*place, resource, &id, true)?;
                }
                (Some(Places::One(place)), Behavior::Replace) => {
                    self.take_place(*place, resource, &id, false)?;
                }
                (Some(Places::One(place)), Behavior::Create | Behavior::Unspecified) => {
                    let old = &self.list()[*place];
                    let what = format!("{id} is there already, from {}", old.origin);
                    return Err(Error::object(&resource, what)
                        .with_hint("set its `behavior` to `merge` or `replace`"));
                }
            }
        }
        Ok(())
    }

    /// Puts an object in the place of one that keeps its name, and with `merge` its data too.
    fn take_place(
        &mut self,
        place: usize,
        mut new: Resource,
        id: &ResId,
        merge: bool,
    ) -> Result<(), Error> {
        let old = &mut self.list_mut()[place];
        if old.gvk() != new.gvk() {
            let what = format!("{id} has become {} and cannot be replaced", old.id());
            return Err(Error::object(&new, what));
        }
        join_marks(&mut new, old, "labels");
        join_marks(&mut new, old, "annotations");
        let (name, namespace) = (old.name().to_owned(), old.namespace().to_owned());
        new.set_name(&name);
        new.set_namespace(&namespace);
        if merge {
            for field in ["data", "binaryData"] {
                let theirs = texts(old.json.get(field));
                let ours = texts(new.json.get(field));
                replace_map(&mut new, field, theirs, ours);
            }
        }
        let mut history = std::mem::take(&mut old.history);
        // A name gets a hash only if both objects are generated with one.
        history.needs_hash &= new.history.needs_hash;
        let own = new.history.provenance.take();
        history.provenance = if merge {
            history.provenance.or(own)
        } else {
            own.or(history.provenance)
        };
        new.history = history;
        new.confidential |= old.confidential;
        *old = new;
        Ok(())
    }
}

fn note(index: &mut HashMap<Key, Places>, resource: &Resource, place: usize) {
    for id in resource.all_ids() {
        match index.entry(key(&id)) {
            Entry::Vacant(free) => {
                free.insert(Places::One(place));
            }
            Entry::Occupied(mut taken) => {
                if !matches!(taken.get(), Places::One(other) if *other == place) {
                    taken.insert(Places::Many);
                }
            }
        }
    }
}

fn nothing_there(resource: &Resource, id: &ResId) -> Error {
    let what = match resource.history.behavior {
        Behavior::Merge => format!("there is no {id} to merge with"),
        _ => format!("there is no {id} to replace"),
    };
    Error::object(resource, what).with_hint(
        "its name and namespace must be those of an object of the bases, as written there",
    )
}

/// Labels or annotations of both, those of the new object first.
fn join_marks(new: &mut Resource, old: &Resource, field: &str) {
    let theirs = texts(
        old.marks(field)
            .map(|marks| Value::Object(marks.clone()))
            .as_ref(),
    );
    let ours = texts(
        new.marks(field)
            .map(|marks| Value::Object(marks.clone()))
            .as_ref(),
    );
    let metadata = child(as_map(&mut new.json), "metadata");
    metadata.remove(field);
    let mut joined = theirs;
    joined.extend(ours);
    if !joined.is_empty() {
        metadata.insert(field.to_owned(), Value::Object(joined));
    }
}

fn replace_map(
    resource: &mut Resource,
    field: &str,
    mut first: Map<String, Value>,
    second: Map<String, Value>,
) {
    first.extend(second);
    let fields = as_map(&mut resource.json);
    fields.remove(field);
    if !first.is_empty() {
        fields.insert(field.to_owned(), Value::Object(first));
    }
}

/// The entries of a mapping, all values as texts.
fn texts(value: Option<&Value>) -> Map<String, Value> {
    let Some(Value::Object(entries)) = value else {
        return Map::new();
    };
    let text = |value: &Value| match value {
        Value::String(text) => text.as_str().into(),
        Value::Bool(_) | Value::Number(_) => value.to_string().into(),
        Value::Null | Value::Array(_) | Value::Object(_) => Value::from(""),
    };
    entries
        .iter()
        .map(|(key, value)| (key.clone(), text(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{built, check};

    const BASE: &[u8] = b"
configMapGenerator:
- {name: gen, literals: [a=1, b=2], options: {labels: {l: base}, annotations: {x: base}}}
- {name: rep, literals: [a=1]}
secretGenerator:
- {name: s, type: kubernetes.io/tls, literals: [a=1]}
resources: [cm.yaml]
namePrefix: p-
";
    const PLAIN: &[u8] =
        b"{apiVersion: v1, kind: ConfigMap, metadata: {name: plain, namespace: ns, \
        labels: {k: v}}, data: {a: x, five: 5}, binaryData: {b: AA==}, immutable: true}";

    #[test]
    fn merged_and_replaced() {
        let overlay = b"
resources: [base]
namespace: other
configMapGenerator:
- {name: gen, behavior: merge, literals: [b=3, c=4], options: {labels: {l: over, m: nn}}}
- {name: rep, behavior: replace, literals: [z=1], options: {disableNameSuffixHash: true}}
- {name: plain, namespace: ns, behavior: merge, literals: [a=why], files: [bin]}
secretGenerator:
- {name: s, behavior: merge, literals: [b=2]}
sortOptions: {order: fifo}
";
        check(
            &[
                ("kustomization.yaml", overlay),
                ("base/kustomization.yaml", BASE),
                ("base/cm.yaml", PLAIN),
                ("bin", b"\xff"),
            ],
            "
{apiVersion: v1, kind: ConfigMap, metadata: {name: p-plain, namespace: other, labels: {k: v}}, data: {a: why, five: '5'}, binaryData: {b: AA==, bin: /w==}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: p-gen-fbcmkbc66h, namespace: other, labels: {l: over, m: nn}, annotations: {x: base}}, data: {a: '1', b: '3', c: '4'}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: p-rep, namespace: other}, data: {z: '1'}}
---
{apiVersion: v1, kind: Secret, metadata: {name: p-s-8fb7cfch84, namespace: other}, type: Opaque, data: {a: MQ==, b: Mg==}}
",
        );
    }

    #[test]
    fn what_cannot_join() {
        for (overlay, error) in [
            (
                "configMapGenerator: [{name: gen}]",
                "configmap/gen is there already, from base/kustomization.yaml:3 (set its `behavior` to `merge` or \
                 `replace`)",
            ),
            (
                "configMapGenerator: [{name: none, behavior: merge}]",
                "there is no configmap/none to merge with",
            ),
            (
                "configMapGenerator: [{name: plain, behavior: merge}]",
                "there is no configmap/plain to merge with",
            ),
        ] {
            let overlay = format!("resources: [base]\n{overlay}\n");
            let files: &[(&str, &[u8])] = &[
                ("kustomization.yaml", overlay.as_bytes()),
                ("base/kustomization.yaml", BASE),
                ("base/cm.yaml", PLAIN),
            ];
            let found = built(files).unwrap_err();
            assert!(found.contains(error), "{found}");
        }
    }
}
