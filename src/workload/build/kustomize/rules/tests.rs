//! Rules of kustomizations; all expectations of builds are what kustomize 5.8 prints.

use super::super::fieldspec::FieldSpec;
use super::super::testing::{check_texts, failure};
use super::builtin;
use super::model::Rules;
use super::table::{references, specs};

fn shown(specs: &[FieldSpec]) -> Vec<String> {
    let shown = |spec: &FieldSpec| {
        let create = if spec.create { " +" } else { "" };
        format!(
            "{} {} {}{create}",
            spec.gvk.api_version(),
            spec.gvk.kind,
            spec.path
        )
    };
    specs.iter().map(shown).collect()
}

#[test]
fn tables_are_short_for_specifications() {
    let table = "
A,B.group@v1 {pod}/{x,y}/z
CronJob {pod}/image +
* metadata/name
";
    assert_eq!(
        shown(&specs(table)),
        [
            " A spec/template/spec/x/z",
            " A spec/template/spec/y/z",
            "group/v1 B spec/template/spec/x/z",
            "group/v1 B spec/template/spec/y/z",
            " CronJob spec/jobTemplate/spec/template/spec/image +",
            "  metadata/name",
        ]
    );
    let found = references("> A@v1\nB x\n> C\nD y");
    let targets: Vec<_> = found.iter().map(|found| found.gvk.kind.as_str()).collect();
    assert_eq!(targets, ["A", "C"]);
    assert_eq!(shown(&found[1].referrers), [" D y"]);
}

/// Numbers of the specifications that kustomize 5.8 has.
#[test]
fn everything_is_built_in() {
    let rules = builtin::rules();
    let counts = [
        rules.name_prefix.len(),
        rules.namespace.len(),
        rules.common_labels.len(),
        rules.template_labels.len(),
        rules.common_annotations.len(),
        rules.images.len(),
        rules.replicas.len(),
        rules.var_reference.len(),
        rules.name_reference.len(),
        rules
            .name_reference
            .iter()
            .map(|all| all.referrers.len())
            .sum(),
    ];
    assert_eq!(counts, [1, 3, 32, 10, 9, 6, 4, 72, 16, 167]);
}

#[test]
fn what_is_built_in_fits_to_itself() {
    let mut rules = Rules::default();
    rules.merge(builtin::rules()).unwrap();
    assert_eq!(&rules, builtin::rules());
    rules.merge(builtin::rules()).unwrap();
    assert_eq!(&rules, builtin::rules());
}

/// Specifications for kinds come first, and what is added to nothing loses those for all kinds behind them.
#[test]
fn a_rule_for_a_kind_takes_the_place_of_that_for_all() {
    let configuration = "nameSuffix: [{path: metadata/name, kind: ConfigMap}]";
    let files = [
        (
            "kustomization.yaml",
            "resources: [r.yaml]\nnamePrefix: p-\nnameSuffix: -s\nconfigurations: [c.yaml]",
        ),
        ("c.yaml", configuration),
        (
            "r.yaml",
            "
{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
---
{apiVersion: v1, kind: Secret, metadata: {name: a}}
",
        ),
    ];
    check_texts(
        &files,
        "
{apiVersion: v1, kind: ConfigMap, metadata: {name: p-a-s}}
---
{apiVersion: v1, kind: Secret, metadata: {name: p-a}}
",
    );
}

#[test]
fn definitions_of_types_say_what_fields_mean() {
    check_texts(
        &[
            (
                "kustomization.yaml",
                "
resources: [r.yaml]
crds: [crd.yaml]
namePrefix: p-
commonLabels: {l: '1'}
commonAnnotations: {note: '1'}
sortOptions: {order: fifo}
",
            ),
            (
                "crd.yaml",
                "
example.com/v1.Park:
  schema: {properties: {kind: {}, apiVersion: {}, metadata: {}, spec: {$ref: example.com/v1.ParkSpec}}}
example.com/v1.ParkSpec:
  Schema:
    properties:
      keeper:
        x-kubernetes-object-ref-api-version: v1
        x-kubernetes-object-ref-kind: ServiceAccount
        x-kubernetes-object-ref-name-key: account
      title: {x-kubernetes-identity: ''}
      selector: {x-kubernetes-label-selector: ''}
      other: {X-Kubernetes-Label-Selector: ''}
      notes: {x-kubernetes-annotation: ''}
",
            ),
            (
                "r.yaml",
                "
apiVersion: example.com/v1
kind: Park
metadata: {name: k}
spec: {keeper: {account: sa}, title: t, selector: {}, notes: {}, other: {}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: sa}}
",
            ),
        ],
        "
apiVersion: example.com/v1
kind: Park
metadata: {name: p-k, labels: {l: '1'}, annotations: {note: '1'}}
spec: {keeper: {account: p-sa}, title: p-t, selector: {l: '1'}, notes: {note: '1'}, other: {}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: p-sa, labels: {l: '1'}, annotations: {note: '1'}}}
",
    );
}

#[test]
fn wrong_rules_are_refused_where_they_stand() {
    for (path, text, expected) in [
        (
            "configurations",
            "NAMEPREFIX: [{PATH: spec/x}]\nnamoPrefix: []",
            "c.yaml:2:1: unknown field `namoPrefix` (did you mean `namePrefix`?)",
        ),
        (
            "configurations",
            "commonLabels: [{path: spec/selector, kind: Service, version: v1}]",
            "kustomization.yaml:2:18: `create` of the field `spec/selector` in `c.yaml` contradicts a rule for the same field",
        ),
        (
            "crds",
            "[]",
            "kustomization.yaml:2:8: `c.yaml` defines no types (expected a mapping from names of types to `Schema` with \
             `properties`)",
        ),
        (
            "crds",
            "A: {schema: {properties: {kind: {}, apiVersion: {}, metadata: {}, spec: {$ref: A}}}}",
            "kustomization.yaml:2:8: `c.yaml`: the type `A` contains itself",
        ),
    ] {
        let kustomization = format!("resources: [r.yaml]\n{path}: [c.yaml]");
        let files = [
            ("kustomization.yaml", &*kustomization),
            (
                "r.yaml",
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}",
            ),
            ("c.yaml", text),
        ];
        assert_eq!(failure(&files), expected);
    }
}
