//! A cluster of one node, and a kubeconfig that cannot be written: no cluster is left, the file is never damaged.

use std::time::Duration;

use serde_json::Value;

use crate::support::cluster::Cluster;
use crate::support::disk::SmallDisk;
use crate::support::proxy::{Call, Proxy};
use crate::support::world::World;

const CREATE: [&str; 4] = ["cluster", "create", "--name=live-one", "--yes"];

const PATIENCE: Duration = Duration::from_mins(4);

const BEFORE: &str = "\
apiVersion: v1
kind: Config
clusters: []
contexts: []
current-context: \"\"
users: []
preferences: {colors: true}
";

#[test]
#[ignore = "needs docker (make testbed)"]
fn one_node_and_a_locked_kubeconfig() {
    let cluster = Cluster::claim("live-one");
    let world = World::new();
    let (file, lock) = (
        world.kubeconfig(),
        world.kubeconfig().with_extension("lock"),
    );
    std::fs::write(&file, BEFORE).unwrap();
    std::fs::write(&lock, "").unwrap();
    let locked = world.ksail(CREATE).expect(1);
    locked.explains(&["error: ", "is locked by another program", "hint:"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), BEFORE);
    cluster.assert_gone();

    // Not even root can make a directory where there is a file.
    let blocked = world.file("file", "");
    let path = format!("--kubeconfig={blocked}/config");
    let unwritable = world
        .ksail(CREATE.into_iter().chain([path.as_str()]))
        .expect(1);
    unwritable.explains(&["error: cannot update the kubeconfig", &blocked]);
    cluster.assert_gone();

    std::fs::remove_file(&lock).unwrap();
    world.ksail(CREATE).expect(0);
    let after = std::fs::read_to_string(&file).unwrap();
    assert!(
        after.contains("colors: true") && after.contains("kind-live-one"),
        "{after}"
    );
    world.await_nodes(1);
    world.await_system();
    one_node_takes_every_pod(&world);
    stopped_and_started(&world);

    world
        .ksail(["cluster", "delete", "--name=live-one", "--yes"])
        .expect(0);
    cluster.assert_gone();
    let after = std::fs::read_to_string(&file).unwrap();
    assert!(
        after.contains("colors: true") && !after.contains("live-one"),
        "{after}"
    );
}

/// What a cluster holds survives, and `start` returns when it can be used.
fn stopped_and_started(world: &World) {
    let name = "--name=live-one";
    world.kubectl(["create", "configmap", "kept"]).expect(0);
    world.ksail(["cluster", "stop", name]).expect(0);
    let list = world.ksail(["cluster", "list"]).expect(0);
    assert!(list.stdout.contains("Stopped  0/1"), "{}", list.raw());
    world.ksail(["cluster", "start", name]).expect(0);
    world.await_nodes(1);
    world.await_system();
    world.kubectl(["get", "configmap", "kept"]).expect(0);
}

/// The disk is full from the start, or only once the check has passed and the nodes run.
#[test]
#[ignore = "needs docker (make testbed)"]
fn a_full_disk() {
    let cluster = Cluster::claim("live-disk");
    let world = World::new();
    let disk = SmallDisk::mount();
    let file = disk.path("config");
    std::fs::write(&file, BEFORE).unwrap();
    let flag = format!("--kubeconfig={}", file.display());
    let create = ["cluster", "create", "--name=live-disk", "--yes", &flag];
    let explained = format!(
        "error: cannot update the kubeconfig\n  \
           cause: cannot write `{}`\n  \
           cause: No space left on device (os error 28)\n\
         hint: free some disk space and run the command again; the old file is unchanged\n",
        file.display()
    );
    let untouched = || {
        assert_eq!(std::fs::read_to_string(&file).unwrap(), BEFORE);
        assert_eq!(disk.names(), ["config", "full"]);
        cluster.assert_gone();
    };

    disk.fill("full");
    let proxy = Proxy::start();
    let ended = world.ksail_through(&proxy, create).expect(1);
    assert!(ended.stderr.ends_with(&explained), "{}", ended.raw());
    let changes: Vec<Call> = proxy
        .take()
        .into_iter()
        .filter(|call| call.method != "GET")
        .collect();
    assert!(changes.is_empty(), "{changes:#?}");
    untouched();

    std::fs::remove_file(disk.path("full")).unwrap();
    let running = world.start(create);
    running.await_stderr("✔ start live-disk-control-plane", PATIENCE);
    disk.fill("full");
    let ended = running.end_within(PATIENCE).expect(1);
    eprintln!("{}", ended.stderr);
    ended.explains(&[
        "✗ write kubeconfig context kind-live-disk",
        "was removed; `--retain` keeps it",
        &explained,
    ]);
    untouched();
}

/// The only node is a control plane, but nothing keeps workloads and load balancers away from it.
fn one_node_takes_every_pod(world: &World) {
    let node = &world.items(&["nodes"])[0];
    assert_eq!(node["spec"]["taints"], Value::Null);
    let labels = &node["metadata"]["labels"];
    assert_eq!(
        labels["node.kubernetes.io/exclude-from-external-load-balancers"],
        Value::Null
    );
    assert_eq!(labels["node-role.kubernetes.io/control-plane"], "");
}
