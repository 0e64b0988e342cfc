//! K3s clusters: what `k3d.yaml` asks for takes effect, stock k3d takes ours for its own and the other way round, lost
//! containers come back, and what goes wrong says so. `KSAIL_TEST_K3S_IMAGE` names another image than the testbed's.

mod converge;
mod create;
mod faults;
mod interrupts;
mod peer;

use std::net::TcpListener;

use serde_json::Value;

use crate::support::world::World;
use crate::support::{docker, k3s_image};

/// The beginning of every `k3d.yaml`, without the add-ons that need the internet.
const SMALL: &str = "\
apiVersion: k3d.io/v1alpha5
kind: Simple
options:
  k3s:
    extraArgs:
      - {arg: '--disable=traefik,servicelb,metrics-server,local-storage', nodeFilters: ['server:*']}
";

/// Arguments of a creation with `config`, of the image under test.
fn create<'a>(name: &'a str, config: &'a str, more: &[&'a str]) -> Vec<String> {
    let image = format!("--image={}", k3s_image());
    let command = ["cluster", "create", "--distribution=K3s", "--yes"];
    let named = ["--name", name, "--config", config, &image];
    let all = command.iter().chain(&named).chain(more);
    all.map(|argument| (*argument).to_owned()).collect()
}

/// Arguments of a deletion.
fn delete(name: &str) -> [&str; 6] {
    [
        "cluster",
        "delete",
        "--distribution=K3s",
        "--yes",
        "--name",
        name,
    ]
}

/// A TCP port that nobody uses now.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A container as the Engine describes it.
#[track_caller]
fn inspect(container: &str) -> Value {
    docker(["inspect", container]).expect(0).json()[0].clone()
}

/// All nodes are Ready, without the taints of a new one and with a pod network, right now.
#[track_caller]
fn usable(world: &World, number: usize) {
    let nodes = world.items(&["nodes"]);
    assert_eq!(nodes.len(), number);
    for node in nodes {
        let name = &node["metadata"]["name"];
        assert!(
            crate::support::kubectl::has_condition(&node, "Ready"),
            "{name}"
        );
        assert!(node["spec"]["taints"].is_null(), "{name}: {}", node["spec"]);
        let network = &node["metadata"]["annotations"]["flannel.alpha.coreos.com/backend-data"];
        assert!(network.is_string(), "{name} has no network");
    }
}
