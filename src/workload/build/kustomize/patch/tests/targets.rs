//! Whom patches are for, and what they may change.

use serde_json::Value;

use super::super::super::testing::{built, check};

const OBJECTS: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}, annotations: {a: x}}
spec: {replicas: 1}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: db, namespace: data}
spec: {replicas: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web}
";

fn build(patches: &str) -> Result<Vec<Value>, String> {
    let kustomization =
        format!("resources: [objects.yaml]\n{patches}\nsortOptions: {{order: fifo}}\n");
    built(&[
        ("kustomization.yaml", kustomization.as_bytes()),
        ("objects.yaml", OBJECTS.as_bytes()),
    ])
}

/// What a field of all objects is.
fn field(patches: &str, path: &str) -> Vec<Value> {
    let objects = build(patches).unwrap();
    let field = |object: &Value| object.pointer(path).cloned().unwrap_or_default();
    objects.iter().map(field).collect()
}

#[test]
fn a_patch_finds_the_object_that_it_names() {
    let patches = "patches: [{patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: db, namespace: data}, spec: {replicas: 3}}'}]";
    assert_eq!(
        field(patches, "/spec/replicas"),
        [1.into(), 3.into(), Value::Null]
    );
    let both = "patches:
- patch: |
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: default}
    spec: {replicas: 2}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {replicas: 5}
";
    assert_eq!(field(both, "/spec/replicas"), [2, 1, 5]);
    let list = "patchesStrategicMerge:
- |
    apiVersion: v1
    kind: List
    items:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      $patch: delete
";
    assert_eq!(field(list, "/metadata/name"), ["db", "web"]);
}

#[test]
fn targets_select_and_identities_stay() {
    let patches = "patches:
- target: {kind: Deployment}
  patch: |
    apiVersion: other/v1
    kind: Other
    metadata: {name: other, namespace: other, labels: {n: 5}, annotations: {a: null}}
    spec: {replicas: 4}
";
    assert_eq!(
        field(patches, "/spec/replicas"),
        [4.into(), 4.into(), Value::Null]
    );
    assert_eq!(field(patches, "/metadata/name"), ["web", "db", "web"]);
    assert_eq!(
        field(patches, "/kind"),
        ["Deployment", "Deployment", "Service"]
    );
    assert_eq!(field(patches, "/apiVersion"), ["apps/v1", "apps/v1", "v1"]);
    assert_eq!(
        field(patches, "/metadata/namespace"),
        [Value::Null, "data".into(), Value::Null]
    );
    assert_eq!(
        field(patches, "/metadata/labels/n"),
        ["5".into(), "5".into(), Value::Null]
    );
    assert_eq!(
        field(patches, "/metadata/annotations/a"),
        ["null".into(), "null".into(), Value::Null]
    );
}

#[test]
fn names_and_kinds_change_where_that_is_allowed() {
    let patch = |options: &str| {
        format!(
            "patches: [{{target: {{kind: Service}}, options: {{{options}}}, patch: '{{apiVersion: v1, kind: K, metadata: {{name: n}}}}'}}]"
        )
    };
    let cases = [
        ("", "Service", "web"),
        ("allowNameChange: true", "Service", "n"),
        ("allowKindChange: true", "K", "web"),
        ("allowNameChange: true, allowKindChange: true", "K", "n"),
    ];
    for (options, kind, name) in cases {
        let last = &build(&patch(options)).unwrap()[2];
        assert_eq!(
            (&last["kind"], &last["metadata"]["name"]),
            (&kind.into(), &name.into())
        );
    }
}

#[test]
fn json_patches_apply_to_all_that_are_selected() {
    let patches = "patches:
- target: {kind: Deploy.*, name: 'w?[ed]b'}
  patch: |
    - {op: replace, path: /spec/replicas, value: 7}
    - {op: add, path: /metadata/annotations, value: {five: 5}}
- target: {kind: Nothing}
  patch: '[{\"op\": \"remove\", \"path\": \"/nowhere\"}]'
patchesJson6902:
- target: {version: v1, kind: Service, name: web}
  patch: '- {op: add, path: /spec, value: {yes: yes}}'
";
    assert_eq!(
        field(patches, "/spec"),
        [
            serde_json::json!({ "replicas": 7 }),
            serde_json::json!({ "replicas": 7 }),
            serde_json::json!({ "true": true }),
        ]
    );
    assert_eq!(field(patches, "/metadata/annotations/five")[0], "5");
}

#[test]
fn a_patched_object_is_still_known_by_its_first_name() {
    check(
        &[
            (
                "kustomization.yaml",
                b"resources: [base]\nnamePrefix: p-\npatches: [{path: patch.yaml}]",
            ),
            (
                "base/kustomization.yaml",
                b"resources: [o.yaml]\nnamePrefix: q-",
            ),
            (
                "base/o.yaml",
                b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}",
            ),
            (
                "patch.yaml",
                b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}",
            ),
        ],
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: p-q-c}, data: {a: b}}",
    );
}

#[test]
fn what_is_wrong_is_said_with_the_way_out() {
    let cases = [
        (
            "patches: [{patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: wep}}'}]",
            "kustomization.yaml:2:19: the patch of deployment.apps/wep fits no object (did you mean deployment.apps/web?)",
        ),
        (
            "patches: [{patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: db}}'}]",
            "kustomization.yaml:2:19: the patch of deployment.apps/db fits no object (did you mean deployment.apps/db in namespace data?)",
        ),
        (
            "patches: [{patch: '{apiVersion: apps/v1beta1, kind: Deployment, metadata: {name: web}}'}]",
            "kustomization.yaml:2:19: the patch of deployment.apps/web fits no object (did you mean deployment.apps/web with `apiVersion: apps/v1`?)",
        ),
        (
            "patches: [{patch: '- {op: add, path: /a}'}]",
            "kustomization.yaml:2:19: a JSON patch needs a `target`: it does not name its object (add `target` with the `kind` and `name` of the object)",
        ),
        (
            "patches: [{target: {kind: Service}, patch: '- {op: remove, path: /spec/ports}'}]",
            "kustomization.yaml:2:44: service/web cannot be patched: the operation `remove` at `/spec/ports` fails: there is no `/spec`",
        ),
        (
            "patches: [{target: {kind: Service}, patch: '- {op: remov, path: /spec/ports}'}]",
            "kustomization.yaml:2:44: line 1 of the patch: `op` must be `add`, `remove`, `replace`, `move`, `copy`, or `test`, not `remov`",
        ),
        (
            "patches: [{patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: [1]}'}]",
            "kustomization.yaml:2:19: deployment.apps/web cannot be patched: `spec`: the object has a mapping where the patch has a list",
        ),
        (
            "patches: [{patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {$patch: drop}}'}]",
            "kustomization.yaml:2:19: deployment.apps/web cannot be patched: `spec`: `$patch` must be `merge`, `replace` or `delete`, not `drop`",
        ),
        (
            "patches: [{patch: 'a: ]'}]",
            "kustomization.yaml:2:19: line 1 of the patch: ",
        ),
    ];
    for (patches, expected) in cases {
        let error = build(patches).unwrap_err();
        let same = match expected.strip_suffix(": ") {
            Some(begin) => error.starts_with(begin),
            None => error == expected,
        };
        assert!(same, "{patches}\n{error}\n{expected}");
    }
}

#[test]
fn places_in_files_are_told() {
    let found = built(&[
        (
            "kustomization.yaml",
            b"resources: [o.yaml]\npatches: [{path: p.yaml, target: {kind: ConfigMap}}]",
        ),
        (
            "o.yaml",
            b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}",
        ),
        ("p.yaml", b"- {op: add, path: /a}\n- {op: add}\n"),
    ]);
    assert_eq!(found, Err("p.yaml:2:3: `add` needs `path`".to_owned()));
}

#[test]
fn nothing_of_an_encrypted_patch_is_told() {
    let cases = [
        (
            "- {op: hidden, path: /a}",
            "secret.yaml:1:3: this is no operation of a JSON patch",
        ),
        (
            "- {op: remove, path: /hidden}",
            "kustomization.yaml:2:18: configmap/c cannot be patched with this (the patch is encrypted: compare its paths with the object)",
        ),
    ];
    for (patch, expected) in cases {
        let found = built(&[
            (
                "kustomization.yaml",
                b"resources: [o.yaml]\npatches: [{path: secret.yaml, target: {kind: ConfigMap}}]",
            ),
            (
                "o.yaml",
                b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}",
            ),
            ("secret.yaml", patch.as_bytes()),
        ]);
        assert_eq!(found, Err(expected.to_owned()));
    }
}
