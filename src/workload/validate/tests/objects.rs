//! Objects of Kubernetes itself.

use super::{findings, object};

#[test]
fn a_valid_object_has_no_findings() {
    let text = object(
        "Deployment",
        "\
spec:
  replicas: 2
  selector: {matchLabels: {app.kubernetes.io/name: web}}
  template:
    metadata: {labels: {app.kubernetes.io/name: web}, creationTimestamp: null}
    spec:
      containers:
        - name: main
          image: nginx
          args: [--x, \"1\"]
          ports: [{containerPort: 80}, {containerPort: 80, protocol: UDP}]
          resources: {requests: {cpu: 1, memory: 64Mi}, limits: {cpu: 0.5}}
          livenessProbe: {httpGet: {path: /, port: http}, periodSeconds: 3}
          readinessProbe: {tcpSocket: {port: 80}}
          env: []
      volumes:
        - {name: a, configMap: {name: a, defaultMode: 0644}}
        - {name: b, emptyDir: {}}
      nodeSelector: null
status: {}
",
    );
    assert_eq!(findings(&text), [""; 0]);
}

#[test]
fn every_finding_has_its_place_and_all_are_told() {
    let text = object(
        "Deployment",
        "\
spec:
  replicas: \"2\"
  selector: {matchLabels: {a: b}}
  template:
    spec:
      containers:
        - name: main
          imag: nginx
          imagePullPolicy: Allways
          args: [1]
        - image: x
  paused: yes please
",
    );
    assert_eq!(
        findings(&text),
        [
            "5:13: spec.replicas: expected an integer, found a string",
            "11:11: spec.template.spec.containers[0].imag: unknown field, did you mean `image`?",
            "12:28: spec.template.spec.containers[0].imagePullPolicy: `Allways` is not one of `Always`, `IfNotPresent`, and `Never`, did you mean `Always`?",
            "13:18: spec.template.spec.containers[0].args[0]: expected a string, found an integer, quote it if it is meant as text",
            "14:11: spec.template.spec.containers[1]: `name` is missing",
            "15:11: spec.paused: expected a boolean, found a string",
        ]
    );
}

#[test]
fn values_have_their_forms() {
    let pod = |container: &str| {
        object(
            "Pod",
            &format!("spec: {{containers: [{{name: a, {container}}}]}}\n"),
        )
    };
    for (text, expected) in [
        (
            pod("resources: {requests: {cpu: 100x}}"),
            "spec.containers[0].resources.requests.cpu: `100x` is not a quantity such as `100m` or `1Gi`",
        ),
        (
            pod("resources: {requests: {cpu: true}}"),
            "spec.containers[0].resources.requests.cpu: expected a quantity such as `100m`, found a boolean",
        ),
        (
            pod("livenessProbe: {httpGet: {port: 1.5}}"),
            "spec.containers[0].livenessProbe.httpGet.port: expected an integer or a string, found a number",
        ),
        (
            pod("ports: [{containerPort: 3000000000}]"),
            "spec.containers[0].ports[0].containerPort: the integer does not fit into 32 bits",
        ),
        (
            pod("ports: [{containerPort: 80}, {containerPort: 80, protocol: TCP}]"),
            "spec.containers[0].ports[1]: has the same `containerPort` and `protocol` as the item on line 4",
        ),
        (
            pod("env: {A: b}"),
            "spec.containers[0].env: expected a list, found a mapping",
        ),
        (
            object("Secret", "data: {a: \"not base64!\"}\n"),
            "data.a: the value is not base64",
        ),
        (
            object("ConfigMap", "data: {a: 1}\n"),
            "data.a: expected a string, found an integer, quote it if it is meant as text",
        ),
        (
            "apiVersion: v1\nkind: Pod\nmetadata: {name: x, creationTimestamp: today}\nspec: {containers: [{name: a}]}\n".to_owned(),
            "metadata.creationTimestamp: `today` is not a date and time such as `2006-01-02T15:04:05Z`",
        ),
    ] {
        let found = findings(&text);
        assert_eq!(found.len(), 1, "{text}{found:?}");
        assert!(found[0].ends_with(&format!(" {expected}")), "{found:?}\n{expected}");
    }
}

#[test]
fn names_labels_and_namespaces_have_their_syntax() {
    let text = "\
apiVersion: v1
kind: Namespace
metadata:
  name: a.b
  namespace: other
  labels: {\"bad key\": x, good: -bad-}
  annotations: {Example.com/A: anything at all, \"/x\": \"\"}
";
    let found = findings(text);
    let starts: Vec<&str> = found
        .iter()
        .map(|line| line.split(": ").nth(1).unwrap())
        .collect();
    assert_eq!(
        starts,
        [
            "metadata.name",
            "metadata.namespace",
            "metadata.labels[bad key]",
            "metadata.labels.good",
            "metadata.annotations[/x]"
        ],
        "{found:#?}"
    );
    let nameless = "apiVersion: v1\nkind: ConfigMap\nmetadata: {labels: {a: b}}\n";
    assert_eq!(findings(nameless), ["3:11: metadata: `name` is missing"]);
    let generated = "apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a-}\n";
    assert_eq!(findings(generated), [""; 0]);
    let selector = object(
        "NetworkPolicy",
        "spec: {podSelector: {matchLabels: {a: \"b c\"}}}\n",
    );
    assert!(
        findings(&selector)[0].contains("spec.podSelector.matchLabels.a: must be empty or letters")
    );
}

#[test]
fn kinds_that_are_not_known_are_told_with_what_was_meant() {
    for (version, kind, hint) in [
        (
            "extensions/v1beta1",
            "Ingress",
            ", did you mean `apiVersion: networking.k8s.io/v1`?",
        ),
        ("v1", "Deployment", ", did you mean `apiVersion: apps/v1`?"),
        ("apps/v1", "Deploymnt", ", did you mean `kind: Deployment`?"),
        ("example.com/v1", "Thing", ""),
    ] {
        let text = format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: x}}\n");
        let expected = format!("2:7: no schema for kind `{kind}` in version `{version}`{hint}");
        assert_eq!(findings(&text), [expected]);
    }
}

#[test]
fn status_is_read_but_not_judged() {
    let text = object(
        "Pod",
        "spec: {containers: [{name: a}]}\nstatus: {phase: Odd, containerStatuses: [{ready: 1}], x: y}\n",
    );
    assert_eq!(
        findings(&text),
        [
            "5:50: status.containerStatuses[0].ready: expected a boolean, found an integer",
            "5:55: status.x: unknown field",
        ]
    );
}
