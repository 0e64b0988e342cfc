//! What is true of all Talos clusters.

use super::{configure, container, network};
use crate::cluster::distribution::Role;
use crate::cluster::family::{Belongings, Endpoint, Family};
use crate::cluster::model::Protocol;
use crate::cluster::observed::{PublishedPort, State};
use crate::cluster::talos::Talos;

#[test]
fn roles_are_those_of_the_label() {
    for (label, role) in [
        ("controlplane", Some(Role::ControlPlane)),
        ("init", Some(Role::ControlPlane)),
        ("worker", Some(Role::Worker)),
        ("loadbalancer", None),
    ] {
        assert_eq!(Talos.role(&container("a", label)), role, "{label}");
    }
}

#[test]
fn the_first_control_plane_is_that_of_the_lowest_number() {
    let names = ["dev-worker-1", "dev-controlplane-10", "dev-controlplane-2"];
    let containers = names.map(|name| {
        let role = name.split('-').nth(1).unwrap();
        container(name, role)
    });
    let first = Talos.control_plane(&containers).unwrap();
    assert_eq!(first.name, "dev-controlplane-2");
    assert!(Talos.control_plane(&containers[..1]).is_none());
}

#[test]
fn the_endpoint_is_listed_while_it_runs_and_asked_for_otherwise() {
    let mut plane = container("dev-controlplane-1", "controlplane");
    plane.ports.push(PublishedPort {
        container_port: 6443,
        protocol: Protocol::Tcp,
        host_address: "127.0.0.1".into(),
        host_port: 41000,
    });
    let known = Talos.endpoint(std::slice::from_ref(&plane));
    assert!(matches!(known, Some(Endpoint::Known(address, 41000)) if address == "127.0.0.1"));
    plane.state = State::Exited;
    let asked = Talos.endpoint(&[plane]);
    assert!(matches!(
        asked,
        Some(Endpoint::Published { port: 6443, .. })
    ));
    assert!(Talos.endpoint(&[]).is_none());
}

#[test]
fn only_networks_with_both_labels_are_removed() {
    let labelled = |id: &str, labels: &[(&str, &str)]| {
        let mut network = network(id, "10.5.0.0/24");
        network.labels = labels
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        network
    };
    let owned = ("talos.owned", "true");
    let found = Belongings {
        networks: vec![
            labelled("ours", &[owned, ("talos.cluster.name", "dev")]),
            labelled("bare", &[]),
            labelled("half", &[("talos.cluster.name", "dev")]),
            labelled("other", &[owned, ("talos.cluster.name", "prod")]),
        ],
        volumes: Vec::new(),
    };
    let removals = Talos.removals("dev", &found);
    let removals: Vec<String> = removals.iter().map(ToString::to_string).collect();
    assert_eq!(removals, ["remove network ours"]);
}

#[test]
fn entries_are_named_as_talosctl_names_them() {
    let names = Talos.names("dev");
    assert_eq!(
        (names.context.as_str(), names.cluster.as_str()),
        ("admin@dev", "dev")
    );
}

#[test]
fn flags_that_say_nothing_are_refused_with_their_names() {
    for (flag, value, why) in [
        ("--subnet", "10.0.0.0/33", "`--subnet` is `10.0.0.0/33`"),
        (
            "--cpus-workers",
            "two",
            "`--cpus-workers` must be a number of processors",
        ),
        (
            "--cpus-controlplanes",
            "0",
            "`--cpus-controlplanes` must be a number of processors",
        ),
        (
            "--memory-workers",
            "much",
            "`--memory-workers` must be an amount of memory",
        ),
        (
            "--memory-controlplanes",
            "-1",
            "`--memory-controlplanes` must be an amount of memory",
        ),
        (
            "--mtu",
            "70000",
            "`--mtu` must be a number from 576 to 9216, not `70000`",
        ),
        (
            "--host-ip",
            "here",
            "`--host-ip` must be an address such as `127.0.0.1`, not `here`",
        ),
        (
            "--exposed-ports",
            "80",
            "`--exposed-ports` needs a host port in `80`",
        ),
        (
            "--mount",
            "type=bind,target=/t",
            "`--mount` has no `source=`",
        ),
        (
            "--registry-mirror",
            "docker.io",
            "`--registry-mirror` must be `REGISTRY=URL`",
        ),
        (
            "--config-patch",
            "{\"machine\": {\"bogus\": 1}}",
            "unknown field `machine.bogus`",
        ),
    ] {
        let error = configure([1, 1], &[(flag, value)]).unwrap_err();
        assert!(error.starts_with(&format!("{flag}:")), "{error}");
        assert!(error.contains(why), "{error}");
    }
    let error = configure([0, 1], &[]).unwrap_err();
    assert!(error.contains("at least one"), "{error}");
}
