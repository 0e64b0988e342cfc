//! `ksail cluster create` of three nodes: what it costs, and that the result is a cluster like any other.

use std::time::Duration;

use crate::support::cluster::Cluster;
use crate::support::process::Ended;
use crate::support::proxy::{Call, Proxy};
use crate::support::world::World;
use crate::support::{ECHO, IMAGE, docker, eventually};

/// Most calls a creation may make, streams aside.
const CALLS: usize = 20;
const PATIENCE: Duration = Duration::from_mins(2);

#[test]
#[ignore = "needs docker (make testbed)"]
fn create_1_plus_2() {
    let cluster = Cluster::claim("live-create");
    let world = World::new();
    let proxy = Proxy::start();
    // So that the shared network is there, as it is for all but the first cluster of a machine.
    drop(docker(["network", "create", "kind"]));

    let create = [
        "cluster",
        "create",
        "--name=live-create",
        "--workers=2",
        "--yes",
    ];
    let created = world.ksail_through(&proxy, create).expect(0);
    let (streams, calls): (Vec<Call>, Vec<Call>) =
        proxy.take().into_iter().partition(Call::is_stream);
    eprintln!(
        "create 1+2: {:.1?}, {} calls and {} streams",
        created.took,
        calls.len(),
        streams.len()
    );
    assert!(calls.len() <= CALLS, "{} calls: {calls:#?}", calls.len());
    world.await_nodes(3);
    world.await_system();

    kind_knows(&world, &cluster);
    list_and_info(&world, &proxy);
    converges(&world, &proxy, &create);
    a_lost_worker_comes_back(&world, &create);
    pods_reach_each_other(&world);
    joins_another_node(&world);
    removed_by_kind(&world, &cluster);
}

/// Stock kind takes the cluster for one of its own.
fn kind_knows(world: &World, cluster: &Cluster) {
    let clusters = world.kind(["get", "clusters"]).expect(0);
    assert!(
        clusters.lines().contains(&cluster.name()),
        "{}",
        clusters.raw()
    );
    let nodes = world.kind(["get", "nodes", "--name=live-create"]).expect(0);
    let mut names = nodes.lines();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "live-create-control-plane",
            "live-create-worker",
            "live-create-worker2"
        ]
    );

    let theirs = world
        .kind(["get", "kubeconfig", "--name=live-create"])
        .expect(0);
    let path = world.file("theirs", &theirs.stdout);
    world
        .kubectl(["--kubeconfig", &path, "get", "--raw=/readyz"])
        .expect(0);
    let ours = world
        .ksail(["cluster", "kubeconfig", "--name=live-create"])
        .expect(0);
    let path = world.file("ours", &ours.stdout);
    world
        .kubectl(["--kubeconfig", &path, "get", "--raw=/readyz"])
        .expect(0);

    let logs = world.path("logs");
    world
        .kind([
            "export",
            "logs",
            "--name=live-create",
            &logs.display().to_string(),
        ])
        .expect(0);
    for node in names {
        for log in ["journal.log", "kubelet.log", "containerd.log", "images.log"] {
            let path = logs.join(node).join(log);
            assert!(
                path.metadata().is_ok_and(|found| found.len() > 0),
                "no {}",
                path.display()
            );
        }
    }
}

fn list_and_info(world: &World, proxy: &Proxy) {
    proxy.take();
    let listed = world
        .ksail_through(proxy, ["cluster", "list", "--output=json"])
        .expect(0);
    let calls: Vec<String> = proxy.take().into_iter().map(|call| call.path).collect();
    // One filtered list for each distribution.
    assert_eq!(calls.len(), 4, "{calls:#?}");
    assert_eq!(calls[0], "/version");
    for label in ["io.x-k8s.kind.cluster", "k3d.cluster", "talos.cluster.name"] {
        let asks = |call: &&String| call.starts_with("/containers/json?") && call.contains(label);
        assert_eq!(calls.iter().filter(asks).count(), 1, "{calls:#?}");
    }
    let json = listed.json();
    let found = json
        .as_array()
        .unwrap()
        .iter()
        .find(|found| found["name"] == "live-create");
    let found = found.unwrap_or_else(|| panic!("not listed\n{}", listed.raw()));
    assert_eq!(
        (&found["status"], found["nodes"].as_array().unwrap().len()),
        (&"Running".into(), 3)
    );

    let info = world
        .ksail(["cluster", "info", "--name=live-create", "--output=json"])
        .expect(0);
    let json = info.json();
    assert_eq!(json["api"]["answers"], true, "{}", info.raw());
    for node in [
        "live-create-control-plane",
        "live-create-worker",
        "live-create-worker2",
    ] {
        assert_eq!(json["api"]["nodes"][node], true, "{node}\n{}", info.raw());
    }
}

/// A second `create` has nothing to do and does nothing.
fn converges(world: &World, proxy: &Proxy, create: &[&str]) {
    proxy.take();
    let again = world.ksail_through(proxy, create).expect(0);
    let calls = proxy.take();
    eprintln!("create again: {:.1?}, {} calls", again.took, calls.len());
    let changes: Vec<&Call> = calls.iter().filter(|call| call.method != "GET").collect();
    assert!(changes.is_empty(), "{changes:#?}\n{}", again.raw());
}

/// A worker whose container is gone is made again, and pods reach it: see the next step.
fn a_lost_worker_comes_back(world: &World, create: &[&str]) {
    docker(["rm", "--force", "--volumes", "live-create-worker2"]).expect(0);
    let again = world.ksail(create).expect(0);
    eprintln!("a lost worker came back: {:.1?}", again.took);
    world.await_nodes(3);
}

/// What the testbed's own check applies too.
const PROBE: &str = include_str!("../../testdata/probe.yaml");

/// Services lead to pods on other nodes, names resolve, claims get volumes.
fn pods_reach_each_other(world: &World) {
    let probe = PROBE
        .replace("@CLUSTER@", "live-create")
        .replace("@ECHO@", ECHO);
    let manifest = world.file("probe.yaml", &probe);
    world.kubectl(["apply", "--filename", &manifest]).expect(0);
    let ready = [
        "wait",
        "pod",
        "server",
        "client",
        "--for=condition=Ready",
        "--timeout=120s",
    ];
    world.kubectl(ready).expect(0);
    world.kubectl_eventually(&[
        "exec",
        "client",
        "--",
        "echo",
        "get",
        "http://server/over-nodes",
    ]);
    world.kubectl_eventually(&[
        "exec",
        "client",
        "--",
        "echo",
        "resolve",
        "kubernetes.default",
    ]);
    let written = [
        "exec",
        "client",
        "--",
        "sh",
        "-c",
        "echo kept >/data/file && cat /data/file",
    ];
    assert_eq!(world.kubectl(written).expect(0).stdout.trim(), "kept");
    let claim = world
        .kubectl(["get", "pvc", "data", "--output=jsonpath={.status.phase}"])
        .expect(0);
    assert_eq!(claim.stdout, "Bound");
}

/// kubeadm's own way of adding nodes works: tokens, `cluster-info`, the signer of certificates and all that kubeadm
/// stores in the cluster are in place.
fn joins_another_node(world: &World) {
    const NODE: &str = "live-create-worker3";
    let control_plane = "live-create-control-plane";
    let token = [
        "exec",
        control_plane,
        "kubeadm",
        "token",
        "create",
        "--print-join-command",
    ];
    let command = docker(token).expect(0);
    let flags = "run --detach --tty --privileged --init=false --cgroupns=private --network=kind \
                 --restart=on-failure:1 --security-opt=seccomp=unconfined --security-opt=apparmor=unconfined \
                 --tmpfs=/tmp --tmpfs=/run --volume=/var --volume=/lib/modules:/lib/modules:ro \
                 --label=io.x-k8s.kind.cluster=live-create --label=io.x-k8s.kind.role=worker";
    let names = ["--name", NODE, "--hostname", NODE, IMAGE];
    docker(flags.split_whitespace().chain(names)).expect(0);
    eventually(PATIENCE, || {
        let log = docker(["logs", NODE]);
        let booted =
            log.stdout.contains("Multi-User System") || log.stdout.contains("detected cgroup v1");
        if booted { Ok(()) } else { Err(log.raw()) }
    });
    let join = command
        .stdout
        .split_whitespace()
        .chain(["--ignore-preflight-errors=all"]);
    docker(["exec", NODE].into_iter().chain(join)).expect(0);
    world.await_nodes(4);
}

fn removed_by_kind(world: &World, cluster: &Cluster) {
    let volumes = cluster.volumes();
    assert!(volumes.len() >= 4, "{volumes:?}");
    world
        .kind(["delete", "cluster", "--name=live-create"])
        .expect(0);
    cluster.assert_gone();
    let left: Ended = docker(["volume", "ls", "--quiet"]).expect(0);
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
