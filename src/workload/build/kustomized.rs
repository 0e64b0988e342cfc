//! What a kustomization yields, as the rest of the pipeline wants it.

use serde_json::Value;

use super::expand::CONFIGURATION;
use super::kustomize::Resource;
use super::parallel;
use super::stages::{Built, Parsed};
use crate::workload::Error;
use crate::workload::discover::Text;
use crate::workload::object::{Object, ObjectId};
use crate::yaml::{Mark, Node};

/// What becomes of the objects of a kustomization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// They are shown: whatever kustomize makes is shown as it is.
    Shown,
    /// They are meant for a cluster, which knows every object by its kind.
    Cluster,
}

/// The objects, in the order of the kustomization.
pub(crate) fn objects_of(resources: Vec<Resource>, fate: Fate) -> Result<Built, Error> {
    let mut built = Built::default();
    for resource in resources {
        let (group, kind) = (resource.gvk().group, resource.kind());
        if CONFIGURATION.contains(&group.as_str()) {
            built.skipped.push(format!(
                "{}: skipped `{kind}` of `{group}`, which is configuration, not a manifest",
                resource.origin
            ));
            continue;
        }
        built.objects.push(object_of(resource, fate)?);
    }
    Ok(built)
}

fn object_of(resource: Resource, fate: Fate) -> Result<Object, Error> {
    let refuse = |reason: &str| Error::Object {
        origin: resource.origin.clone(),
        reason: format!("{}: {reason}", resource.kind()),
    };
    if resource.api_version().is_empty() && fate == Fate::Cluster {
        return Err(refuse("`apiVersion` is missing"));
    }
    if resource.name().contains(['%', '/']) {
        return Err(refuse("`metadata.name` must not contain `%` or `/`"));
    }
    let namespace = resource.namespace();
    let id = ObjectId {
        api_version: resource.api_version().to_owned(),
        kind: resource.kind().to_owned(),
        name: resource.name().to_owned(),
        namespace: (!namespace.is_empty()).then(|| namespace.to_owned()),
    };
    let confidential = resource.confidential || id.kind == "Secret";
    let Resource {
        mut json, origin, ..
    } = resource;
    // Exported objects carry it, and no apply request may.
    if let Some(metadata) = json.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
    Ok(Object {
        id,
        origin,
        json,
        confidential,
    })
}

/// The objects as documents, for stages that want those. All of a document is where its object begins.
pub(crate) fn documents_of(resources: Vec<Resource>) -> Vec<Parsed> {
    parallel::map(resources, |resource| {
        let at = Mark {
            line: resource.origin.line,
            column: 1,
        };
        Parsed {
            documents: vec![Node::from_json(&resource.json, at)],
            lines_before: vec![0],
            confidential: resource.confidential,
            text: Text {
                source: resource.origin.source,
                text: String::new(),
            },
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::kustomize::schema::Schema;
    use super::*;
    use crate::workload::object::Origin;
    use crate::yaml::Source;

    fn resource(json: Value) -> Resource {
        let origin = Origin {
            source: Source::new("base/a.yaml"),
            line: 7,
        };
        Resource::new(json, origin, &Schema::builtin())
    }

    #[test]
    fn objects_keep_their_order_and_origin() {
        let list = vec![
            resource(
                json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "b", "namespace": "n", "managedFields": []}}),
            ),
            resource(
                json!({"apiVersion": "kind.x-k8s.io/v1alpha4", "kind": "Cluster", "metadata": {"name": "c"}}),
            ),
            resource(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}})),
        ];
        let documents = documents_of(list.clone());
        let built = objects_of(list, Fate::Cluster).unwrap();
        let objects: Vec<String> = built.objects.iter().map(|o| format!("{o:?}")).collect();
        assert_eq!(
            objects,
            ["secret/b (base/a.yaml:7)", "configmap/a (base/a.yaml:7)"]
        );
        assert!(built.objects[0].confidential && !built.objects[1].confidential);
        assert_eq!(
            built.objects[0].json["metadata"],
            json!({"name": "b", "namespace": "n"})
        );
        assert_eq!(built.skipped.len(), 1);
        assert_eq!(documents.len(), 3);
        assert_eq!(documents[0].documents[0].at.line, 7);
    }

    #[test]
    fn what_a_server_would_not_take_is_refused() {
        for (json, expected) in [
            (
                json!({"kind": "X", "metadata": {"name": "a"}}),
                "base/a.yaml:7: X: `apiVersion` is missing",
            ),
            (
                json!({"apiVersion": "v1", "kind": "X", "metadata": {"name": "a/b"}}),
                "base/a.yaml:7: X: `metadata.name` must not contain `%` or `/`",
            ),
        ] {
            let error = objects_of(vec![resource(json)], Fate::Cluster).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }
}
