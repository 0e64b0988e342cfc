//! What is chosen for a cluster: range, addresses, ports.

use super::{configure, container, decide, network, nothing, spec, try_decide, with};
use crate::cluster::distribution::Error;
use crate::cluster::model::Protocol;
use crate::cluster::observed::{Observed, PublishedPort, Snapshot};
use crate::cluster::talos::desired::{self, Decided};

fn range(decided: &Decided) -> String {
    decided.desired.network.ipv4.clone().unwrap().0
}

fn addresses(decided: &Decided) -> Vec<String> {
    let nodes = decided.desired.nodes.iter();
    let addresses = nodes.filter_map(|node| node.container.address);
    addresses.map(|address| address.to_string()).collect()
}

fn why(result: Result<Decided, Error>) -> String {
    result.map(drop).unwrap_err().to_string()
}

#[test]
fn the_network_is_talosctls() {
    let network = decide([1, 0], &[("--mtu", "1400")]).desired.network;
    assert_eq!(network.name, "dev");
    assert_eq!(
        network.ipv4,
        Some(("10.5.0.0/24".into(), "10.5.0.1".into()))
    );
    assert_eq!(network.options["com.docker.network.driver.mtu"], "1400");
    assert_eq!(network.options.len(), 1);
    assert_eq!(network.labels["talos.owned"], "true");
    assert_eq!(network.labels["talos.cluster.name"], "dev");
    assert_eq!(network.labels.len(), 2);
    let usual = decide([1, 0], &[]).desired.network;
    assert_eq!(usual.options["com.docker.network.driver.mtu"], "1500");
}

#[test]
fn ranges_that_networks_or_routes_use_are_passed_over() {
    let mut engine = nothing();
    engine.bridges.push(network("other", "10.5.0.0/24"));
    engine.bridges.push(network("wide", "10.5.2.0/23"));
    let config = configure([1, 1], &[]).unwrap();
    let decided = with(&engine, &["10.5.1.128/25"], |facts| {
        desired::decide("dev", &config, facts).unwrap()
    });
    assert_eq!(range(&decided), "10.5.4.0/24");
    assert_eq!(addresses(&decided), ["10.5.4.2", "10.5.4.3"]);
    let full = with(&engine, &["10.0.0.0/8"], |facts| {
        desired::decide("dev", &config, facts)
    });
    assert_eq!(why(full), "all address ranges for a network are taken");
}

#[test]
fn a_network_that_exists_is_kept() {
    let engine = Snapshot {
        network: Observed::Present(network("dev", "10.7.0.0/24")),
        ..nothing()
    };
    let config = configure([1, 0], &[]).unwrap();
    let decided = try_decide(&config, &engine).unwrap();
    assert_eq!(range(&decided), "10.7.0.0/24");
    let engine = Snapshot {
        network: Observed::Present(network("dev", "fd00::/64")),
        ..nothing()
    };
    assert_eq!(
        why(try_decide(&config, &engine)),
        "the network `dev` has no IPv4 range"
    );
    // Also if it overlaps what is inside the cluster.
    let engine = Snapshot {
        network: Observed::Present(network("dev", "10.100.0.0/24")),
        ..nothing()
    };
    assert_eq!(
        why(try_decide(&config, &engine)),
        "the network's address range 10.100.0.0/24 overlaps 10.96.0.0/12, the one of services"
    );
}

#[test]
fn a_range_must_have_room() {
    let refused = |subnet: &str| {
        let config = configure([3, 1], &[("--subnet", subnet)]).unwrap();
        why(try_decide(&config, &nothing()))
    };
    assert_eq!(
        refused("10.9.0.0/30"),
        "the address range 10.9.0.0/30 has room for 1 machines only"
    );
    for none in ["fd00::/64", "10.5.0.0/31"] {
        let error = configure([1, 0], &[("--subnet", none)]).unwrap_err();
        assert!(error.contains("machines need an IPv4 range"), "{error}");
    }
    assert!(refused("10.244.0.0/24").contains("the one of pods"));
    let touching = configure([1, 0], &[("--subnet", "10.245.0.0/24")]).unwrap();
    assert!(try_decide(&touching, &nothing()).is_ok());
}

#[test]
fn machines_keep_address_and_ports() {
    let mut plane = container("dev-controlplane-1", "controlplane");
    plane.addresses = [("dev".to_owned(), [10, 5, 0, 3].into())].into();
    plane.ports = [(50000, 41000), (6443, 41001)]
        .map(|(container_port, host_port)| PublishedPort {
            container_port,
            protocol: Protocol::Tcp,
            host_address: "127.0.0.1".into(),
            host_port,
        })
        .to_vec();
    let engine = Snapshot {
        containers: vec![plane],
        network: Observed::Present(network("dev", "10.5.0.0/24")),
        ..nothing()
    };
    let decided = try_decide(&configure([1, 2], &[]).unwrap(), &engine).unwrap();
    assert_eq!(addresses(&decided), ["10.5.0.3", "10.5.0.2", "10.5.0.4"]);
    let ports = &spec(&decided, "dev-controlplane-1").ports;
    let ports: Vec<Option<u16>> = ports.iter().map(|port| port.host_port).collect();
    assert_eq!(ports, [Some(41000), Some(41001)]);
}
