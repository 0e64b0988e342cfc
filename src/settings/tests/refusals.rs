//! Errors and warnings.

use std::path::Path;

use super::{args, env, project, refused, resolved};
use crate::config::Project;
use crate::error::Hint;
use crate::settings::{ClusterArgs, cluster};

#[test]
fn a_foreign_context_is_a_warning() {
    let found = resolved(
        &args(),
        &[],
        &project(
            "metadata: {name: a}\nspec: {cluster: {connection: {context: x}}}\n",
            None,
        ),
    );
    assert_eq!(found.context.value, "x");
    assert_eq!(
        found.warnings,
        ["ksail.yaml:4:40: context `x` is not that of cluster `a`, which is `kind-a`"]
    );
}

#[test]
fn wrong_values_name_their_origin() {
    let empty = Project::empty(Path::new("/p"));
    for (variables, message) in [
        (
            ("KSAIL_SPEC_CLUSTER_WORKERS", "two"),
            "KSAIL_SPEC_CLUSTER_WORKERS: `spec.cluster.workers` must be a whole number, not `two`",
        ),
        (
            ("KSAIL_SPEC_CLUSTER_CONNECTION_TIMEOUT", "5"),
            "KSAIL_SPEC_CLUSTER_CONNECTION_TIMEOUT: `spec.cluster.connection.timeout` must be a duration such as `90s` or `1h30m`, not `5`",
        ),
        (
            ("KSAIL_SPEC_CLUSTER_CNI", "Cilium"),
            "KSAIL_SPEC_CLUSTER_CNI: `spec.cluster.cni: Cilium` is not supported yet by this version of ksail",
        ),
        (
            ("KSAIL_SPEC_CLUSTER_OIDC_CLIENTID", "x"),
            "KSAIL_SPEC_CLUSTER_OIDC_CLIENTID: `spec.cluster.oidc: x` is out of scope: ksail manages local clusters only",
        ),
        (
            ("KSAIL_METADATA_NAME", "a.b"),
            "KSAIL_METADATA_NAME: `metadata.name` must start with a lower-case letter, go on with lower-case letters, digits and `-`, and not end with `-`",
        ),
        (
            ("KIND_CLUSTER_NAME", "A"),
            "KIND_CLUSTER_NAME: the cluster name `A` must consist of lower-case letters, digits, `.` and `-`",
        ),
        (
            ("KIND_CLUSTER_NAME", "-a"),
            "KIND_CLUSTER_NAME: the cluster name `-a` must start and end with a letter or digit, also around every `.`, to be part of host names",
        ),
        (
            ("KSAIL_SPEC_CLUSTER_CONTROLPLANES", "0"),
            "KSAIL_SPEC_CLUSTER_CONTROLPLANES: a cluster needs at least one control-plane node",
        ),
    ] {
        assert_eq!(refused(&args(), &[variables], &empty), message);
    }
    for (args, message) in [
        (
            ClusterArgs {
                distribution: Some("vanila".into()),
                ..args()
            },
            "--distribution: `spec.cluster.distribution` must be `Vanilla`, `Kind`, `K3s`, `K3d`, or `Talos`, not `vanila`",
        ),
        (
            ClusterArgs {
                provider: Some("AWS".into()),
                ..args()
            },
            "--provider: `spec.cluster.provider: AWS` is out of scope: ksail manages local clusters only",
        ),
        (
            ClusterArgs {
                control_planes: Some(3),
                ..args()
            },
            "--control-planes: more than one control-plane node of Kind is not supported yet by this version of ksail",
        ),
        (
            ClusterArgs {
                control_planes: Some(0),
                ..args()
            },
            "--control-planes: a cluster needs at least one control-plane node",
        ),
        (
            ClusterArgs {
                workers: Some(1000),
                ..args()
            },
            "--workers: `spec.cluster.workers` must be between 0 and 999",
        ),
        (
            ClusterArgs {
                image: Some(String::new()),
                ..args()
            },
            "--image: the value must not be empty",
        ),
        (
            ClusterArgs {
                name: Some(String::new()),
                ..args()
            },
            "--name: the value must not be empty",
        ),
    ] {
        assert_eq!(refused(&args, &[], &empty), message);
    }
    let idle = [
        ("KSAIL_SPEC_CLUSTER_CNI", "Default"),
        ("KSAIL_SPEC_CLUSTER_CERTMANAGER", "false"),
        ("KSAIL_SPEC_CLUSTER_WORKERS", ""),
    ];
    assert!(resolved(&args(), &idle, &empty).warnings.is_empty());
}

#[test]
fn unknown_variables_are_reported() {
    let found = resolved(
        &args(),
        &[("KSAIL_SPEC_CLUSTER_WORKER", "3"), ("KSAIL_REGISTRY", "x")],
        &Project::empty(Path::new("/p")),
    );
    assert_eq!(
        found.warnings,
        [
            "the variable `KSAIL_SPEC_CLUSTER_WORKER` is no setting of ksail; did you mean `KSAIL_SPEC_CLUSTER_WORKERS`?"
        ]
    );
}

#[test]
fn names_too_long_for_host_names() {
    let project = project(&format!("metadata: {{name: {}}}\n", "n".repeat(50)), None);
    let error = cluster(&args(), &env(&[]), &project).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("ksail.yaml:3:18: the cluster name `nnn"),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .ends_with("has 64 characters, 63 are possible, so shorten it by 1"),
        "{error}"
    );
    assert_eq!(error.hint(), None);
}
