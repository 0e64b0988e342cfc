//! Precedence, origins and contradictions.

mod nodes;
mod refusals;

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::*;
use crate::config::kind;
use crate::config::{DistributionFile, Project, decode};
use crate::env::EnvMap;
use crate::yaml::{Source, load_untyped};

/// A project in `/p` from the bodies of its two files.
fn project(ksail: &str, kind: Option<&str>) -> Project {
    let mut project = Project::empty(Path::new("/p"));
    let source = Source::new("ksail.yaml");
    let text = format!("apiVersion: ksail.io/v1alpha1\nkind: Cluster\n{ksail}");
    project.settings = decode(&load_untyped(&text, &source).unwrap()[0], &source).unwrap();
    project.distribution = kind.map(|body| {
        let source = Source::new("kind.yaml");
        let text = format!("apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n{body}");
        let root = &load_untyped(&text, &source).unwrap()[0];
        let config = kind::decode(root, &source, Path::new("/p")).unwrap();
        DistributionFile::Kind(Box::new(config))
    });
    project
}

/// The final kind configuration.
#[track_caller]
fn kind_of(settings: &ClusterSettings) -> &kind::KindConfig {
    match &settings.config {
        DistributionFile::Kind(config) => config,
        other => panic!("{other:?}"),
    }
}

fn env(variables: &[(&str, &str)]) -> EnvMap {
    variables.iter().copied().collect()
}

fn args() -> ClusterArgs {
    ClusterArgs::default()
}

#[track_caller]
fn resolved(args: &ClusterArgs, variables: &[(&str, &str)], project: &Project) -> ClusterSettings {
    cluster(args, &env(variables), project).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn refused(args: &ClusterArgs, variables: &[(&str, &str)], project: &Project) -> String {
    cluster(args, &env(variables), project)
        .unwrap_err()
        .to_string()
}

#[test]
fn defaults() {
    let found = resolved(&args(), &[], &Project::empty(Path::new("/p")));
    assert_eq!(found.name, Sourced::new("kind".into(), Origin::Default));
    assert_eq!(
        found.context,
        Sourced::new("kind-kind".into(), Origin::Default)
    );
    assert!(found.kubeconfig.is_none() && found.timeout.is_none());
    assert_eq!(
        found.source_directory,
        Sourced::new("/p/k8s".into(), Origin::Default)
    );
    assert_eq!(*kind_of(&found), kind::KindConfig::default());
    assert!(found.warnings.is_empty());
}

#[test]
fn names_in_order_of_precedence() {
    let project = project("metadata: {name: file}\n", Some("name: from-kind\n"));
    let with_flag = ClusterArgs {
        name: Some("flag".into()),
        ..args()
    };
    let all = [
        ("KSAIL_METADATA_NAME", "ksail-env"),
        ("KIND_CLUSTER_NAME", "kind-env"),
    ];
    let name = |args: &ClusterArgs, env: &[_], project: &Project| {
        let name = resolved(args, env, project).name;
        format!("{} from {}", name.value, name.from)
    };
    assert_eq!(name(&with_flag, &all, &project), "flag from --name");
    assert_eq!(
        name(&args(), &all, &project),
        "ksail-env from KSAIL_METADATA_NAME"
    );
    assert_eq!(
        name(&args(), &all[1..], &project),
        "kind-env from KIND_CLUSTER_NAME"
    );
    assert_eq!(
        name(&args(), &[("KIND_CLUSTER_NAME", "")], &project),
        "file from ksail.yaml:3:18"
    );
    let nameless = super::tests::project("", Some("name: from-kind\n"));
    assert_eq!(
        name(&args(), &[], &nameless),
        "from-kind from kind.yaml:3:7"
    );
}

#[test]
fn every_field_takes_flag_variable_and_file() {
    let project = project(
        "spec:\n  cluster:\n    workers: 1\n    connection: {kubeconfig: kc, context: kind-kind, timeout: 5m}\n  workload: {sourceDirectory: deploy}\n",
        None,
    );
    let found = resolved(&args(), &[], &project);
    assert_eq!(found.kubeconfig.clone().unwrap().value, Path::new("/p/kc"));
    assert_eq!(found.timeout.clone().unwrap().value, Duration::from_mins(5));
    assert_eq!(found.source_directory.value, Path::new("/p/deploy"));
    assert_eq!(found.context.from.to_string(), "ksail.yaml:6:43");
    assert_eq!(kind_of(&found).nodes.len(), 2);
    assert!(found.warnings.is_empty());

    let variables = [
        ("KSAIL_SPEC_CLUSTER_WORKERS", "3"),
        ("KSAIL_SPEC_CLUSTER_CONNECTION_KUBECONFIG", "~/kc"),
        ("KSAIL_SPEC_CLUSTER_CONNECTION_TIMEOUT", "1h30m"),
        ("KSAIL_SPEC_WORKLOAD_SOURCEDIRECTORY", "env"),
        ("HOME", "/home/me"),
    ];
    let found = resolved(&args(), &variables, &project);
    assert_eq!(
        found.kubeconfig.clone().unwrap().value,
        Path::new("/home/me/kc")
    );
    let timeout = found.timeout.clone().unwrap();
    assert_eq!(
        (timeout.value, timeout.from.to_string().as_str()),
        (
            Duration::from_mins(90),
            "KSAIL_SPEC_CLUSTER_CONNECTION_TIMEOUT"
        )
    );
    assert_eq!(found.source_directory.value, Path::new("env"));
    assert_eq!(kind_of(&found).nodes.len(), 4);

    let flags = ClusterArgs {
        workers: Some(0),
        kubeconfig: Some(PathBuf::from("~/flag")),
        timeout: Some(Duration::from_secs(1)),
        source_directory: Some("flag".into()),
        context: Some("kind-kind".into()),
        image: Some("img".into()),
        ..args()
    };
    let found = resolved(&flags, &variables, &project);
    assert_eq!(
        found.kubeconfig.clone().unwrap(),
        Sourced::new("/home/me/flag".into(), Origin::Flag("--kubeconfig"))
    );
    assert_eq!(found.timeout.clone().unwrap().value, Duration::from_secs(1));
    assert_eq!(found.source_directory.value, Path::new("flag"));
    assert_eq!(found.context.from, Origin::Flag("--context"));
    assert_eq!(kind_of(&found).nodes.len(), 1);
    assert_eq!(kind_of(&found).nodes[0].image, "img");
}
