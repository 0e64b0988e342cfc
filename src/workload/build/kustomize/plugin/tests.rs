use super::super::testing::{built, check};
use super::paths::Mentioned;
use super::{Use, paths_of};
use crate::yaml::{self, Source};

const POD: &[u8] = b"
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {containers: [{name: c, image: nginx}]}
";

/// The pod after one transformer.
fn transformed(config: &str) -> Result<String, String> {
    let files: &[(&str, &[u8])] = &[
        (
            "kustomization.yaml",
            b"resources: [p.yaml]\ntransformers: [t.yaml]",
        ),
        ("p.yaml", POD),
        ("t.yaml", config.as_bytes()),
        ("patch.yaml", b"[{op: add, path: /spec/x, value: 1}]"),
        (
            "strategic.yaml",
            b"{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {w: 2}}",
        ),
        ("targets.yaml", b"targets: [{fieldPath: spec/path}]"),
    ];
    Ok(built(files)?[0].to_string())
}

#[test]
fn every_transformer() {
    for (kind, fields, text) in [
        (
            "AnnotationsTransformer",
            "annotations: {a: b}\nfieldSpecs: [{path: metadata/annotations, create: true}]",
            r#""annotations":{"a":"b"}"#,
        ),
        (
            "LabelTransformer",
            "labels: {a: b}\nfieldSpecs: [{path: metadata/labels, create: true}]",
            r#""labels":{"a":"b"}"#,
        ),
        (
            "NamespaceTransformer",
            "fieldSpecs: [{path: metadata/namespace, create: true}]",
            r#""namespace":"ns""#,
        ),
        (
            "PrefixTransformer",
            "prefix: a-\nfieldSpecs: [{path: metadata/name}]",
            r#""name":"a-p""#,
        ),
        (
            "SuffixTransformer",
            "suffix: -z\nfieldSpecs: [{path: metadata/name}]",
            r#""name":"p-z""#,
        ),
        (
            "PrefixSuffixTransformer",
            "prefix: a-\nsuffix: -z\nfieldSpecs: [{path: metadata/name}]",
            r#""name":"a-p-z""#,
        ),
        (
            "ImageTagTransformer",
            "imageTag: {name: nginx, newTag: '1'}",
            r#""image":"nginx:1""#,
        ),
        (
            "ReplicaCountTransformer",
            "replica: {name: p, count: 3}\nfieldSpecs: [{path: spec/replicas, create: true, kind: Pod}]",
            r#""replicas":3"#,
        ),
        ("PatchTransformer", "path: strategic.yaml", r#""w":2"#),
        (
            "PatchTransformer",
            "patch: '[{op: add, path: /spec/z, value: 3}]'\ntarget: {kind: Pod}",
            r#""z":3"#,
        ),
        (
            "PatchJson6902Transformer",
            "path: patch.yaml\ntarget: {kind: Pod, name: p}",
            r#""x":1"#,
        ),
        (
            "PatchJson6902Transformer",
            "jsonOp: '[{op: add, path: /spec/x, value: 1}]'\ntarget: {kind: Pod, name: p}",
            r#""x":1"#,
        ),
        (
            "PatchStrategicMergeTransformer",
            "paths: [strategic.yaml]",
            r#""w":2"#,
        ),
        (
            "ReplacementTransformer",
            "replacements: [{sourceValue: v, targets: [{select: {kind: Pod}, fieldPaths: [spec.v], options: {create: true}}]}]",
            r#""v":"v""#,
        ),
        ("HashTransformer", "", r#""name":"p""#),
        (
            "ValueAddTransformer",
            "value: fruit\ntargets: [{fieldPath: metadata/namespace}]",
            r#""namespace":"fruit""#,
        ),
        (
            "ValueAddTransformer",
            "value: fruit\ntargets: [{fieldPath: 'spec/containers/[name=c]/image', filePathPosition: 1}]",
            r#""image":"fruit/nginx""#,
        ),
        (
            "ValueAddTransformer",
            "value: fruit\ntargetFilePath: targets.yaml",
            r#""path":"fruit""#,
        ),
        (
            "ValueAddTransformer",
            "targetFilePath: targets.yaml",
            r#""path":"app""#,
        ),
    ] {
        let config = format!(
            "apiVersion: builtin\nkind: {kind}\nmetadata: {{name: t, namespace: ns}}\n{fields}\n"
        );
        let found = transformed(&config).unwrap();
        assert!(found.contains(text), "{kind}: {found}");
    }
}

#[test]
fn what_is_no_transformer() {
    let function = |text: &str| {
        format!(
            "apiVersion: x/v1\nkind: F\nmetadata:\n  name: f\n  annotations:\n    config.kubernetes.io/function: |\n      {text}\n"
        )
    };
    for (config, error) in [
        ("{apiVersion: x/v1, kind: SedTransformer, metadata: {name: s}}".to_owned(), "the transformer `SedTransformer` of `x/v1` is a plugin that runs a program or a Go library, and only built-in ones are run"),
        (function("container: {image: a}"), "is a function that runs a container"),
        (function("exec: {path: a}"), "is a function that runs a program (exec)"),
        (function("starlark: {path: a}"), "is a function that runs a script (starlark)"),
        ("{apiVersion: builtin, kind: LabelsTransformer, metadata: {name: s}}".to_owned(), "there is no built-in transformer `LabelsTransformer` (did you mean `LabelTransformer`?)"),
        ("{apiVersion: builtin, kind: SecretGenerator, metadata: {name: s}}".to_owned(), "`SecretGenerator` is no transformer (name it in `generators`)"),
        ("{apiVersion: builtin, kind: PatchTransformer, metadata: {name: s}}".to_owned(), "t.yaml:1:1: a patch needs `path` or `patch`"),
        ("{apiVersion: builtin, kind: PatchJson6902Transformer, metadata: {name: s}, target: {kind: Pod}}".to_owned(), "needs `target.name`"),
        ("{apiVersion: builtin, kind: PatchStrategicMergeTransformer, metadata: {name: s}}".to_owned(), "a patch needs `paths` or `patches`"),
        ("{apiVersion: builtin, kind: ReplicaCountTransformer, metadata: {name: s}}".to_owned(), "`replica` is missing"),
        ("{apiVersion: builtin, kind: LabelTransformer, metadata: {name: s}, labels: [a]}".to_owned(), "`labels` must be a mapping, not a list"),
        ("{apiVersion: builtin, kind: NamespaceTransformer, metadata: {name: s}, setRoleBindingSubjects: x}".to_owned(), "setRoleBindingSubjects"),
        ("{apiVersion: builtin, kind: ValueAddTransformer, metadata: {name: s}, value: x}".to_owned(), "at least one of `targets` is needed"),
    ] {
        let found = transformed(&config).unwrap_err();
        assert!(found.contains(error), "{config}: {found}");
    }
}

#[test]
fn generators_and_fields_that_are_unknown() {
    let kustomization = b"
generators:
- |
  apiVersion: builtin
  kind: ConfigMapGenerator
  metadata: {name: c, namespace: ns}
  unknown: {a: b}
  literals: [a=b]
- |
  apiVersion: builtin
  kind: SecretGenerator
  metadata: {name: s}
  options: {disableNameSuffixHash: true, unknown: x}
  literals: [a=b]
- |
  apiVersion: builtin
  kind: IAMPolicyGenerator
  metadata: {name: i}
  cloud: gke
  kubernetesService: {namespace: ns, name: user}
  serviceAccount: {name: sa, projectId: project}
sortOptions: {order: fifo}
";
    check(
        &[("kustomization.yaml", kustomization)],
        r"
{apiVersion: v1, kind: ConfigMap, metadata: {name: c-4h2mbtbbt6, namespace: ns}, data: {a: b}}
---
{apiVersion: v1, kind: Secret, metadata: {name: s}, type: Opaque, data: {a: Yg==}}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  annotations: {iam.gke.io/gcp-service-account: sa@project.iam.gserviceaccount.com}
  name: user
  namespace: ns
",
    );
    let chart = b"generators: ['{apiVersion: builtin, kind: HelmChartInflationGenerator, metadata: {name: m}, name: x}']";
    let found = built(&[("kustomization.yaml", chart)]).unwrap_err();
    assert!(found.contains("the chart was not rendered"), "{found}");
}

#[test]
fn validators_change_nothing_but_their_label() {
    let with = |labels: &str| {
        let text = format!(
            "resources: [p.yaml]\nvalidators:\n- '{{apiVersion: builtin, kind: LabelTransformer, metadata: {{name: v}}, labels: {labels}, fieldSpecs: [{{path: metadata/labels, create: true}}]}}'\n"
        );
        built(&[("kustomization.yaml", text.as_bytes()), ("p.yaml", POD)])
    };
    let kept = with("{validated-by: me}").unwrap();
    assert_eq!(kept[0]["metadata"]["labels"]["validated-by"], "me");
    let found = with("{a: b}").unwrap_err();
    assert!(
        found.contains("the validator LabelTransformer changes objects"),
        "{found}"
    );
}

#[test]
fn paths_that_configurations_name() {
    let text = "
{apiVersion: builtin, kind: PatchTransformer, path: a}
---
{apiVersion: builtin, kind: PatchStrategicMergeTransformer, paths: [b, c]}
---
{apiVersion: builtin, kind: ReplacementTransformer, replacements: [{path: d}, {source: {}}]}
---
{apiVersion: builtin, kind: ValueAddTransformer, targetFilePath: e}
---
kind: ThingList
items: [{apiVersion: builtin, kind: SecretGenerator, envs: [f], files: [g/h, i=j]}]
---
{apiVersion: x/v1, kind: PatchTransformer, path: foreign}
";
    let documents = yaml::load(text, &Source::new("t")).unwrap();
    let expected = [
        ("a", Use::Patch),
        ("b", Use::Patch),
        ("c", Use::Patch),
        ("d", Use::Configuration),
        ("e", Use::Configuration),
        ("f", Use::Variables),
        ("g/h", Use::Keyed("h".to_owned())),
        ("j", Use::Keyed("i".to_owned())),
    ];
    let expected = expected.map(|(path, usage)| Mentioned {
        path: path.to_owned(),
        usage,
    });
    assert_eq!(paths_of(&documents), expected);
}
