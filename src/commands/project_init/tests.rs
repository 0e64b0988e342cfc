//! What is written, and when nothing is.

use clap::{Args, FromArgMatches};

use super::*;
use crate::config::{DistributionFile, Request, discover};
use crate::env::EnvMap;
use crate::exec::event::Event;
use crate::settings::{ClusterArgs, cluster};

fn args(flags: &[&str]) -> Init {
    let command = Init::augment_args(clap::Command::new("init"));
    let flags = std::iter::once(&"init").chain(flags);
    Init::from_arg_matches(&command.get_matches_from(flags)).unwrap()
}

fn init(flags: &[&str], cwd: &Path) -> Result<Vec<String>, String> {
    let (events, mut received) = Events::channel();
    run(&args(flags), cwd, &events).map_err(|error| error.to_string())?;
    drop(events);
    Ok(std::iter::from_fn(|| received.blocking_recv())
        .map(|event| match event {
            Event::Noted(text) => text,
            other => panic!("{other:?}"),
        })
        .collect())
}

fn text(path: &Path) -> String {
    fsx::read_to_string(path).unwrap()
}

#[test]
fn the_files_can_be_used_as_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let flags = [
        "-n",
        "yes",
        "--workers",
        "2",
        "-s",
        "deploy",
        "-o",
        "new",
        "--with-sample",
    ];
    assert_eq!(
        init(&flags, dir.path()).unwrap(),
        [
            "generated `ksail.yaml`",
            "generated `kind.yaml`",
            "generated `deploy/namespace.yaml`"
        ]
    );
    let project = dir.path().join("new");
    insta::assert_snapshot!(text(&project.join("ksail.yaml")), @r#"
    apiVersion: ksail.io/v1alpha1
    kind: Cluster
    metadata:
      name: "yes"
    spec:
      cluster:
        distribution: Vanilla
        distributionConfig: kind.yaml
      workload:
        sourceDirectory: deploy
    "#);
    insta::assert_snapshot!(text(&project.join("kind.yaml")), @r"
    apiVersion: kind.x-k8s.io/v1alpha4
    kind: Cluster
    nodes:
    - role: control-plane
    - role: worker
    - role: worker
    ");
    insta::assert_snapshot!(text(&project.join("deploy/namespace.yaml")), @r"
    apiVersion: v1
    kind: Namespace
    metadata:
      name: sample
    ");
    let env = EnvMap::default();
    let request = Request {
        config: None,
        distribution_config: None,
        distribution: None,
        cwd: &project,
        env: &env,
    };
    let found = discover(&request, &mut std::io::empty()).unwrap();
    let settings = cluster(&ClusterArgs::default(), &env, &found).unwrap();
    let DistributionFile::Kind(kind) = settings.config else {
        panic!("{:?}", settings.config);
    };
    assert_eq!((settings.name.value.as_str(), kind.nodes.len()), ("yes", 3));
    assert_eq!(settings.source_directory.value, project.join("deploy"));
    assert!(settings.warnings.is_empty());
}

#[test]
fn a_bare_project_names_nothing() {
    let dir = tempfile::tempdir().unwrap();
    init(&[], dir.path()).unwrap();
    assert!(!text(&dir.path().join("ksail.yaml")).contains("metadata"));
    assert_eq!(fsx::entries(&dir.path().join("k8s")).unwrap().len(), 0);
}

#[test]
fn existing_files_are_named_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let kind = dir.path().join("kind.yaml");
    fsx::write_atomic(&kind, b"mine", 0o600).unwrap();
    assert_eq!(
        init(&[], dir.path()).unwrap_err(),
        "`kind.yaml` already exists; nothing was written"
    );
    assert_eq!(
        (
            text(&kind).as_str(),
            fsx::entries(dir.path()).unwrap().len()
        ),
        ("mine", 1)
    );
    assert_eq!(
        init(&["-f"], dir.path()).unwrap(),
        ["generated `ksail.yaml`", "replaced `kind.yaml`"]
    );
    let parent = dir.path().parent().unwrap();
    let name = dir.path().file_name().unwrap().to_str().unwrap();
    assert_eq!(
        init(&["-o", name], parent).unwrap_err(),
        format!("`{name}/ksail.yaml` and `{name}/kind.yaml` already exist; nothing was written")
    );
}

#[test]
fn wrong_flags_write_nothing() {
    let dir = tempfile::tempdir().unwrap();
    for (flags, message) in [
        (
            ["-n", "A"],
            "--name: `metadata.name` must start with a lower-case letter, go on with lower-case letters, digits and `-`, and not end with `-`",
        ),
        (
            ["--control-planes", "3"],
            "--control-planes: more than one control-plane node of Kind is not supported yet by this version of ksail",
        ),
        (
            ["--control-planes", "0"],
            "--control-planes: `spec.cluster.controlPlanes` must be at least 1",
        ),
        (
            ["-s", "../x"],
            "--source-directory: `spec.workload.sourceDirectory` must be a directory inside the project",
        ),
        (
            ["-s", "/x"],
            "--source-directory: `spec.workload.sourceDirectory` must be a directory inside the project",
        ),
    ] {
        assert_eq!(init(&flags, dir.path()).unwrap_err(), message);
    }
    assert_eq!(fsx::entries(dir.path()).unwrap().len(), 0);
}

#[test]
fn a_folder_of_patches_is_made_with_its_folders() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(
        init(&["-d", "Talos", "--workers", "1"], dir.path()).unwrap(),
        [
            "generated `ksail.yaml`",
            "generated `talos/cluster/example.yaml`",
            "generated `talos/control-planes/example.yaml`",
            "generated `talos/workers/example.yaml`",
        ]
    );
    let env = EnvMap::default();
    let request = Request {
        config: None,
        distribution_config: None,
        distribution: None,
        cwd: dir.path(),
        env: &env,
    };
    let found = discover(&request, &mut std::io::empty()).unwrap();
    let settings = cluster(&ClusterArgs::default(), &env, &found).unwrap();
    let DistributionFile::Talos(talos) = settings.config else {
        panic!("{:?}", settings.config);
    };
    assert!(talos.patches.is_empty());
    assert_eq!(talos.workers.map(|workers| workers.value), Some(1));
}
