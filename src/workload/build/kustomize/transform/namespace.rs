//! `namespace`: all objects of a kustomization in one namespace.

use serde_json::Value;

use super::super::error::Error;
use super::super::fieldspec::{FieldSpec, Make, Way, Ways};
use super::super::resource::{Resource, as_map, child, kind_of, text};
use super::super::set::ResourceSet;

/// Which subjects of role bindings get the namespace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Subjects {
    /// Subjects that are called `default`.
    #[default]
    DefaultOnly,
    /// All service accounts.
    AllServiceAccounts,
    /// None.
    None,
}

/// `namespace`, or a `NamespaceTransformer`.
#[derive(Debug, Clone)]
pub(crate) struct NamespaceTransformer {
    /// The namespace.
    pub namespace: String,
    /// Fields that get it, besides `metadata.namespace`.
    pub specs: Vec<FieldSpec>,
    /// Only fields that have none get it.
    pub unset_only: bool,
    /// Which subjects of role bindings get it.
    pub subjects: Subjects,
}

impl NamespaceTransformer {
    pub(crate) fn apply(&self, set: &mut ResourceSet) -> Result<(), Error> {
        if self.namespace.is_empty() {
            return Ok(());
        }
        // Whether an object gets a namespace is a question of its kind, not of a specification.
        let specs = self.specs.iter();
        let ways = Ways::new(specs.filter(|spec| spec.path != "metadata/namespace"));
        set.try_each(|resource| self.change(resource, &ways))?;
        match set.first_twice() {
            None => Ok(()),
            Some((first, second)) => {
                let what = format!(
                    "in the namespace `{}`, {} is the same object as the one of {}",
                    self.namespace,
                    second.id(),
                    first.origin
                );
                Err(Error::object(second, what).with_hint("rename one of them"))
            }
        }
    }

    fn change(&self, resource: &mut Resource, ways: &Ways) -> Result<(), Error> {
        if resource.is_empty() || resource.history.from_helm {
            return Ok(());
        }
        let id = resource.store_previous_id();
        if !id.cluster_scoped {
            let set = self.set_own(&mut resource.json);
            set.map_err(|why| Error::object(resource, why))?;
        }
        let binds = matches!(resource.kind(), "RoleBinding" | "ClusterRoleBinding");
        if binds {
            let set = self.set_subjects(&mut resource.json);
            set.map_err(|why| Error::object(resource, why))?;
        }
        // Names of objects of other groups that are called `Namespace` are just names.
        let is_core = resource.api_version() == "v1";
        let chosen: Vec<&Way> = ways
            .of(resource.api_version(), resource.kind())
            .filter(|way| is_core || way.spec.path != "metadata/name")
            .filter(|way| !(binds && is_subjects(&way.spec)))
            .collect();
        for way in chosen {
            let set = way.follow(&mut resource.json, Make::Scalar, &mut |value| {
                self.set(value)
            });
            set.map_err(|why| Error::object(resource, why))?;
        }
        Ok(())
    }

    /// Sets the namespace of the object itself.
    fn set_own(&self, object: &mut Value) -> Result<(), String> {
        let metadata = child(as_map(object), "metadata");
        self.set(metadata.entry("namespace").or_insert(Value::Null))
            .map_err(|why| format!("its namespace cannot be set: {why}"))
    }

    fn set(&self, value: &mut Value) -> Result<(), String> {
        let is_set = match &*value {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            Value::Bool(_) | Value::Number(_) => true,
            Value::Array(_) | Value::Object(_) => {
                return Err(format!("it is {}, not a text", kind_of(value)));
            }
        };
        if !(self.unset_only && is_set) {
            *value = self.namespace.as_str().into();
        }
        Ok(())
    }

    /// Subjects of role bindings have a rule of their own: a subject may well be in another namespace.
    fn set_subjects(&self, binding: &mut Value) -> Result<(), String> {
        let (field, wanted) = match self.subjects {
            Subjects::DefaultOnly => ("name", "default"),
            Subjects::AllServiceAccounts => ("kind", "ServiceAccount"),
            Subjects::None => return Ok(()),
        };
        let subjects = match binding.get_mut("subjects") {
            None | Some(Value::Null) => return Ok(()),
            Some(Value::Array(subjects)) => subjects,
            Some(other) => return Err(format!("`subjects` is {}, not a list", kind_of(other))),
        };
        for subject in subjects {
            match subject {
                Value::Null => {}
                subject if !subject.is_object() => {
                    return Err(format!("a subject is {}, not a mapping", kind_of(subject)));
                }
                subject if matches!(subject[field], Value::Array(_) | Value::Object(_)) => {
                    let found = kind_of(&subject[field]);
                    return Err(format!("`{field}` of a subject is {found}, not a text"));
                }
                subject if text(subject, field) != wanted => {}
                subject => {
                    let namespace = as_map(subject).entry("namespace").or_insert(Value::Null);
                    self.set(namespace).map_err(|why| {
                        format!("the namespace of a subject cannot be set: {why}")
                    })?;
                }
            }
        }
        Ok(())
    }
}

fn is_subjects(spec: &FieldSpec) -> bool {
    matches!(spec.gvk.kind.as_str(), "RoleBinding" | "ClusterRoleBinding")
        && spec.path == "subjects/namespace"
}
