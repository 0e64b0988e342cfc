use serde_json::{Value, json};

use super::super::gvk::Gvk;
use super::{Schema, ShapeId};

fn at(schema: &Schema, api_version: &str, kind: &str, path: &str) -> Option<ShapeId> {
    let shapes = schema.shapes();
    let mut id = shapes.of_kind(api_version, kind)?;
    for part in path.split('/') {
        let shape = shapes.get(id);
        id = if part == "[]" {
            shape.items?
        } else {
            shape.field(part)?
        };
    }
    Some(id)
}

fn keys(schema: &Schema, api_version: &str, kind: &str, path: &str) -> Option<Vec<String>> {
    let id = at(schema, api_version, kind, path)?;
    schema.shapes().get(id).merged_by.clone()
}

#[test]
fn built_in_types_know_their_merge_keys() {
    let schema = Schema::builtin();
    let cases: &[(&str, &str, &str, Option<&[&str]>)] = &[
        (
            "apps/v1",
            "Deployment",
            "spec/template/spec/containers",
            Some(&["name"]),
        ),
        (
            "apps/v1",
            "Deployment",
            "spec/template/spec/containers/[]/ports",
            Some(&["containerPort", "protocol"]),
        ),
        (
            "apps/v1",
            "Deployment",
            "spec/template/spec/containers/[]/args",
            None,
        ),
        (
            "apps/v1",
            "Deployment",
            "spec/template/spec/tolerations",
            None,
        ),
        ("apps/v1", "Deployment", "metadata/finalizers", Some(&[])),
        ("v1", "Service", "spec/ports", Some(&["port", "protocol"])),
        ("v1", "ServiceAccount", "secrets", Some(&["name"])),
        ("v1", "Pod", "spec/volumes", Some(&["name"])),
        (
            "batch/v1",
            "CronJob",
            "spec/jobTemplate/spec/template/spec/volumes",
            Some(&["name"]),
        ),
        ("networking.k8s.io/v1", "Ingress", "spec/rules", None),
    ];
    for (api_version, kind, path, expected) in cases {
        let expected = expected.map(|keys| keys.iter().map(ToString::to_string).collect());
        assert_eq!(
            keys(&schema, api_version, kind, path),
            expected,
            "{kind} {path}"
        );
    }
    assert!(
        schema
            .shapes()
            .of_kind("example.com/v1", "Deployment")
            .is_none()
    );
    assert!(
        at(
            &schema,
            "apps/v1",
            "Deployment",
            "spec/template/spec/securityContext"
        )
        .is_some()
    );
    assert!(at(&schema, "apps/v1", "Deployment", "spec/surprise").is_none());
}

#[test]
fn cluster_scoped_kinds_are_known() {
    let schema = Schema::builtin();
    let cases = [
        ("v1", "Namespace", true),
        ("v1", "Node", true),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", true),
        ("rbac.authorization.k8s.io/v1", "Role", false),
        ("apps/v1", "Deployment", false),
        ("example.com/v1", "Namespace", false),
    ];
    for (api_version, kind, expected) in cases {
        let gvk = Gvk::new(api_version, kind);
        assert_eq!(schema.is_cluster_scoped(&gvk), expected, "{kind}");
    }
}

#[test]
fn a_document_takes_the_place_of_the_built_in_types() {
    let kind = |kind: &str| json!([{ "group": "example.com", "version": "v1", "kind": kind }]);
    let document = json!({
        "definitions": {
            "v1.Box": {
                "x-kubernetes-group-version-kind": kind("Box"),
                "properties": {
                    "spec": { "$ref": "#/definitions/v1.BoxSpec" },
                },
            },
            "v1.BoxSpec": {
                "properties": {
                    "inner": { "$ref": "#/definitions/v1.BoxSpec" },
                    "nowhere": { "$ref": "#/definitions/v1.Missing" },
                    "things": {
                        "type": "array",
                        "items": { "properties": {} },
                        "x-kubernetes-patch-merge-key": "key",
                        "x-kubernetes-patch-strategy": "merge,retainKeys",
                    },
                    "others": { "additionalProperties": { "type": "object" } },
                    "pod": { "$ref": "#/definitions/io.k8s.api.core.v1.PodSpec" },
                },
            },
        },
        "paths": {
            "/apis/example.com/v1/boxes": { "get": { "x-kubernetes-group-version-kind": kind("Box")[0] } },
            "/apis/example.com/v1/namespaces/{namespace}/bags": {
                "get": { "x-kubernetes-group-version-kind": kind("Bag")[0] },
            },
            "/apis/example.com/v1/bags": { "get": { "x-kubernetes-group-version-kind": kind("Bag")[0] } },
        },
    });
    let schema = Schema::custom(&document).unwrap();
    let key = Some(vec!["key".to_owned()]);
    assert_eq!(keys(&schema, "example.com/v1", "Box", "spec/things"), key);
    assert_eq!(
        keys(&schema, "example.com/v1", "Box", "spec/inner/inner/things"),
        key
    );
    assert!(at(&schema, "example.com/v1", "Box", "spec/nowhere").is_none());
    assert!(at(&schema, "example.com/v1", "Box", "spec/others/x").is_some());
    assert!(schema.shapes().of_kind("apps/v1", "Deployment").is_none());
    let both = Schema::custom_over(&document).unwrap();
    assert_eq!(
        keys(&both, "example.com/v1", "Box", "spec/inner/things"),
        Some(vec!["key".to_owned()])
    );
    let pod = "spec/pod/volumes";
    assert_eq!(keys(&schema, "example.com/v1", "Box", pod), None);
    assert_eq!(
        keys(&both, "example.com/v1", "Box", pod),
        Some(vec!["name".to_owned()])
    );
    assert_eq!(
        keys(
            &both,
            "apps/v1",
            "Deployment",
            "spec/template/spec/containers"
        ),
        Some(vec!["name".to_owned()])
    );
    assert!(schema.is_cluster_scoped(&Gvk::new("example.com/v1", "Box")));
    assert!(!schema.is_cluster_scoped(&Gvk::new("example.com/v1", "Bag")));
    assert!(schema.is_cluster_scoped(&Gvk::new("v1", "Namespace")));
}

#[test]
fn documents_that_lead_in_circles_are_read() {
    let document = json!({ "definitions": {
        "a": {
            "x-kubernetes-group-version-kind": [{ "version": "v1", "kind": "A" }],
            "properties": { "b": { "$ref": "#/definitions/b" } },
        },
        "b": { "$ref": "#/definitions/b" },
    }});
    let schema = Schema::custom(&document).unwrap();
    assert!(at(&schema, "v1", "A", "b").is_none());
    assert!(Schema::custom(&Value::Null).is_ok());
    let why = Schema::custom(&json!([])).unwrap_err();
    assert_eq!(why, "is no OpenAPI document");
}

#[test]
fn only_one_version_is_built_in() {
    assert!(Schema::version("v1.21.2").is_ok());
    let why = Schema::version("v1.30.0").unwrap_err();
    assert_eq!(
        why,
        "the types of Kubernetes `v1.30.0` are not built in, only those of `v1.21.2`"
    );
}
