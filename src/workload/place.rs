//! Objects and where they live on a server.

use crate::k8s;
use crate::k8s::discovery::{Discovery, Resource};
use crate::k8s::wait::Target;

use super::object::Object;

/// An object with its place.
#[derive(Debug)]
pub struct Placed {
    /// The object.
    pub object: Object,
    /// Where it lives.
    pub place: Result<Place, k8s::Error>,
}

/// Where an object lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The collection of its kind.
    pub resource: Resource,
    /// Its namespace, for namespaced kinds.
    pub namespace: Option<String>,
    /// Its kind is not served yet, but defined by another object of the same input.
    pub is_coming: bool,
}

impl Placed {
    /// What to look for, if the kind is known.
    pub fn target(&self) -> Option<Target> {
        let place = self.place.as_ref().ok()?;
        Some(Target {
            resource: place.resource.clone(),
            namespace: place.namespace.clone(),
            name: self.object.id.name.clone(),
            object: None,
        })
    }
}

/// Finds the place of every object. `namespace` is that of objects which name none.
pub fn place_objects(objects: Vec<Object>, served: &Discovery, namespace: &str) -> Vec<Placed> {
    let mut coming = Discovery::default();
    for object in &objects {
        if object.id.kind == "CustomResourceDefinition" {
            coming.add(Resource::defined_by(&object.json));
        }
    }
    let find = |object: &Object| {
        let (api_version, kind) = (&object.id.api_version, &object.id.kind);
        let (resource, is_coming) = match served.find(api_version, kind) {
            Ok(resource) => (resource, false),
            Err(error) => (coming.find(api_version, kind).map_err(|_| error)?, true),
        };
        let own = object.id.namespace.as_deref().unwrap_or(namespace);
        Ok(Place {
            resource: resource.clone(),
            namespace: resource.namespaced.then(|| own.to_owned()),
            is_coming,
        })
    };
    objects
        .into_iter()
        .map(|object| Placed {
            place: find(&object),
            object,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::workload::object::{ObjectId, Origin};
    use crate::yaml::Source;

    fn object(api_version: &str, kind: &str, json: Value) -> Object {
        Object {
            id: ObjectId {
                api_version: api_version.into(),
                kind: kind.into(),
                namespace: None,
                name: "x".into(),
            },
            origin: Origin {
                source: Source::new("a"),
                line: 1,
            },
            json,
            confidential: false,
        }
    }

    #[test]
    fn kinds_are_served_coming_or_unknown() {
        let definition = json!({ "spec": {
            "group": "x.io", "scope": "Cluster", "names": { "kind": "Thing", "plural": "things" },
            "versions": [{ "name": "v1", "served": true }]
        }});
        let mut served = Discovery::default();
        let pods = Resource {
            api_version: "v1".into(),
            plural: "pods".into(),
            namespaced: true,
        };
        served.add([(("v1".to_owned(), "Pod".to_owned()), pods.clone())]);
        let objects = vec![
            object("v1", "Pod", Value::Null),
            object("x.io/v1", "Thing", Value::Null),
            object("x.io/v2", "Thing", Value::Null),
            object(
                "apiextensions.k8s.io/v1",
                "CustomResourceDefinition",
                definition,
            ),
        ];
        let placed = place_objects(objects, &served, "team");
        assert_eq!(
            placed[0].place.as_ref().unwrap(),
            &Place {
                resource: pods,
                namespace: Some("team".into()),
                is_coming: false
            }
        );
        let coming = placed[1].place.as_ref().unwrap();
        assert!(coming.is_coming && coming.namespace.is_none());
        assert_eq!(
            placed[2].place.as_ref().unwrap_err().to_string(),
            "no matches for kind `Thing` in version `x.io/v2`"
        );
        assert_eq!(placed[1].target().unwrap().name, "x");
        assert!(placed[2].target().is_none());
    }
}
