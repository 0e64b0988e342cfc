//! Variables; all expectations are what kustomize 5.8 prints.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::super::testing::{check_texts, failure};
use super::expand::expand;
use super::lookup::lookup;

#[test]
fn texts_are_expanded() {
    let values: BTreeMap<String, Value> = [
        ("NAME", json!("web")),
        ("PORT", json!(80)),
        ("RATIO", json!(1.5)),
        ("BIG", json!(1.234_567_890_123_456_8e22)),
        ("SMALL", json!(0.000_001)),
        ("FLAG", json!(true)),
        ("LIST", json!([1])),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    for (text, expected) in [
        ("$(NAME)", json!("web")),
        ("$(PORT)", json!(80)),
        ("$(FLAG)", json!(true)),
        ("x$(NAME)y$(PORT)z$(RATIO)$(FLAG)", json!("xweby80z1.5true")),
        ("a$(BIG)", json!("a1.2345678901234568e+22")),
        ("a$(SMALL)", json!("a1e-06")),
        (
            "$$(NAME) $(NOPE) $(NAME $x $",
            json!("$(NAME) $(NOPE) $(NAME $x $"),
        ),
        ("$(LIST)", json!("$(LIST)")),
        ("$()$($(NAME)", json!("$()$($(NAME)")),
        ("$$$$", json!("$$")),
    ] {
        let mut used = BTreeSet::new();
        assert_eq!(expand(text, &values, &mut used), expected, "{text}");
    }
}

#[test]
fn paths_lead_into_lists_and_dotted_names() {
    let object = json!({"spec": {"ports": [{"name": "x", "port": 80}, {"name": "y", "port": 81}], "args": ["-a"]},
        "metadata": {"annotations": {"a.b/c": "dots"}}});
    for (path, expected) in [
        ("spec.ports[1].port", Some(json!(81))),
        ("spec.ports.0.port", Some(json!(80))),
        ("spec.ports.-.port", Some(json!(81))),
        ("spec.ports.[name=y].port", Some(json!(81))),
        ("spec.args.[=-a]", Some(json!("-a"))),
        ("metadata.annotations.[a.b/c]", Some(json!("dots"))),
        ("metadata.annotations.a\\.b/c", Some(json!("dots"))),
        ("spec.ports.port", None),
        ("spec.none", None),
    ] {
        assert_eq!(lookup(&object, path).cloned(), expected, "{path}");
    }
}

#[test]
fn variables_are_replaced_where_rules_say() {
    check_texts(
        &[
            (
                "kustomization.yaml",
                "
resources: [r.yaml]
namePrefix: p-
configurations: [c.yaml]
vars:
- {name: NAME, objref: {apiVersion: v1, kind: Service, name: svc}}
- {name: PORT, objref: {apiVersion: v1, kind: Service, name: svc}, fieldref: {fieldpath: 'spec.ports[0].port'}}
",
            ),
            (
                "c.yaml",
                "varReference: [{path: spec/use, kind: Park}, {path: spec/one, kind: Park}]",
            ),
            (
                "r.yaml",
                "
apiVersion: v1
kind: Service
metadata: {name: svc}
spec: {ports: [{port: 80, targetPort: $(PORT)}]}
---
apiVersion: foo/v1
kind: Park
metadata: {name: k, annotations: {use: $(PORT)}}
spec: {one: 'is $(PORT)', use: [$(NAME), $(PORT)], other: $(NAME)}
",
            ),
        ],
        "
apiVersion: v1
kind: Service
metadata: {name: p-svc}
spec: {ports: [{port: 80, targetPort: 80}]}
---
apiVersion: foo/v1
kind: Park
metadata: {name: p-k, annotations: {use: '80'}}
spec: {one: is 80, use: [p-svc, 80], other: $(NAME)}
",
    );
}

#[test]
fn variables_need_one_object_with_the_field() {
    let two = "
{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: one}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: two}}
";
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{args: [1]}]}}";
    for (vars, objects, expected) in [
        (
            "[{name: X, objref: {apiVersion: v1, kind: ConfigMap, name: a}}]",
            two,
            "kustomization.yaml:2:8: the variable `X` can mean `configmap/a in namespace one` or `configmap/a in \
             namespace two` (name its `namespace` in `objref`)",
        ),
        (
            "[{name: X, objref: {apiVersion: v1, kind: ConfigMap, name: a, namespace: one}, fieldref: {fieldpath: data.x}}]",
            two,
            "kustomization.yaml:2:8: the variable `X` needs `data.x`, which configmap/a in namespace one does not have",
        ),
        (
            "[{name: X, objref: {apiVersion: v1, kind: Pod, name: a}}]",
            pod,
            "r.yaml:1: the field `spec/containers/args` cannot be set: an item of it is a number, where a variable needs \
             texts",
        ),
        (
            "[{name: X, objref: {apiVersion: v1, kind: Pod, name: b}}]",
            pod,
            "kustomization.yaml:2:8: the variable `X` needs the Pod `b`, which is not there (did you mean `a`?)",
        ),
        (
            "[{name: X, objref: {apiVersion: v2, kind: Pod, name: a}}]",
            pod,
            "kustomization.yaml:2:8: the variable `X` needs the Pod `a`, which is not there (there is one of another \
             `apiVersion` or `namespace`: `objref` must name those as the object does)",
        ),
        (
            "[{name: X, objref: {apiVersion: v1, kind: Pod, name: a}}, {name: X, objref: {apiVersion: v1, kind: Pod, name: a}}]",
            pod,
            "kustomization.yaml:2:65: the variable `X` is there twice (the other one is at kustomization.yaml:2:8)",
        ),
    ] {
        let kustomization = format!("resources: [r.yaml]\nvars: {vars}");
        let files = [("kustomization.yaml", &*kustomization), ("r.yaml", objects)];
        assert_eq!(failure(&files), expected);
    }
}
