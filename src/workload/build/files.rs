//! Objects as files, one each, named as `kustomize build -o DIR` names them, in a folder for each namespace.

use std::collections::BTreeSet;

use super::parallel;
use crate::workload::object::{Object, ObjectId};
use crate::yaml;

/// Relative paths and contents. No two paths are equal, and none leads out of the folder.
pub fn object_files(objects: &[&Object]) -> Vec<(String, String)> {
    let mut taken = BTreeSet::new();
    let paths: Vec<(String, &Object)> = objects
        .iter()
        .map(|object| (free_path(&object.id, &mut taken), *object))
        .collect();
    parallel::map(paths, |(path, object)| (path, yaml::to_yaml(&object.json)))
}

fn free_path(id: &ObjectId, taken: &mut BTreeSet<String>) -> String {
    let kind = format!("{}_{}", id.api_version.replace('/', "_"), id.kind).to_lowercase();
    let stem = format!("{}_{}", part(&kind), part(&id.name));
    let stem = match &id.namespace {
        Some(namespace) => format!("{}/{stem}", part(namespace)),
        None => stem,
    };
    let mut path = format!("{stem}.yaml");
    let mut number = 2;
    while !taken.insert(path.to_lowercase()) {
        path = format!("{stem}-{number}.yaml");
        number += 1;
    }
    path
}

/// A part of a path: names come from files that somebody else may have written.
fn part(name: &str) -> String {
    let part: String = name
        .chars()
        .map(|c| match c {
            c if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') => c,
            _ => '_',
        })
        .collect();
    match part.strip_prefix('.') {
        Some(rest) => format!("_{rest}"),
        None => part,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::workload::object::Origin;
    use crate::yaml::Source;

    fn object(api_version: &str, kind: &str, namespace: Option<&str>, name: &str) -> Object {
        Object {
            id: ObjectId {
                api_version: api_version.to_owned(),
                kind: kind.to_owned(),
                namespace: namespace.map(str::to_owned),
                name: name.to_owned(),
            },
            origin: Origin {
                source: Source::new("a.yaml"),
                line: 1,
            },
            json: json!({ "kind": kind }),
            confidential: false,
        }
    }

    #[test]
    fn files_are_named_after_their_objects_and_stay_inside() {
        let objects = [
            object("v1", "Namespace", None, "demo"),
            object("apps/v1", "Deployment", Some("demo"), "web"),
            object(
                "rbac.authorization.k8s.io/v1",
                "ClusterRole",
                None,
                "system:x",
            ),
            object("v1", "ConfigMap", Some(".."), "../../etc/x"),
            object("v1", "ConfigMap", Some("demo"), "a/b"),
            object("v1", "ConfigMap", Some("demo"), "a_b"),
        ];
        let objects: Vec<&Object> = objects.iter().collect();
        let files = object_files(&objects);
        let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "v1_namespace_demo.yaml",
                "demo/apps_v1_deployment_web.yaml",
                "rbac.authorization.k8s.io_v1_clusterrole_system_x.yaml",
                "_./v1_configmap__._.._etc_x.yaml",
                "demo/v1_configmap_a_b.yaml",
                "demo/v1_configmap_a_b-2.yaml",
            ]
        );
        assert_eq!(files[0].1, "kind: Namespace\n");
    }
}
