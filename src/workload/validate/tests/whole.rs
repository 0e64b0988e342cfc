//! Whole inputs: lists, repetitions, encrypted documents, what is left out, every release.

use super::{STRICT, check, findings};
use crate::workload::build::parse_texts;
use crate::workload::discover::Text;
use crate::workload::validate::{Catalog, Options, Release, UnknownFields, check_documents};
use crate::yaml::Source;

#[test]
fn items_of_lists_are_objects() {
    let text = "\
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, dat: {}}
  - {apiVersion: v1, metadata: {name: b}}
---
apiVersion: v1
kind: ConfigMapList
items:
  - {metadata: {name: c}, data: 1}
";
    assert_eq!(
        findings(text),
        [
            "4:60: items[0].dat: unknown field, did you mean `data`?",
            "5:5: items[1]: not a Kubernetes object: `kind` is missing",
            "10:33: items[0].data: expected a mapping, found an integer",
        ]
    );
}

#[test]
fn documents_that_are_no_objects_are_findings_too() {
    let text = "- a\n---\nreplicas: 1\n---\napiVersion: v1\nkind: 5\n";
    assert_eq!(
        findings(text),
        [
            "1:1: expected a Kubernetes object, found a list",
            "3:1: not a Kubernetes object: `apiVersion` is missing",
            "3:1: not a Kubernetes object: `kind` is missing",
            "6:7: `kind` must be a non-empty string",
        ]
    );
}

#[test]
fn an_object_may_be_repeated_but_not_contradicted() {
    let map = |value: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{a: {value}}}\n---\n"
        )
    };
    assert_eq!(findings(&(map("x") + &map("x"))), [""; 0]);
    let found = findings(&(map("x") + &map("z")));
    assert_eq!(
        found,
        ["6:1: `configmap/a` is already defined at a.yaml:1, and not in the same way"]
    );
}

#[test]
fn encrypted_values_are_not_judged() {
    let text = "\
apiVersion: v1
kind: Secret
metadata: {name: a, labels: {a: \"ENC[AES256_GCM,data:x]\"}}
immutable: ENC[AES256_GCM,data:x,type:bool]
data: {a: \"ENC[AES256_GCM,data:x]\", b: 1}
sops: {mac: x, lastmodified: y, version: z}
";
    let checked = check(text, STRICT);
    let found: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "a.yaml:5:40: data.b: expected a string, found an integer, quote it if it is meant as text"
        ]
    );
    let whole = text.replace("kind: Secret", "kind: ENC[AES256_GCM,data:x]");
    let checked = check(&whole, STRICT);
    assert_eq!(
        (checked.findings.len(), checked.objects, checked.skipped),
        (0, 0, 1)
    );
    assert_eq!(
        checked.notices,
        ["a.yaml:1: not checked, its kind is encrypted and no key is at hand"]
    );
}

#[test]
fn messages_do_not_quote_secrets() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ntype: Opaque\ndata: {a: \"hunter2 !\"}\n";
    let found = findings(text);
    assert_eq!(found, ["5:11: data.a: the value is not base64"]);
}

#[test]
fn unknown_fields_and_kinds_count_as_asked() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nx: y\n---\napiVersion: x.io/v1\nkind: X\nmetadata: {name: a}\n";
    let count = |unknown_fields, ignore_missing_schemas| {
        let checked = check(
            text,
            Options {
                ignore_missing_schemas,
                unknown_fields,
            },
        );
        (
            checked.findings.len(),
            checked.warnings.len(),
            checked.objects,
            checked.invalid,
            checked.skipped,
        )
    };
    assert_eq!(count(UnknownFields::Error, false), (2, 0, 2, 2, 0));
    assert_eq!(count(UnknownFields::Warning, true), (0, 1, 1, 0, 1));
    assert_eq!(count(UnknownFields::Ignored, true), (0, 0, 1, 0, 1));
}

#[test]
fn releases_differ_in_what_they_know() {
    let valid = |release: Release, version: &str, kind: &str, rest: &str| {
        let text = format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}\n{rest}");
        let source = Source::new("a.yaml");
        let parsed = parse_texts(vec![Text { source, text }]).unwrap();
        let mut catalog = Catalog::bundled(release).unwrap();
        check_documents(&parsed, &mut catalog, STRICT)
            .findings
            .is_empty()
    };
    let of = |version| Release::of(version).unwrap();
    // In the stable API since 1.33.
    let cidr = "spec: {cidrs: [10.0.0.0/8]}\n";
    assert!(valid(
        of("1.36"),
        "networking.k8s.io/v1",
        "ServiceCIDR",
        cidr
    ));
    assert!(valid(
        of("1.33"),
        "networking.k8s.io/v1",
        "ServiceCIDR",
        cidr
    ));
    assert!(!valid(
        of("1.32"),
        "networking.k8s.io/v1",
        "ServiceCIDR",
        cidr
    ));
    for release in Release::all() {
        assert!(valid(release, "v1", "ConfigMap", "data: {a: b}\n"));
        assert!(!valid(release, "v1", "ConfigMap", "data: {a: 1}\n"));
    }
}

#[test]
fn lines_count_from_the_start_of_the_file() {
    let mut text = String::new();
    for number in 0..4_000 {
        text.extend([
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a",
            &number.to_string(),
            "\ndata: {a: some text to make it long enough}\n",
        ]);
    }
    text.push_str("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\nx: y\n");
    assert_eq!(findings(&text), ["24005:1: x: unknown field"]);
}
