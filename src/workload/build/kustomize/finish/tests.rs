use super::super::provenance::{ConfiguredBy, Provenance};
use super::super::testing::{built, check};
use super::annotations::text;

/// Kinds and names that a build yields.
fn names(kustomization: &str, objects: &str) -> Vec<String> {
    let files: &[(&str, &[u8])] = &[
        ("kustomization.yaml", kustomization.as_bytes()),
        ("r.yaml", objects.as_bytes()),
    ];
    let name = |object: &serde_json::Value| {
        let text = |pointer| object.pointer(pointer).and_then(|value| value.as_str());
        format!(
            "{}/{}",
            text("/kind").unwrap_or_default(),
            text("/metadata/name").unwrap_or_default()
        )
    };
    built(files).unwrap().iter().map(name).collect()
}

const MANY: &str = "
{apiVersion: v1, kind: Service, metadata: {name: a}}
---
{apiVersion: x/v1, kind: Namespace, metadata: {name: x}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b, namespace: a-b}}
---
{apiVersion: v1, kind: Pod, metadata: {name: c, namespace: a}}
---
{apiVersion: v1, kind: Pod, metadata: {name: z}}
---
{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: w}}
---
{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: d}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: core}}
";

#[test]
fn orders() {
    let legacy = [
        "Namespace/core",
        "Namespace/x",
        "Service/a",
        "DaemonSet/d",
        "Pod/b",
        "Pod/c",
        "Pod/z",
        "ValidatingWebhookConfiguration/w",
    ];
    assert_eq!(names("resources: [r.yaml]", MANY), legacy);
    let options = "resources: [r.yaml]\nsortOptions: {order: legacy}";
    assert_eq!(names(options, MANY), legacy);
    let fifo = names("resources: [r.yaml]\nsortOptions: {order: fifo}", MANY);
    assert_eq!(fifo[..3], ["Service/a", "Namespace/x", "Pod/b"]);
    let own = "resources: [r.yaml]\nsortOptions: {order: legacy, legacySortOptions: {orderFirst: [Pod], orderLast: [Namespace]}}";
    assert_eq!(
        names(own, MANY),
        [
            "Pod/b",
            "Pod/c",
            "Pod/z",
            "ValidatingWebhookConfiguration/w",
            "DaemonSet/d",
            "Service/a",
            "Namespace/core",
            "Namespace/x",
        ]
    );
}

#[test]
fn local_objects_and_internal_annotations_go() {
    let objects = "
{apiVersion: v1, kind: A, metadata: {name: a, annotations: {config.kubernetes.io/local-config: 'true'}}}
---
{apiVersion: v1, kind: A, metadata: {name: b, annotations: {config.kubernetes.io/local-config: 'false', n: 5, t: true}}}
---
{apiVersion: v1, kind: A, metadata: {name: c, annotations: {config.kubernetes.io/local-config: ''}}}
---
{apiVersion: v1, kind: A, metadata: {name: d, annotations: {config.kubernetes.io/origin: x, config.kubernetes.io/index: '1'}}}
---
{apiVersion: v1, kind: A, metadata: {name: e, labels: {}, annotations: {}}}
";
    check(
        &[
            ("kustomization.yaml", b"resources: [r.yaml]"),
            ("r.yaml", objects.as_bytes()),
        ],
        "
{apiVersion: v1, kind: A, metadata: {name: b, annotations: {config.kubernetes.io/local-config: 'false', n: '5', t: 'true'}}}
---
{apiVersion: v1, kind: A, metadata: {name: d}}
---
{apiVersion: v1, kind: A, metadata: {name: e, labels: {}}}
",
    );
}

#[test]
fn what_was_asked_for_is_written() {
    let kustomization = b"
resources: [base]
configMapGenerator: [{name: c, options: {disableNameSuffixHash: true}}]
namePrefix: x-
transformers:
- |
  apiVersion: builtin
  kind: AnnotationsTransformer
  metadata: {name: notes}
  annotations: {a: b}
  fieldSpecs: [{path: metadata/annotations, create: true}]
buildMetadata: [managedByLabel, originAnnotations, transformerAnnotations]
";
    check(
        &[
            ("kustomization.yaml", kustomization),
            (
                "base/kustomization.yaml",
                b"resources: [a.yaml]\nnameSuffix: -y",
            ),
            (
                "base/a.yaml",
                b"{apiVersion: v1, kind: A, metadata: {name: a}}",
            ),
        ],
        r"
apiVersion: v1
kind: ConfigMap
metadata:
  name: x-c
  labels: {app.kubernetes.io/managed-by: kustomize-v5.8.1}
  annotations:
    a: b
    alpha.config.kubernetes.io/transformations: |
      - configuredIn: kustomization.yaml
        configuredBy:
          apiVersion: builtin
          kind: PrefixTransformer
      - configuredIn: kustomization.yaml
        configuredBy:
          apiVersion: builtin
          kind: AnnotationsTransformer
          name: notes
    config.kubernetes.io/origin: |
      configuredIn: kustomization.yaml
      configuredBy:
        apiVersion: builtin
        kind: ConfigMapGenerator
---
apiVersion: v1
kind: A
metadata:
  name: x-a-y
  labels: {app.kubernetes.io/managed-by: kustomize-v5.8.1}
  annotations:
    a: b
    alpha.config.kubernetes.io/transformations: |
      - configuredIn: base/kustomization.yaml
        configuredBy:
          apiVersion: builtin
          kind: SuffixTransformer
      - configuredIn: kustomization.yaml
        configuredBy:
          apiVersion: builtin
          kind: PrefixTransformer
      - configuredIn: kustomization.yaml
        configuredBy:
          apiVersion: builtin
          kind: AnnotationsTransformer
          name: notes
    config.kubernetes.io/origin: |
      path: base/a.yaml
",
    );
}

#[test]
fn provenances_are_written_as_go_writes_them() {
    let provenance = Provenance {
        path: "a: b/1.yaml".to_owned(),
        repository: "https://example.com/o/r".to_owned(),
        reference: "1.0".to_owned(),
        configured_in: "k.yaml".to_owned(),
        configured_by: Some(ConfiguredBy {
            api_version: "builtin".to_owned(),
            kind: "PatchTransformer".to_owned(),
            name: "on".to_owned(),
            namespace: String::new(),
        }),
    };
    assert_eq!(
        text(&provenance),
        "path: 'a: b/1.yaml'\nrepo: https://example.com/o/r\nref: \"1.0\"\nconfiguredIn: k.yaml\nconfiguredBy:\n  \
         apiVersion: builtin\n  kind: PatchTransformer\n  name: \"on\"\n"
    );
    assert_eq!(text(&Provenance::default()), "{}\n");
}
