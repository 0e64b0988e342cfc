//! A cluster that stock k3d made is as good as one of ours.

use super::delete;
use crate::support::cluster::Cluster;
use crate::support::world::World;
use crate::support::{docker, k3s_image};

const NAME: &str = "live-k3d";

#[test]
#[ignore = "needs docker (make testbed)"]
fn a_cluster_of_stock_k3d() {
    let cluster = Cluster::claim_k3s(NAME);
    let world = World::new();
    let image = k3s_image();
    let mut create = vec![
        "cluster",
        "create",
        NAME,
        "--agents=1",
        "--image",
        &image,
        "--timeout=180s",
        "--api-port=127.0.0.1:random",
    ];
    create.extend([
        "--k3s-arg",
        "--disable=traefik,servicelb,metrics-server,local-storage@server:*",
    ]);
    let version = docker(["info", "--format={{.CgroupVersion}}"]).expect(0);
    if version.stdout.trim() == "1" {
        create.extend([
            "--k3s-arg",
            "--kubelet-arg=fail-cgroupv1=false@server:*;agent:*",
        ]);
    }
    let created = world.k3d(create).expect(0);
    eprintln!("k3d cluster create 1+1: {:.1?}", created.took);

    let listed = world
        .ksail(["cluster", "list", "--output=json"])
        .expect(0)
        .json();
    let found = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|found| found["name"] == NAME);
    let found = found.unwrap_or_else(|| panic!("not listed\n{listed:#}"));
    assert_eq!(
        (&found["distribution"], &found["status"]),
        (&"K3s".into(), &"Running".into())
    );
    let nodes = found["nodes"].as_array().unwrap();
    let roles: Vec<&str> = nodes
        .iter()
        .filter_map(|node| node["role"].as_str())
        .collect();
    assert_eq!(roles, ["server", "agent", "loadbalancer"], "{found:#}");
    world.await_nodes(2);
    let info = world
        .ksail([
            "cluster",
            "info",
            "--distribution=K3s",
            "--name",
            NAME,
            "--output=json",
        ])
        .expect(0);
    let json = info.json();
    assert_eq!(json["api"]["answers"], true, "{}", info.raw());
    for node in ["k3d-live-k3d-server-0", "k3d-live-k3d-agent-0"] {
        assert_eq!(json["api"]["nodes"][node], true, "{node}\n{}", info.raw());
    }
    let ours = world
        .ksail([
            "cluster",
            "kubeconfig",
            "--distribution=K3s",
            "--name",
            NAME,
        ])
        .expect(0);
    let path = world.file("ours", &ours.stdout);
    world
        .kubectl(["--kubeconfig", &path, "get", "--raw=/readyz"])
        .expect(0);

    let volumes = cluster.volumes();
    world.ksail(delete(NAME)).expect(0);
    cluster.assert_gone();
    let left = docker(["volume", "ls", "--quiet"]).expect(0);
    let left: Vec<&str> = left
        .lines()
        .into_iter()
        .filter(|id| volumes.iter().any(|own| own == id))
        .collect();
    assert!(left.is_empty(), "volumes {left:?} are left");
    let contexts = world
        .kubectl(["config", "get-contexts", "--output=name"])
        .expect(0);
    assert_eq!(contexts.stdout, "");
}
