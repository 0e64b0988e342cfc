//! What the manifests name: identities for the comparison, kinds and namespaces for the parent. Pure.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Error;
use crate::k8s::discovery::{Discovery, Resource};
use crate::k8s::inventory::{GroupKind, Identity, Inventory, PART_OF};
use crate::workload::object::{Object, ObjectId};

/// Everything that manifests name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Each object.
    pub identities: BTreeSet<Identity>,
    /// Their kinds and namespaces.
    pub inventory: Inventory,
}

impl Names {
    /// What `objects` name. `namespace` is for those that name none; kinds that the server does not serve yet may be
    /// defined by other objects.
    pub fn of<'a>(
        objects: impl Iterator<Item = &'a Object> + Clone,
        served: &Discovery,
        namespace: &str,
    ) -> Self {
        let mut served = served.clone();
        let definitions = objects
            .clone()
            .filter(|object| object.id.kind == "CustomResourceDefinition");
        for definition in definitions {
            served.add(Resource::defined_by(&definition.json));
        }
        let mut names = Self::default();
        for object in objects {
            let identity = identity(&object.id, &served, namespace);
            names.inventory.kinds.insert(identity.kind.clone());
            names
                .inventory
                .namespaces
                .extend(identity.namespace.clone());
            names.identities.insert(identity);
        }
        names
    }
}

fn identity(id: &ObjectId, served: &Discovery, namespace: &str) -> Identity {
    let kind = GroupKind {
        group: id.group().to_owned(),
        kind: id.kind.clone(),
    };
    let namespaced = served
        .served(&kind.group, &kind.kind)
        .map(|resource| resource.namespaced);
    let written = || id.namespace.clone();
    let namespace = match namespaced {
        Some(true) => written().or_else(|| Some(namespace.to_owned())),
        Some(false) => None,
        None => written(),
    };
    Identity {
        kind,
        namespace,
        name: id.name.clone(),
    }
}

/// Puts the label of the set on every object.
pub fn label_objects<'a>(
    objects: impl Iterator<Item = &'a mut Object>,
    set: &str,
) -> Result<(), Error> {
    for object in objects {
        let labels = object.json.pointer("/metadata/labels");
        let found = labels.and_then(|labels| labels.get(PART_OF)).cloned();
        match found.as_ref().map(Value::as_str) {
            None => {}
            Some(Some(label)) if label == set => continue,
            Some(label) => {
                return Err(Error::OtherSet {
                    origin: object.origin.clone(),
                    id: Box::new(object.id.clone()),
                    label: label.unwrap_or_default().to_owned(),
                });
            }
        }
        let Some(metadata) = object
            .json
            .get_mut("metadata")
            .and_then(Value::as_object_mut)
        else {
            continue;
        };
        let labels = metadata.entry("labels").or_insert(Value::Null);
        match labels {
            Value::Object(labels) => drop(labels.insert(PART_OF.to_owned(), set.into())),
            // What else is wrong about labels is for the server to say.
            Value::Null => *labels = json!({ PART_OF: set }),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::object::Origin;
    use crate::yaml::Source;

    fn object(api_version: &str, kind: &str, namespace: Option<&str>, json: Value) -> Object {
        Object {
            id: ObjectId {
                api_version: api_version.into(),
                kind: kind.into(),
                namespace: namespace.map(str::to_owned),
                name: "x".into(),
            },
            origin: Origin {
                source: Source::new("a.yaml"),
                line: 3,
            },
            json,
            confidential: false,
        }
    }

    fn served() -> Discovery {
        let mut served = Discovery::default();
        let resource = |plural: &str, namespaced| Resource {
            api_version: "v1".into(),
            plural: plural.into(),
            namespaced,
        };
        served.add([
            (
                ("v1".to_owned(), "ConfigMap".to_owned()),
                resource("configmaps", true),
            ),
            (
                ("v1".to_owned(), "Namespace".to_owned()),
                resource("namespaces", false),
            ),
        ]);
        served
    }

    #[test]
    fn objects_live_where_their_kind_says() {
        let definition = json!({ "spec": {
            "group": "x.io", "scope": "Namespaced", "names": { "kind": "Thing", "plural": "things" },
            "versions": [{ "name": "v1", "served": true }]
        }});
        let objects = [
            object("v1", "ConfigMap", None, Value::Null),
            object("v1", "ConfigMap", Some("b"), Value::Null),
            object("v1", "Namespace", Some("ignored"), Value::Null),
            object(
                "apiextensions.k8s.io/v1",
                "CustomResourceDefinition",
                None,
                definition,
            ),
            object("x.io/v1", "Thing", None, Value::Null),
            object("y.io/v1", "Unknown", None, Value::Null),
        ];
        let names = Names::of(objects.iter(), &served(), "a");
        let told: Vec<String> = names.identities.iter().map(Identity::to_string).collect();
        assert_eq!(
            told,
            [
                "configmap/x (namespace a)",
                "configmap/x (namespace b)",
                "namespace/x",
                "customresourcedefinition.apiextensions.k8s.io/x",
                "thing.x.io/x (namespace a)",
                "unknown.y.io/x",
            ]
        );
        assert_eq!(names.inventory.kinds.len(), 5);
        assert_eq!(
            names.inventory.namespaces,
            BTreeSet::from(["a".into(), "b".into()])
        );
    }

    #[test]
    fn every_object_gets_the_label() {
        let mut objects = vec![
            object("v1", "ConfigMap", None, json!({ "metadata": {} })),
            object(
                "v1",
                "ConfigMap",
                None,
                json!({ "metadata": { "labels": null } }),
            ),
            object(
                "v1",
                "ConfigMap",
                None,
                json!({ "metadata": { "labels": { "a": "b", PART_OF: "set" } } }),
            ),
        ];
        label_objects(objects.iter_mut(), "set").unwrap();
        for object in &objects {
            assert_eq!(object.json["metadata"]["labels"][PART_OF], "set");
        }
        assert_eq!(
            label_objects(objects.iter_mut(), "other")
                .unwrap_err()
                .to_string(),
            "a.yaml:3: configmap/x belongs to another applyset: its label `applyset.kubernetes.io/part-of` is `set`"
        );
    }
}
