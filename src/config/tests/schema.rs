//! The fields of `ksail.yaml`: what arrives, what is refused and how.

use crate::config::refused::REFUSED;
use crate::config::schema::{self, FIELDS, WORKERS};
use crate::config::{Error, FileSettings, decode};
use crate::error::Hint;
use crate::yaml::{Source, load_untyped};

fn try_decode(body: &str) -> Result<FileSettings, Error> {
    let text = format!("apiVersion: ksail.io/v1alpha1\nkind: Cluster\n{body}");
    let source = Source::new("ksail.yaml");
    let root = load_untyped(&text, &source).unwrap().remove(0);
    decode(&root, &source)
}

#[track_caller]
fn refused(body: &str) -> String {
    try_decode(body).unwrap_err().to_string()
}

#[test]
fn the_table_is_consistent() {
    let paths: Vec<&str> = FIELDS
        .iter()
        .map(|field| field.path)
        .chain(REFUSED.iter().map(|refused| refused.path))
        .collect();
    for (index, path) in paths.iter().enumerate() {
        let clashes = |other: &&&str| **other == *path || other.starts_with(&format!("{path}."));
        assert_eq!(paths.iter().skip(index + 1).find(clashes), None, "{path}");
    }
    assert_eq!(WORKERS.variable(), "KSAIL_SPEC_CLUSTER_WORKERS");
    assert_eq!(
        schema::DISTRIBUTION_CONFIG.variable(),
        "KSAIL_SPEC_CLUSTER_DISTRIBUTIONCONFIG"
    );
}

#[test]
fn fields_arrive_with_their_place() {
    let settings = try_decode(include_str!("../../../testdata/config/ksail-body.yaml")).unwrap();
    let found: Vec<String> = FIELDS
        .iter()
        .map(|field| {
            let found = settings.get(field).unwrap();
            format!("{} = {:?} ({})", field.path, found.value, found.at)
        })
        .collect();
    insta::assert_snapshot!(found.join("\n"), @r#"
    metadata.name = Text("demo") (ksail.yaml:4:9)
    spec.editor = Text("vim") (ksail.yaml:6:11)
    spec.cluster.distribution = Text("Vanilla") (ksail.yaml:8:19)
    spec.cluster.distributionConfig = Text("conf/kind.yaml") (ksail.yaml:9:25)
    spec.cluster.provider = Text("Docker") (ksail.yaml:10:15)
    spec.cluster.connection.kubeconfig = Text("~/.kube/demo") (ksail.yaml:12:19)
    spec.cluster.connection.context = Text("kind-demo") (ksail.yaml:13:16)
    spec.cluster.connection.timeout = Duration(5400s) (ksail.yaml:14:16)
    spec.cluster.controlPlanes = Count(1) (ksail.yaml:15:20)
    spec.cluster.workers = Count(2) (ksail.yaml:16:14)
    spec.cluster.csi = Text("Default") (ksail.yaml:17:10)
    spec.cluster.metricsServer = Text("Disabled") (ksail.yaml:18:20)
    spec.cluster.loadBalancer = Text("Disabled") (ksail.yaml:19:19)
    spec.cluster.kubernetesVersion = Text("1.36.3") (ksail.yaml:20:24)
    spec.cluster.talos.version = Text("v1.13.9") (ksail.yaml:22:16)
    spec.cluster.talos.config = Text("~/.talos/demo") (ksail.yaml:23:15)
    spec.cluster.talos.extraPortMappings = Ports([PublishedPort { container: 80, host: 8080, protocol: Tcp }]) (ksail.yaml:25:9)
    spec.workload.sourceDirectory = Text("deploy") (ksail.yaml:27:22)
    spec.workload.kustomizationFile = Text("overlays/dev") (ksail.yaml:28:24)
    "#);
}

#[test]
fn empty_values_are_no_values() {
    for body in [
        "",
        "metadata:\nspec:\n",
        "metadata: {name: ''}\nspec: {cluster: {workers: , connection: {}}}\n",
    ] {
        let settings = try_decode(body).unwrap();
        assert!(
            FIELDS.iter().all(|field| settings.get(field).is_none()),
            "{body}"
        );
    }
}

#[test]
fn wrong_values() {
    for (body, message) in [
        (
            "metadata: {name: -a}\n",
            "3:18: `metadata.name` must start with a lower-case letter, go on with lower-case letters, digits and `-`, and not end with `-`",
        ),
        (
            "metadata: {name: [a]}\n",
            "3:18: `metadata.name` must be a string, not a list",
        ),
        (
            "spec: {cluster: {workers: -1}}\n",
            "3:27: `spec.cluster.workers` must be between 0 and 999",
        ),
        (
            "spec: {cluster: {workers: two}}\n",
            "3:27: `spec.cluster.workers` must be an integer, not a string",
        ),
        (
            "spec: {cluster: {connection: {timeout: [5]}}}\n",
            "3:40: `spec.cluster.connection.timeout` must be a string, not a list",
        ),
        (
            "spec: {cluster: {connection: {timeout: 5d}}}\n",
            "3:40: `spec.cluster.connection.timeout` must be a duration such as `90s` or `1h30m`, not `5d`",
        ),
        (
            "spec: {cluster: {distribution: Vanila}}\n",
            "3:32: `spec.cluster.distribution` must be `Vanilla`, `Kind`, `K3s`, `K3d`, or `Talos`, not `Vanila`",
        ),
        (
            "spec: {cluster: [a]}\n",
            "3:17: `spec.cluster` must be a mapping, not a list",
        ),
        (
            "spec: {cluster: {connection: x}}\n",
            "3:30: `spec.cluster.connection` must be a mapping, not a string",
        ),
    ] {
        assert_eq!(refused(body), format!("ksail.yaml:{message}"), "{body}");
    }
    try_decode("spec: {cluster: {distribution: kind, provider: docker}}\n").unwrap();
}

#[test]
fn unknown_fields_name_the_nearest() {
    for (body, message, hint) in [
        (
            "metadta: {}\n",
            "3:1: unknown field `metadta`",
            "did you mean `metadata`?",
        ),
        (
            "spec: {cluster: {worker: 1}}\n",
            "3:18: unknown field `spec.cluster.worker`",
            "did you mean `workers`?",
        ),
        (
            "spec: {cluster: {conection: {}}}\n",
            "3:18: unknown field `spec.cluster.conection`",
            "did you mean `connection`?",
        ),
        (
            "metadata: {labels: {}}\n",
            "3:12: unknown field `metadata.labels`",
            "what can stand here: `name`",
        ),
        (
            "status: {}\n",
            "3:1: unknown field `status`",
            "what can stand here: `apiVersion`, `kind`, `metadata`, or `spec`",
        ),
    ] {
        let error = try_decode(body).unwrap_err();
        assert_eq!(error.to_string(), format!("ksail.yaml:{message}"), "{body}");
        assert_eq!(error.hint().unwrap(), hint, "{body}");
    }
}

#[test]
fn fields_of_ksail_that_we_lack_are_refused_by_name() {
    let not_yet = "is not supported yet by this version of ksail";
    let out_of_scope = "is out of scope: ksail manages local clusters only";
    for (body, message) in [
        (
            "spec: {cluster: {cni: Cilium}}\n",
            format!("3:18: `spec.cluster.cni: Cilium` {not_yet}"),
        ),
        (
            "spec: {cluster: {certManager: true}}\n",
            format!("3:18: `spec.cluster.certManager: true` {not_yet}"),
        ),
        (
            "spec: {cluster: {localRegistry: {registry: 'localhost:5050'}}}\n",
            format!("3:18: `spec.cluster.localRegistry` {not_yet}"),
        ),
        (
            "spec: {cluster: {talos: {workers: 1}}}\n",
            format!("3:26: `spec.cluster.talos.workers: 1` {not_yet}"),
        ),
        (
            "spec: {cluster: {distribution: EKS}}\n",
            format!("3:32: `spec.cluster.distribution: EKS` {out_of_scope}"),
        ),
        (
            "spec: {cluster: {provider: Hetzner}}\n",
            format!("3:28: `spec.cluster.provider: Hetzner` {out_of_scope}"),
        ),
        (
            "spec: {provider: {aws: {region: x}}}\n",
            format!("3:8: `spec.provider` {out_of_scope}"),
        ),
        (
            "spec: {workload: {validation: {helmRender: false, rules: [a]}}}\n",
            format!("3:51: `spec.workload.validation.rules` {not_yet}"),
        ),
        (
            "spec: {chat: {model: x}}\n",
            format!("3:8: `spec.chat` {out_of_scope}"),
        ),
    ] {
        assert_eq!(refused(body), format!("ksail.yaml:{message}"), "{body}");
    }
}

#[test]
fn fields_that_ask_for_nothing_are_fine() {
    try_decode(
        "spec:\n  cluster:\n    cni: Default\n    certManager: Disabled\n    policyEngine: None\n    gitOpsEngine: None\n    localRegistry: {}\n    \
         sops: {enabled: Default}\n    autoscaler: {node: {enabled: false, pools: []}}\n    talos: {}\n    \
         oidc:\n  workload:\n    tag: dev\n    validateOnPush: false\n    validation: {helmRender: true, skipKinds: []}\n  provider: {}\n",
    )
    .unwrap();
}
