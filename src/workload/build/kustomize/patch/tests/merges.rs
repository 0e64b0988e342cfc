//! Strategic merge, one case at a time. What is expected is what kustomize 5.8 makes of it.

use super::super::super::testing::{built, documents};

/// Name, part of the object, part of the patch, what becomes of it.
type Case = (&'static str, &'static str, &'static str, &'static str);

const PODS: &[Case] = &[
    (
        "what a patch adds comes first",
        "containers: [{name: a}, {name: b}]",
        "containers: [{name: c}, {name: b, image: i}]",
        "{containers: [{name: c}, {image: i, name: b}, {name: a}]}",
    ),
    (
        "fields of items are merged",
        "containers: [{name: a, image: i, args: [x]}]",
        "containers: [{name: a, args: [z], env: [{name: E, value: v}]}]",
        "{containers: [{args: [z], env: [{name: E, value: v}], image: i, name: a}]}",
    ),
    (
        "an item is deleted",
        "containers: [{name: a}, {name: b}]",
        "containers: [{name: a, $patch: delete}]",
        "{containers: [{name: b}]}",
    ),
    (
        "an item is not replaced",
        "containers: [{name: a, image: i}]",
        "containers: [{name: a, args: [x], $patch: replace}]",
        "{containers: [{image: i, name: a}]}",
    ),
    (
        "a list is replaced",
        "containers: [{name: a}]",
        "containers: [{$patch: replace}, {name: b}]",
        "{containers: [{name: b}]}",
    ),
    (
        "a list is deleted",
        "containers: [{name: a}]\nhostNetwork: true",
        "containers: [{$patch: delete}]",
        "{hostNetwork: true}",
    ),
    (
        "a new list keeps only its directive",
        "hostNetwork: true",
        "containers: [{$patch: replace}, {name: b}]",
        "{containers: [{$patch: replace}], hostNetwork: true}",
    ),
    (
        "a mapping is replaced",
        "containers: [{name: a, resources: {limits: {cpu: 1}}}]",
        "containers: [{name: a, resources: {$patch: replace, requests: {cpu: 1}}}]",
        "{containers: [{name: a, resources: {requests: {cpu: 1}}}]}",
    ),
    (
        "a mapping is deleted",
        "containers: [{name: a, resources: {limits: {cpu: 1}}}]",
        "containers: [{name: a, resources: {$patch: delete}}]",
        "{containers: [{name: a}]}",
    ),
    (
        "null deletes",
        "containers: [{name: a, image: i, resources: {}}]\nhostNetwork: true",
        "containers: [{name: a, image: null, resources: }]\nhostNetwork: null",
        "{containers: [{name: a}]}",
    ),
    (
        "nulls of a patch are not added",
        "hostNetwork: true",
        "volumes: [{name: v, emptyDir: }]\nsecurityContext: {runAsUser: null, fsGroup: 1}",
        "{hostNetwork: true, securityContext: {fsGroup: 1}, volumes: [{name: v}]}",
    ),
    (
        "nulls that are written stay",
        "hostNetwork: null\nvolumes: [{name: v, emptyDir: null}]",
        "dnsPolicy: None",
        "{dnsPolicy: None, hostNetwork: null, volumes: [{emptyDir: null, name: v}]}",
    ),
    (
        "nulls that are not written go",
        "hostNetwork:\nvolumes: [{name: v, emptyDir: }]",
        "dnsPolicy: None",
        "{dnsPolicy: None, volumes: [{name: v}]}",
    ),
    (
        "lists without key are replaced",
        "tolerations: [{key: a}]\ncontainers: [{name: a, args: [x, y]}]",
        "tolerations: [{key: b}]\ncontainers: [{name: a, args: []}]",
        "{containers: [{args: [], name: a}], tolerations: [{key: b}]}",
    ),
    (
        "ports keep the order of the object",
        "containers: [{name: a, ports: [{containerPort: 80, protocol: TCP}, {containerPort: 80, protocol: UDP}]}]",
        "containers: [{name: a, ports: [{containerPort: 80, protocol: UDP, name: u}, {containerPort: 53, protocol: UDP}]}]",
        "{containers: [{name: a, ports: [{containerPort: 53, protocol: UDP}, {containerPort: 80, protocol: TCP}, {containerPort: 80, name: u, protocol: UDP}]}]}",
    ),
    (
        "ports without protocol are told apart by number",
        "containers: [{name: a, ports: [{containerPort: 80}, {containerPort: 443}]}]",
        "containers: [{name: a, ports: [{containerPort: 53}, {containerPort: 443, name: s}]}]",
        "{containers: [{name: a, ports: [{containerPort: 53}, {containerPort: 443, name: s}, {containerPort: 80}]}]}",
    ),
    (
        "a protocol that one side lacks is filled in",
        "containers: [{name: a, ports: [{containerPort: 80}, {containerPort: 443}]}]",
        "containers: [{name: a, ports: [{containerPort: 80, protocol: TCP, name: w}]}]",
        "{containers: [{name: a, ports: [{containerPort: 80}, {containerPort: 443}]}]}",
    ),
    (
        "of items with the same key the last one stays",
        "containers: [{name: a, env: [{name: E, value: x}, {name: F}, {name: E, value: w}]}]",
        "hostNetwork: true",
        "{containers: [{env: [{name: E, value: w}, {name: F}], name: a}], hostNetwork: true}",
    ),
    (
        "an item without key drops those with it",
        "containers: [{name: a, env: [{name: E}, {name: F}, {value: x}]}]",
        "hostNetwork: true",
        "{containers: [{env: [{value: x}], name: a}], hostNetwork: true}",
    ),
    (
        "quoted texts stay texts",
        "hostname: \"5\"\nsubdomain: \"a\"\nnodeName: a",
        "hostname: 6\nsubdomain: 6\nnodeName: 6",
        "{hostname: '6', nodeName: 6, subdomain: '6'}",
    ),
    (
        "retainKeys is a field",
        "hostNetwork: true",
        "$retainKeys: [dnsPolicy]\ndnsPolicy: None",
        "{$retainKeys: [dnsPolicy], dnsPolicy: None, hostNetwork: true}",
    ),
    (
        "setElementOrder and deleteFromPrimitiveList are fields",
        "containers: [{name: a}]",
        "$setElementOrder/containers: [{name: b}]\n$deleteFromPrimitiveList/x: [z]",
        "{$deleteFromPrimitiveList/x: [z], $setElementOrder/containers: [{name: b}], containers: [{name: a}]}",
    ),
    (
        "volumes are merged by name",
        "volumes: [{name: v, emptyDir: {}}]",
        "volumes: [{name: v, emptyDir: null, configMap: {name: c}}]",
        "{volumes: [{configMap: {name: c}, name: v}]}",
    ),
    (
        "mounts are merged by path",
        "containers: [{name: a, volumeMounts: [{name: v, mountPath: /a}, {name: v, mountPath: /b}]}]",
        "containers: [{name: a, volumeMounts: [{name: w, mountPath: /b}]}]",
        "{containers: [{name: a, volumeMounts: [{mountPath: /b, name: w}, {mountPath: /a, name: v}]}]}",
    ),
];
const CUSTOM: &[Case] = &[
    (
        "lists of unknown types are replaced",
        "list: [{name: a}]",
        "list: [{name: b}]",
        "{list: [{name: b}]}",
    ),
    (
        "their directives stay",
        "list: [{name: a}]",
        "list: [{$patch: replace}, {name: b}]",
        "{list: [{$patch: replace}, {name: b}]}",
    ),
    (
        "mappings are merged",
        "map: {a: 1, b: {c: 2}}",
        "map: {b: {d: 3}, e: yes}",
        "{map: {a: 1, b: {c: 2, d: 3}, e: 'yes'}}",
    ),
    (
        "objects within objects have their types",
        "inner: {apiVersion: v1, kind: Pod, spec: {containers: [{name: a}]}}",
        "inner: {spec: {containers: [{name: b}]}}",
        "{inner: {apiVersion: v1, kind: Pod, spec: {containers: [{name: b}, {name: a}]}}}",
    ),
    (
        "a directive of something new must not be known",
        "a: 1",
        "new: {$patch: other, b: 1}",
        "{a: 1, new: {$patch: other, b: 1}}",
    ),
    (
        "words are texts",
        "a: yes\nb: on",
        "c: no",
        "{a: 'yes', b: 'on', c: 'no'}",
    ),
];

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  template:
    spec:
      ";

const FOO: &str = "apiVersion: example.com/v1
kind: Foo
metadata: {name: d}
spec:
  ";

#[track_caller]
fn check(head: &str, cases: &[Case]) {
    let margin = format!(
        "\n{}",
        " ".repeat(head.len() - head.rfind('\n').unwrap() - 1)
    );
    let with_head = |text: &str| format!("{head}{}\n", text.replace('\n', &margin));
    for (name, object, patch, expected) in cases {
        let (object, patch) = (with_head(object), with_head(patch));
        let found = built(&[
            (
                "kustomization.yaml",
                b"resources: [object.yaml]\npatches: [{path: patch.yaml}]",
            ),
            ("object.yaml", object.as_bytes()),
            ("patch.yaml", patch.as_bytes()),
        ]);
        let expected = documents(&with_head(expected));
        assert_eq!(found, Ok(expected), "{name}");
    }
}

#[test]
fn pods_are_merged_as_kustomize_does() {
    check(DEPLOYMENT, PODS);
}

#[test]
fn unknown_types_are_merged_as_kustomize_does() {
    check(FOO, CUSTOM);
}
