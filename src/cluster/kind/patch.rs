//! Patches of kubeadm documents, with the rules kind applies to them.
//!
//! A merge patch (RFC 7386) applies where its `kind` is the document's and its `apiVersion`, if any, is equal; a JSON
//! patch (RFC 6902) where group, version and kind are equal. Two lists merge unlike RFC 7386: `certSANs` are united, and
//! arguments of v1beta4 are merged by name.

use serde_json::{Map, Value, json};

use super::version::Version;
use crate::config::kind::{JsonPatch, Operation, OperationKind, Patches};
use crate::yaml::Location;

/// An operation of a JSON patch that does not fit the document.
#[derive(Debug, thiserror::Error)]
#[error("{at}: this JSON patch does not fit `{kind}`")]
pub struct Error {
    /// Where the patch stands.
    at: Location,
    /// Document it was meant for.
    kind: String,
    /// What is wrong.
    #[source]
    source: Box<json_patch::PatchError>,
}

impl crate::error::Hint for Error {
    fn hint(&self) -> Option<std::borrow::Cow<'static, str>> {
        Some("check the path; `/kind/kubeadm.conf` in a node shows the whole document".into())
    }
}

/// What patches are applied to: decides how arguments merge.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    args_are_lists: bool,
}

impl Target {
    /// For documents of this version.
    pub fn of(version: &Version) -> Self {
        Self {
            args_are_lists: version.kubeadm_lists_args(),
        }
    }
}

/// Applies merge patches, then JSON patches, to one document. Patches for other documents are passed over.
pub fn apply(document: &mut Value, patches: &Patches, target: Target) -> Result<(), Error> {
    for patch in &patches.merge {
        let version = patch.api_version.as_deref();
        if document["kind"] == patch.kind.as_str()
            && version.is_none_or(|version| document["apiVersion"] == version)
        {
            merge_into(document, patch.patch.clone(), target);
        }
    }
    for patch in &patches.json {
        if document["kind"] != patch.kind.as_str()
            || document["apiVersion"] != api_version(patch).as_str()
        {
            continue;
        }
        json_patch::patch(document, &operations(&patch.operations)).map_err(|source| Error {
            at: patch.at.clone(),
            kind: patch.kind.clone(),
            source: Box::new(source),
        })?;
    }
    Ok(())
}

fn api_version(patch: &JsonPatch) -> String {
    if patch.group.is_empty() {
        patch.version.clone()
    } else {
        format!("{}/{}", patch.group, patch.version)
    }
}

fn operations(operations: &[Operation]) -> Vec<json_patch::PatchOperation> {
    let operation = |operation: &Operation| {
        let path = &operation.path;
        let value = match &operation.kind {
            OperationKind::Add(value) => json!({"op": "add", "path": path, "value": value}),
            OperationKind::Remove => json!({"op": "remove", "path": path}),
            OperationKind::Replace(value) => json!({"op": "replace", "path": path, "value": value}),
            OperationKind::Move(from) => json!({"op": "move", "path": path, "from": from}),
            OperationKind::Copy(from) => json!({"op": "copy", "path": path, "from": from}),
            OperationKind::Test(value) => json!({"op": "test", "path": path, "value": value}),
        };
        // The configuration was checked when it was read: pointers are pointers.
        serde_json::from_value(value).ok()
    };
    operations.iter().filter_map(operation).collect()
}

fn merge_into(document: &mut Value, mut patch: Value, target: Target) {
    if target.args_are_lists {
        for path in [
            "/apiServer/extraArgs",
            "/controllerManager/extraArgs",
            "/scheduler/extraArgs",
        ]
        .into_iter()
        .chain([
            "/etcd/local/extraArgs",
            "/nodeRegistration/kubeletExtraArgs",
        ]) {
            if let Some(args) = patch.pointer_mut(path) {
                *args = merged_args(document.pointer(path), args);
            }
        }
    }
    if let Some(names) = patch.pointer_mut("/apiServer/certSANs") {
        let old = document
            .pointer("/apiServer/certSANs")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let new = names.as_array().cloned().unwrap_or_default();
        let added: Vec<Value> = new.into_iter().filter(|name| !old.contains(name)).collect();
        *names = Value::Array(old.into_iter().chain(added).collect());
    }
    json_patch::merge(document, &patch);
}

/// Arguments by name: a new value replaces the old one, `null` removes it, order is kept. Both the list form and the
/// older map form are understood.
fn merged_args(old: Option<&Value>, new: &Value) -> Value {
    let mut args: Vec<(String, Value)> = old.map(named_args).unwrap_or_default();
    for (name, value) in named_args(new) {
        args.retain(|(known, _)| *known != name);
        if !value.is_null() {
            args.push((name, value));
        }
    }
    args.into_iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect()
}

fn named_args(args: &Value) -> Vec<(String, Value)> {
    let pair = |arg: &Map<String, Value>| {
        Some((
            arg.get("name")?.as_str()?.to_owned(),
            arg.get("value").cloned().unwrap_or(Value::Null),
        ))
    };
    match args {
        Value::Array(list) => list
            .iter()
            .filter_map(Value::as_object)
            .filter_map(pair)
            .collect(),
        Value::Object(map) => map
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::kind::MergePatch;
    use crate::yaml::{Mark, Source};

    fn here() -> Location {
        Source::new("kind.yaml").at(Mark { line: 9, column: 7 })
    }

    fn patched(document: &Value, patch: &Value) -> Value {
        let mut document = document.clone();
        let patch = MergePatch {
            kind: patch["kind"].as_str().unwrap().into(),
            api_version: patch["apiVersion"].as_str().map(str::to_owned),
            patch: patch.clone(),
            at: here(),
        };
        let patches = Patches {
            merge: vec![patch],
            json: vec![],
        };
        apply(
            &mut document,
            &patches,
            Target {
                args_are_lists: true,
            },
        )
        .unwrap();
        document
    }

    fn api_server(args: &Value) -> Value {
        json!({"kind": "ClusterConfiguration", "apiVersion": "kubeadm.k8s.io/v1beta4", "apiServer": args})
    }

    #[test]
    fn arguments_merge_by_name_in_both_forms() {
        let document = api_server(
            &json!({"extraArgs": [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]}),
        );
        let expected = json!([{"name": "b", "value": "2"}, {"name": "a", "value": "3"}]);
        for args in [json!([{"name": "a", "value": "3"}]), json!({"a": "3"})] {
            let patch = json!({"kind": "ClusterConfiguration", "apiServer": {"extraArgs": args}});
            assert_eq!(
                patched(&document, &patch)["apiServer"]["extraArgs"],
                expected
            );
        }
        let patch =
            json!({"kind": "ClusterConfiguration", "apiServer": {"extraArgs": {"a": null}}});
        let removed = patched(&document, &patch);
        assert_eq!(
            removed["apiServer"]["extraArgs"],
            json!([{"name": "b", "value": "2"}])
        );
    }

    #[test]
    fn names_of_the_api_server_are_united() {
        let document = api_server(&json!({"certSANs": ["localhost"]}));
        let names = json!({"certSANs": ["localhost", "example.org"]});
        let document = patched(
            &document,
            &json!({"kind": "ClusterConfiguration", "apiServer": names}),
        );
        assert_eq!(
            document["apiServer"]["certSANs"],
            json!(["localhost", "example.org"])
        );
    }

    #[test]
    fn a_patch_of_another_kind_or_version_is_passed_over() {
        let document = api_server(&json!({"certSANs": ["localhost"]}));
        for (kind, version) in [
            ("InitConfiguration", Value::Null),
            ("ClusterConfiguration", json!("kubeadm.k8s.io/v1beta3")),
        ] {
            let patch = json!({"kind": kind, "apiVersion": version, "apiServer": null});
            assert_eq!(patched(&document, &patch), document);
        }
    }

    #[test]
    fn json_patches_say_where_they_do_not_fit() {
        let mut document = api_server(&json!({}));
        let patch = JsonPatch {
            group: "kubeadm.k8s.io".into(),
            version: "v1beta4".into(),
            kind: "ClusterConfiguration".into(),
            operations: vec![Operation {
                kind: OperationKind::Remove,
                path: "/nothing".into(),
            }],
            at: here(),
        };
        let patches = Patches {
            merge: vec![],
            json: vec![patch],
        };
        let error = apply(
            &mut document,
            &patches,
            Target {
                args_are_lists: true,
            },
        )
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "kind.yaml:9:7: this JSON patch does not fit `ClusterConfiguration`"
        );
    }
}
