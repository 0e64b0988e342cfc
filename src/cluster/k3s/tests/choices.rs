//! What is chosen for a cluster: addresses, ports, token.

use super::{config, container, decide, decide_on, network, nothing, spec, try_decide, with};
use crate::cluster::k3s::desired::{self, Decided};
use crate::cluster::observed::{Observed, Snapshot};

const OWN: [(&str, &str); 2] = [("app", "k3d"), ("k3d.cluster", "dev")];

fn subnet(decided: &Decided) -> String {
    decided.desired.network.ipv4.clone().unwrap().0
}

fn addresses(decided: &Decided) -> Vec<String> {
    let nodes = decided.desired.nodes.iter();
    let addresses = nodes.filter_map(|node| node.container.address);
    addresses.map(|address| address.to_string()).collect()
}

#[test]
fn a_subnet_that_neither_networks_nor_routes_use() {
    let mut engine = nothing();
    engine.bridges.push(network("kind", &[], "172.18.0.0/16"));
    let decided = with(&engine, &["172.19.0.0/24"], |facts| {
        desired::decide("dev", &config(""), facts).unwrap()
    });
    assert_eq!(subnet(&decided), "172.20.0.0/16");
    assert_eq!(addresses(&decided), ["172.20.0.2", "172.20.0.3"]);
    let full = with(&nothing(), &["0.0.0.0/1", "128.0.0.0/1"], |facts| {
        desired::decide("dev", &config(""), facts).map(drop)
    });
    assert_eq!(
        full.unwrap_err().to_string(),
        "all address ranges for a network are taken"
    );
}

#[test]
fn a_subnet_of_the_users_choice() {
    let decided = decide("subnet: 10.9.0.0/24\n");
    let ipv4 = decided.desired.network.ipv4.clone().unwrap();
    assert_eq!(ipv4, ("10.9.0.0/24".into(), "10.9.0.1".into()));
    assert_eq!(addresses(&decided), ["10.9.0.2", "10.9.0.3"]);
    let server = spec(&decided, "k3d-dev-server-0");
    assert_eq!(server.labels["k3d.node.staticIP"], "10.9.0.2");
    assert_eq!(server.labels["k3d.cluster.network.iprange"], "10.9.0.0/24");
    let small = try_decide("agents: 3\nsubnet: 10.9.0.0/30\n", &nothing());
    assert_eq!(
        small.unwrap_err().to_string(),
        "the address range 10.9.0.0/30 has room for 1 containers only"
    );
}

fn in_network(name: &str, labels: &[(&str, &str)]) -> Snapshot {
    Snapshot {
        network: Observed::Present(network(name, labels, "172.30.0.0/16")),
        ..nothing()
    }
}

#[test]
fn in_a_network_of_others_the_engine_chooses_addresses() {
    let decided = decide_on("network: shared\n", &in_network("shared", &[]));
    assert_eq!(addresses(&decided), Vec::<String>::new());
    let labels = &spec(&decided, "k3d-dev-server-0").labels;
    assert_eq!(labels["k3d.cluster.network"], "shared");
    assert_eq!(labels["k3d.cluster.network.id"], "id-of-shared");
    assert_eq!(labels["k3d.cluster.network.external"], "true");
    assert!(!labels.contains_key("k3d.node.staticIP"));
    assert_eq!(
        decided.routes[0].targets,
        [("k3d-dev-server-0".to_owned(), None)]
    );
    let missing = try_decide("network: shared\n", &nothing()).unwrap_err();
    assert_eq!(missing.to_string(), "there is no bridge network `shared`");
}

#[test]
fn in_a_network_of_the_cluster_addresses_are_fixed_if_its_maker_fixed_them() {
    let ours = in_network("k3d-dev", &OWN);
    assert_eq!(
        addresses(&decide_on("", &ours)),
        ["172.30.0.2", "172.30.0.3"]
    );
    let mut theirs = in_network("k3d-dev", &OWN[..1]);
    assert_eq!(addresses(&decide_on("", &theirs)), Vec::<String>::new());
    let fixed = [("k3d.node.staticIP", "172.30.0.2")];
    theirs.containers = vec![container("k3d-dev-server-0", &fixed)];
    assert_eq!(
        addresses(&decide_on("", &theirs)),
        ["172.30.0.2", "172.30.0.3"]
    );
}

#[test]
fn a_cluster_that_grows_keeps_its_addresses() {
    let mut engine = in_network("k3d-dev", &OWN);
    let fixed = |name: &str, address| container(name, &[("k3d.node.staticIP", address)]);
    engine.containers = vec![
        fixed("k3d-dev-server-0", "172.30.0.2"),
        fixed("k3d-dev-serverlb", "172.30.0.3"),
    ];
    let grown = decide_on("agents: 2\n", &engine);
    assert_eq!(
        addresses(&grown),
        ["172.30.0.2", "172.30.0.4", "172.30.0.5", "172.30.0.3"]
    );
}

#[test]
fn the_token_is_that_of_the_file_then_of_the_cluster_then_random() {
    let token = |body: &str, engine: &Snapshot| decide_on(body, engine).token.expose().clone();
    let mut engine = nothing();
    assert_eq!(token("", &engine), "07".repeat(20));
    engine.containers = vec![container(
        "k3d-dev-server-0",
        &[("k3d.cluster.token", "alt")],
    )];
    assert_eq!(token("", &engine), "alt");
    assert_eq!(token("token: neu\n", &engine), "neu");
}

#[test]
fn the_port_is_that_of_the_file_then_of_the_cluster_then_a_free_one() {
    let port = |body: &str, engine: &Snapshot| {
        let decided = decide_on(body, engine);
        spec(&decided, "k3d-dev-serverlb").ports[0].host_port
    };
    let mut engine = nothing();
    assert_eq!(port("", &engine), Some(40001));
    engine.containers = vec![container(
        "k3d-dev-server-0",
        &[("k3d.server.api.port", "6550")],
    )];
    assert_eq!(port("", &engine), Some(6550));
    assert_eq!(port("kubeAPI: {hostPort: random}\n", &engine), Some(6550));
    assert_eq!(port("kubeAPI: {hostPort: '7000'}\n", &engine), Some(7000));
}

#[test]
fn the_api_is_on_the_loopback_unless_the_file_says_otherwise() {
    let decided = decide("kubeAPI: {host: my.host, hostIP: 0.0.0.0, hostPort: '6443'}\n");
    let server = spec(&decided, "k3d-dev-server-0");
    assert_eq!(server.labels["k3d.server.api.host"], "my.host");
    assert_eq!(server.labels["k3d.server.api.hostIP"], "0.0.0.0");
    assert!(server.command.contains(&"my.host".to_owned()));
    let binding = &spec(&decided, "k3d-dev-serverlb").ports[0];
    assert_eq!(binding.host_address, "0.0.0.0");
}

#[test]
fn images_have_a_volume_unless_the_file_says_otherwise() {
    let decided = decide("");
    assert_eq!(decided.desired.volumes[0].name, "k3d-dev-images");
    assert_eq!(decided.desired.volumes[0].labels["k3d.cluster"], "dev");
    let decided = decide("options: {k3d: {disableImageVolume: true}}\n");
    assert!(decided.desired.volumes.is_empty());
    let server = spec(&decided, "k3d-dev-server-0");
    assert!(server.binds.is_empty());
    assert!(!server.labels.contains_key("k3d.cluster.imageVolume"));
}
