//! References of objects; all expectations are what kustomize 5.8 prints.

use super::super::super::testing::{check_texts, failure};

/// Objects that name each other and those of a base.
const OBJECTS: &str = "
{apiVersion: v1, kind: ConfigMap, metadata: {name: cm}}
---
{apiVersion: v1, kind: Secret, metadata: {name: cm}}
---
apiVersion: v1
kind: Pod
metadata: {name: out}
spec:
  volumes: [{configMap: {name: cm}}, {secret: {secretName: cm}}, {configMap: {name: unknown}}]
  serviceAccountName: sa
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r}, rules: [{resourceNames: [cm, unknown]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: rb}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: r}
subjects:
- {kind: ServiceAccount, name: sa, namespace: two}
- {kind: ServiceAccount, name: sa}
- {kind: User, name: u}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: crb}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: r}
subjects: [{kind: ServiceAccount, name: sa}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: w}
webhooks:
- clientConfig: {service: {name: svc, namespace: default}}
- clientConfig: {service: {name: svc, namespace: elsewhere}}
---
{apiVersion: v1, kind: Service, metadata: {name: svc}}
";

/// What becomes of them.
const FOLLOWED: &str = "
{apiVersion: v1, kind: ConfigMap, metadata: {name: o-cm}}
---
{apiVersion: v1, kind: Secret, metadata: {name: o-cm}}
---
apiVersion: v1
kind: Pod
metadata: {name: o-out}
spec:
  volumes: [{configMap: {name: o-cm}}, {secret: {secretName: o-cm}}, {configMap: {name: unknown}}]
  serviceAccountName: sa
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: o-r}, rules: [{resourceNames: [o-cm, unknown]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: o-r}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: o-rb}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: o-r}
subjects:
- {kind: ServiceAccount, name: o-b-sa, namespace: two}
- {kind: ServiceAccount, name: o-b-sa, namespace: two}
- {kind: User, name: u}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: o-crb}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: o-r}
subjects: [{kind: ServiceAccount, name: o-b-sa, namespace: two}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: o-w}
webhooks:
- clientConfig: {service: {name: o-svc, namespace: default}}
- clientConfig: {service: {name: svc, namespace: elsewhere}}
---
{apiVersion: v1, kind: Service, metadata: {name: o-svc}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: o-b-cm, namespace: two}}
---
{apiVersion: v1, kind: Pod, metadata: {name: o-b-in, namespace: two}, spec: {volumes: [{configMap: {name: o-b-cm}}]}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: o-b-sa, namespace: two}}
";

#[test]
fn references_follow_names_and_namespaces() {
    check_texts(
        &[
            (
                "kustomization.yaml",
                "resources: [r.yaml, base]\nnamePrefix: o-\nsortOptions: {order: fifo}",
            ),
            (
                "base/kustomization.yaml",
                "resources: [b.yaml]\nnamePrefix: b-\nnamespace: two",
            ),
            (
                "base/b.yaml",
                "
{apiVersion: v1, kind: ConfigMap, metadata: {name: cm}}
---
{apiVersion: v1, kind: Pod, metadata: {name: in}, spec: {volumes: [{configMap: {name: cm}}]}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: sa}}
",
            ),
            ("r.yaml", OBJECTS),
        ],
        FOLLOWED,
    );
}

/// Two folders with the same object, and one that names it.
fn twins(of_a: &str, of_b: &str, twin: &str, all: &str, referrer: &str) -> Vec<(String, String)> {
    let files = [
        (
            "kustomization.yaml",
            format!("resources: [a, b, r.yaml]\n{all}"),
        ),
        (
            "a/kustomization.yaml",
            format!("resources: [t.yaml]\n{of_a}"),
        ),
        (
            "b/kustomization.yaml",
            format!("resources: [t.yaml]\n{of_b}"),
        ),
        ("a/t.yaml", twin.to_owned()),
        ("b/t.yaml", twin.to_owned()),
        ("r.yaml", referrer.to_owned()),
    ];
    files.map(|(path, text)| (path.to_owned(), text)).into()
}

fn borrowed(files: &[(String, String)]) -> Vec<(&str, &str)> {
    let files = files.iter();
    files.map(|(path, text)| (&**path, &**text)).collect()
}

#[test]
fn a_name_that_two_got_by_other_prefixes_is_left_alone() {
    let files = twins(
        "namePrefix: a-",
        "namePrefix: b-",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: cm}}",
        "",
        "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {volumes: [{configMap: {name: cm}}]}}",
    );
    check_texts(
        &borrowed(&files),
        "
{apiVersion: v1, kind: ConfigMap, metadata: {name: a-cm}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: b-cm}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {volumes: [{configMap: {name: cm}}]}}
",
    );
}

#[test]
fn what_two_objects_can_be_meant_by_is_refused() {
    let files = twins(
        "namespace: one",
        "namespace: two",
        "{apiVersion: v1, kind: ServiceAccount, metadata: {name: sa}}",
        "namePrefix: p-",
        "
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: x}
subjects: [{kind: ServiceAccount, name: sa}]
",
    );
    assert_eq!(
        failure(&borrowed(&files)),
        "r.yaml:2: the field `subjects` cannot be set: it can mean `serviceaccount/p-sa in namespace one` or \
         `serviceaccount/p-sa in namespace two`"
    );
}

#[test]
fn a_mapping_without_a_name_is_refused() {
    let object = "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: w}, \
                  webhooks: [{clientConfig: {service: {namespace: default}}}]}";
    let files = [
        ("kustomization.yaml", "resources: [r.yaml]"),
        ("r.yaml", object),
    ];
    assert_eq!(
        failure(&files),
        "r.yaml:1: the field `webhooks/clientConfig/service` cannot be set: it is a mapping without `name`"
    );
}
