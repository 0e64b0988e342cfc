//! What transformers make of objects; all expectations are what kustomize 5.8 prints.

use super::super::testing::{check_texts, failure, warned};

/// Builds one file of objects with a kustomization that keeps their order.
#[track_caller]
fn check(kustomization: &str, objects: &str, expected: &str) {
    let kustomization =
        format!("resources: [r.yaml]\nsortOptions: {{order: fifo}}\n{kustomization}");
    check_texts(
        &[("kustomization.yaml", &kustomization), ("r.yaml", objects)],
        expected,
    );
}

#[test]
fn names_get_affixes_unless_they_mean_something_elsewhere() {
    check(
        "namePrefix: p-\nnameSuffix: -s",
        "
{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: keeps}}
---
{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: keeps}}
---
{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: keeps}}
---
{apiVersion: other/v1, kind: APIService, metadata: {name: o}}
",
        "
{apiVersion: v1, kind: ConfigMap, metadata: {name: p-a-s}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: keeps}}
---
{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: keeps}}
---
{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: keeps}}
---
{apiVersion: other/v1, kind: APIService, metadata: {name: p-o-s}}
",
    );
}

#[test]
fn affixes_reach_configured_fields() {
    check_texts(
        &[
            (
                "kustomization.yaml",
                "resources: [r.yaml]\nnamePrefix: p-\nconfigurations: [c.yaml]",
            ),
            (
                "c.yaml",
                "namePrefix: [{path: spec/text, kind: Park}, {path: spec/made, kind: Park, create: true}]",
            ),
            (
                "r.yaml",
                "
{apiVersion: foo/v1, kind: Park, metadata: {name: k}, spec: {text: t}}
---
{apiVersion: foo/v1, kind: Park, metadata: {name: l}, spec: {text: 5}}
",
            ),
        ],
        "
{apiVersion: foo/v1, kind: Park, metadata: {name: p-k}, spec: {made: p-, text: p-t}}
---
{apiVersion: foo/v1, kind: Park, metadata: {name: p-l}, spec: {made: p-, text: p-5}}
",
    );
}

#[test]
fn namespaces_reach_what_is_in_one() {
    check(
        "namespace: new",
        "
{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: before}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: old}}
---
{apiVersion: x/v1, kind: Namespace, metadata: {name: old}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: b}
subjects:
- {kind: ServiceAccount, name: default}
- {kind: ServiceAccount, name: other, namespace: there}
- {kind: User, name: default, namespace: gone}
---
{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: v1.x}, spec: {service: {name: s}}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: c}
spec: {conversion: {webhook: {clientConfig: {service: {namespace: q}}}}}
---
{apiVersion: foo/v1, kind: Unknown, metadata: {name: u, namespace: null}}
",
        "
{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: new}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: new}}
---
{apiVersion: x/v1, kind: Namespace, metadata: {name: old, namespace: new}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: b}
subjects:
- {kind: ServiceAccount, name: default, namespace: new}
- {kind: ServiceAccount, name: other, namespace: there}
- {kind: User, name: default, namespace: new}
---
{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: v1.x}, spec: {service: {name: s, namespace: new}}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: c}
spec: {conversion: {webhook: {clientConfig: {service: {namespace: new}}}}}
---
{apiVersion: foo/v1, kind: Unknown, metadata: {name: u, namespace: new}}
",
    );
}

#[test]
fn two_objects_may_not_become_one() {
    let objects = "
{apiVersion: v1, kind: ConfigMap, metadata: {name: x, namespace: a}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: x, namespace: b}}
";
    let files = [
        ("kustomization.yaml", "resources: [r.yaml]\nnamespace: new"),
        ("r.yaml", objects),
    ];
    let error = failure(&files);
    let wanted = "r.yaml:4: in the namespace `new`, configmap/x in namespace new is the same object as the one of r.yaml:2";
    assert!(error.starts_with(wanted), "{error}");
}

#[test]
fn labels_and_annotations_reach_what_is_specified() {
    check(
        "
commonLabels: {c: '1'}
labels: [{pairs: {l: 'true'}, includeTemplates: true, fields: [{path: spec/deep/labels, kind: Park, create: true}]}]
commonAnnotations: {note: '5'}
",
        "
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: s, labels: null}
spec:
  volumeClaimTemplates: [{metadata: {name: d}}, {}]
  template:
    spec:
      affinity:
        podAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
          - labelSelector: {matchLabels: {q: x}}
          - labelSelector: {}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: c}, spec: {jobTemplate: {}}}
---
{apiVersion: v1, kind: Service, metadata: {name: v}}
---
{apiVersion: foo/v1, kind: Park, metadata: {name: k}}
---
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: k}, spec: {selector: {matchLabels: null}}}
",
        "
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: s, labels: &both {c: '1', l: 'true'}, annotations: &note {note: '5'}}
spec:
  selector: {matchLabels: {c: '1'}}
  volumeClaimTemplates: [{metadata: {name: d, labels: *both}}, {metadata: {labels: *both}}]
  template:
    metadata: {labels: *both, annotations: *note}
    spec:
      affinity:
        podAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
          - labelSelector: {matchLabels: {q: x, c: '1'}}
          - labelSelector: {}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: c, labels: &both {c: '1', l: 'true'}, annotations: &note {note: '5'}}
spec:
  jobTemplate:
    metadata: {labels: *both, annotations: *note}
    spec: {template: {metadata: {labels: *both, annotations: *note}}}
---
apiVersion: v1
kind: Service
metadata: {name: v, labels: {c: '1', l: 'true'}, annotations: {note: '5'}}
spec: {selector: {c: '1'}}
---
apiVersion: foo/v1
kind: Park
metadata: {name: k, labels: {c: '1', l: 'true'}, annotations: {note: '5'}}
spec: {deep: {labels: {l: 'true'}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: k, labels: {c: '1', l: 'true'}, annotations: {note: '5'}}
spec: {selector: {matchLabels: null}}
",
    );
}

#[test]
fn images_are_found_by_expression_wherever_containers_are() {
    check(
        "
images:
- {name: nginx, newTag: '9'}
- {name: redis, newName: my/redis, digest: 'sha256:1'}
- {name: suffixed, tagSuffix: -x}
- {name: 'reg.io:5000/.*', newName: all}
- {name: both, newTag: '1', digest: 'sha256:2'}
",
        "
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  template:
    spec:
      containers:
      - {name: a, image: 'nginx:1@sha256:ff'}
      - {name: b, image: redis}
      - {name: c, image: 'suffixed:1'}
      - {name: d, image: 'reg.io:5000/a/b:2'}
      - {name: e, image: 'nginx-not:1'}
      - {name: f}
      initContainers: [{name: g, image: 'both:0'}]
      volumes: [{name: v, image: {reference: 'nginx:1'}}]
---
apiVersion: foo/v1
kind: Park
metadata: {name: k}
deep: [{containers: [{image: 'nginx:{TAG}'}, {image: 'suffixed:1'}]}]
image: nginx
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: c}
containers: [{image: nginx}]
",
        "
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  template:
    spec:
      containers:
      - {name: a, image: 'nginx:9'}
      - {name: b, image: 'my/redis@sha256:1'}
      - {name: c, image: 'suffixed:1-x-x'}
      - {name: d, image: 'all:2'}
      - {name: e, image: 'nginx-not:1'}
      - {name: f}
      initContainers: [{name: g, image: 'both:1@sha256:2'}]
      volumes: [{name: v, image: {reference: 'nginx:9'}}]
---
apiVersion: foo/v1
kind: Park
metadata: {name: k}
deep: [{containers: [{image: 'nginx:9'}, {image: 'suffixed:1-x'}]}]
image: nginx
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: c}
containers: [{image: nginx}]
",
    );
}

#[test]
fn replicas_are_set_by_the_first_name() {
    check(
        "namePrefix: p-\nreplicas: [{name: web, count: 5}]",
        "
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: web}, spec: {replicas: 1}}
---
{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: web}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: other}}
",
        "
{apiVersion: apps/v1, kind: Deployment, metadata: {name: p-web}, spec: {replicas: 5}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: p-web}, spec: {replicas: 5}}
---
{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: p-web}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: p-other}}
",
    );
}

#[test]
fn replicas_of_nothing_are_refused_with_the_nearest_name() {
    let files = [
        (
            "kustomization.yaml",
            "resources: [r.yaml]\nreplicas: [{name: wbe, count: 5}]",
        ),
        (
            "r.yaml",
            "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}",
        ),
    ];
    assert_eq!(
        failure(&files),
        "kustomization.yaml:2:12: no `Deployment`, `ReplicaSet`, `ReplicationController`, or `StatefulSet` is called \
         `wbe` (did you mean `web`?)"
    );
}

#[test]
fn what_stands_in_the_way_is_named() {
    for (kustomization, object, wanted) in [
        (
            "commonLabels: {a: b}",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: x, labels: [a]}}",
            "the field `metadata/labels` cannot be set: it is a list, where labels need a mapping",
        ),
        (
            "images: [{name: 'a(', newTag: '1'}]",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}",
            "the name `a(` of an image is not a regular expression",
        ),
        (
            "namespace: x",
            "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: x}, subjects: {}}",
            "`subjects` is a mapping, not a list",
        ),
        (
            "namespace: x",
            "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: x}, subjects: [{name: [a]}]}",
            "`name` of a subject is a list, not a text",
        ),
        (
            "commonLabels: {a: b}",
            "{apiVersion: v1, kind: Service, metadata: {name: x}, spec: text}",
            "the field `spec/selector` cannot be set: `selector` would have to be below a string",
        ),
    ] {
        let kustomization = format!("resources: [r.yaml]\n{kustomization}");
        let files = [("kustomization.yaml", &*kustomization), ("r.yaml", object)];
        let error = failure(&files);
        assert!(error.contains(wanted), "{error}");
    }
}

const TWO: &str = "
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {template: {spec: {containers: [{name: c, image: 'nginx:1'}]}}}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {k: v}}
";

#[test]
fn what_finds_nothing_to_change_is_told() {
    let patch = "patch: '[{op: test, path: /kind, value: Deployment}]', target:";
    let place = "kustomization.yaml:2";
    for (line, told) in [
        (
            format!("patches: [{{{patch} {{kind: Deployment, name: wep}}}}]"),
            "the target selects no object; did you mean `web`?",
        ),
        (
            format!("patches: [{{{patch} {{kind: Deploymnt}}}}]"),
            "the target selects no object; did you mean the kind `Deployment`?",
        ),
        (
            format!("patches: [{{{patch} {{version: v1beta1, kind: Deployment}}}}]"),
            "the target selects no object; Deployment is of `apps/v1` here",
        ),
        (
            format!("patches: [{{{patch} {{kind: StatefulSet}}}}]"),
            "the target selects no object",
        ),
        (
            format!("patches: [{{{patch} {{name: web, namespace: other}}}}]"),
            "the target selects no object; deployment.apps/web in namespace shop has another namespace, has other \
             labels or annotations, or is rejected",
        ),
        (
            "patches: [{patch: '{apiVersion: v1, kind: Any, metadata: {name: any}}', target: {labelSelector: a=b}}]".to_owned(),
            "the target selects no object",
        ),
        (
            format!("patchesJson6902: [{{{patch} {{version: v1, kind: ConfigMap, name: setings}}}}]"),
            "the target selects no object; did you mean `settings`?",
        ),
        (
            "images: [{name: ngin, newTag: '2'}]".to_owned(),
            "no container has the image `ngin`; did you mean `nginx`?",
        ),
        (
            "replacements: [{source: {kind: ConfigMap}, targets: [{select: {kind: Deployment, name: wbe}}]}]".to_owned(),
            "the target selects no object; did you mean `web`?",
        ),
    ] {
        let kustomization = format!("resources: [r.yaml]\n{line}\n");
        let warned = warned(&[
            ("kustomization.yaml", kustomization.as_bytes()),
            ("r.yaml", TWO.as_bytes()),
        ]);
        let (at, what) = warned.last().unwrap().split_once(": ").unwrap();
        assert!(at.starts_with(place), "{at}");
        assert_eq!(what, told, "{line}");
    }
}

#[test]
fn a_base_of_two_overlays_warns_once() {
    let overlay = b"resources: [../base]\nnamePrefix: ";
    let (a, b) = (
        [overlay, &b"a-"[..]].concat(),
        [overlay, &b"b-"[..]].concat(),
    );
    let warned = warned(&[
        ("kustomization.yaml", b"resources: [a, b]"),
        ("a/kustomization.yaml", &a),
        ("b/kustomization.yaml", &b),
        (
            "base/kustomization.yaml",
            b"resources: [r.yaml]\nimages: [{name: none, newTag: '2'}]",
        ),
        ("base/r.yaml", TWO.as_bytes()),
    ]);
    assert_eq!(
        warned,
        ["base/kustomization.yaml:2:10: no container has the image `none`"]
    );
}
