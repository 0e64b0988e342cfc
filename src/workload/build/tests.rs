use super::*;
use crate::workload::Error;
use crate::workload::discover::Text;
use crate::yaml::Source;

fn build(text: &str) -> Result<Built, Error> {
    let text = Text {
        source: Source::new("a.yaml"),
        text: text.into(),
    };
    expand_documents(parse_texts(vec![text])?)
}

fn named(text: &str) -> Vec<String> {
    let objects = build(text).unwrap().objects;
    objects.iter().map(|object| format!("{object:?}")).collect()
}

fn refused(text: &str) -> String {
    build(text).unwrap_err().to_string()
}

#[test]
fn documents_become_objects_with_their_origin() {
    let text = "# comment\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n---\n\
                {apiVersion: apps/v1, kind: Deployment, metadata: {name: b, namespace: c}}\n";
    assert_eq!(
        named(text),
        ["configmap/a (a.yaml:2)", "deployment.apps/b (a.yaml:7)"]
    );
    assert_eq!(
        build(text).unwrap().objects[1].id.namespace.as_deref(),
        Some("c")
    );
}

#[test]
fn lists_are_taken_apart() {
    let text = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: a}\n\
                - apiVersion: v1\n  kind: ConfigMapList\n  items:\n  - metadata: {name: b}\n";
    assert_eq!(
        named(text),
        ["secret/a (a.yaml:4)", "configmap/b (a.yaml:10)"]
    );
    let object = &build(text).unwrap().objects[1];
    assert_eq!(object.json["kind"], "ConfigMap");
    assert!(named("apiVersion: v1\nkind: List\nitems: []\n").is_empty());
}

#[test]
fn what_is_no_object_is_refused_with_its_place() {
    for (text, message) in [
        (
            "- a\n",
            "a.yaml:1:1: expected a Kubernetes object, found a list",
        ),
        (
            "\nreplicas: 3\n",
            "a.yaml:2:1: not a Kubernetes object: `apiVersion` and `kind` are missing",
        ),
        (
            "apiVersion: v1\n",
            "a.yaml:1:1: not a Kubernetes object: `kind` is missing",
        ),
        (
            "apiVersion: 1\nkind: X\n",
            "a.yaml:1:13: `apiVersion` must be a string, found an integer",
        ),
        (
            "apiVersion: v1\nkind: X\n",
            "a.yaml:1:1: X: `metadata.name` is missing",
        ),
        (
            "apiVersion: v1\nkind: X\nmetadata: {name: a%}\n",
            "a.yaml:3:18: X: `metadata.name` must not contain `%` or `/`",
        ),
        (
            "apiVersion: v1\nkind: X\nmetadata: {name: 5}\n",
            "a.yaml:3:18: X: `metadata.name` must be a string, found an integer",
        ),
        (
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
            "a.yaml:1:1: a kustomization is built from a folder, where it is called `kustomization.yaml`, `kustomization.yml`, or `Kustomization`",
        ),
    ] {
        assert_eq!(refused(text), message);
    }
    assert!(refused("a: [\n").starts_with("a.yaml:"));
}

#[test]
fn configuration_beside_manifests_is_skipped() {
    let built = build(
        "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n---\napiVersion: ksail.io/v1alpha1\nkind: Cluster\n",
    );
    let built = built.unwrap();
    assert!(built.objects.is_empty());
    assert_eq!(built.skipped.len(), 2);
    assert!(built.skipped[0].starts_with("a.yaml:1: skipped `Cluster`"));
}

#[test]
fn managed_fields_of_exported_objects_are_dropped() {
    let built =
        build("apiVersion: v1\nkind: X\nmetadata: {name: a, managedFields: [{manager: b}]}\n")
            .unwrap();
    assert!(
        built.objects[0].json["metadata"]
            .get("managedFields")
            .is_none()
    );
}

#[test]
fn repetitions_are_dropped_and_contradictions_refused() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\n";
    let built = build(&namespace.repeat(2)).unwrap();
    assert_eq!(drop_repetitions(built.objects).unwrap().len(), 1);
    let built = build(&format!(
        "{namespace}apiVersion: v1\nkind: Namespace\nmetadata: {{name: a, labels: {{b: c}}}}\n"
    ));
    let error = drop_repetitions(built.unwrap().objects).unwrap_err();
    assert_eq!(
        error.to_string(),
        "namespace/a is defined twice: a.yaml:1 and a.yaml:5"
    );
}

#[test]
fn what_is_no_object_is_shown_unless_there_are_secrets_in_the_text() {
    let text = "apiVersion: v1\nkind: X\nmetadata: {name: 5}\n";
    let error = build(text).unwrap_err();
    assert_eq!(
        error.excerpt(),
        Some("3 | metadata: {name: 5}\n  |                  ^")
    );
    let error = build(&text.replace('X', "Secret")).unwrap_err();
    assert!(matches!(error, Error::Document { .. }), "{error}");
    assert_eq!(error.excerpt(), None);
    let long = format!(
        "{}---\n{text}",
        "---\napiVersion: v1\nkind: Z\nmetadata: {name: a}\n".repeat(10_000)
    );
    let error = build(&format!("{long}---\nkind: X\n")).unwrap_err();
    assert_eq!(
        error.excerpt(),
        Some("40004 | metadata: {name: 5}\n      |                  ^")
    );
}
