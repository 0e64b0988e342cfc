//! Numbers of nodes against lists of nodes.

use super::{args, kind_of, project, resolved};
use crate::config::kind::{HostPort, Role};
use crate::settings::ClusterArgs;

const THREE: &str = "nodes:\n- role: worker\n  labels: {n: one}\n- role: control-plane\n  labels: {n: cp}\n- role: worker\n  \
                     image: special\n  labels: {n: two}\n  extraPortMappings: [{containerPort: 1, hostPort: 80}, {containerPort: 2}]\n";

#[test]
fn node_numbers_reuse_what_is_listed() {
    let nodes = |workers: u32| {
        let args = ClusterArgs {
            workers: Some(workers),
            ..args()
        };
        let found = resolved(&args, &[], &project("", Some(THREE)));
        assert!(found.warnings.is_empty(), "a flag needs no warning");
        kind_of(&found).nodes.clone()
    };
    let labels = |workers: u32| {
        nodes(workers)
            .iter()
            .map(|node| node.labels["n"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(labels(0), ["cp"]);
    assert_eq!(labels(1), ["one", "cp"]);
    assert_eq!(labels(2), ["one", "cp", "two"]);
    assert_eq!(labels(4), ["one", "cp", "two", "two", "two"]);
    let last = nodes(4).pop().unwrap();
    assert_eq!((last.role, last.image.as_str()), (Role::Worker, "special"));
    assert_eq!(last.ports.len(), 1, "a fixed host port belongs to one node");
    assert_eq!(last.ports[0].host_port, HostPort::Random);
}

#[test]
fn files_that_disagree_on_numbers_are_reported() {
    let found = resolved(
        &args(),
        &[],
        &project("spec: {cluster: {workers: 1}}\n", Some(THREE)),
    );
    assert_eq!(
        found.warnings,
        ["ksail.yaml:3:27 asks for 1 worker node, kind.yaml:4:3 lists 2; using 1"]
    );
    let zero = resolved(
        &args(),
        &[],
        &project(
            "spec: {cluster: {workers: 0, controlPlanes: 0}}\n",
            Some(THREE),
        ),
    );
    assert_eq!((kind_of(&zero).nodes.len(), zero.warnings.len()), (3, 0));
    let none = resolved(
        &args(),
        &[],
        &project("spec: {cluster: {workers: 2}}\n", Some("")),
    );
    assert_eq!((kind_of(&none).nodes.len(), none.warnings.len()), (3, 0));
}
