//! One cluster, from what keeps it from being made to what is left of it: stock talosctl and kubectl find all of it right.

use std::path::Path;

use serde_json::Value;

use super::{cluster, create, patch, unknown};
use crate::support::cluster::Cluster;
use crate::support::proxy::{Call, Proxy};
use crate::support::world::World;
use crate::support::{ECHO, docker};

const NAME: &str = "live-talos";
const CONTEXT: &str = "admin@live-talos";
const NODES: [&str; 2] = ["live-talos-controlplane-1", "live-talos-worker-1"];
/// Most calls a creation of this size may make, streams aside.
const CALLS: usize = 15;
/// Where the demo wants to run.
const POOL: &str = "--config-patch-workers=machine: {nodeLabels: {example.org/pool: demo}}";
/// A cluster of somebody else in the same file.
const FOREIGN: &str = "\
context: foreign
contexts:
  foreign: {endpoints: [192.0.2.7], ca: Zm9v, crt: Zm9v, key: Zm9v}
";

#[test]
#[ignore = "needs docker (make testbed)"]
fn a_cluster_from_beginning_to_end() {
    let claimed = Cluster::claim_talos(NAME);
    let world = World::new();
    let patch = patch(&world, &[]);
    let create = create(NAME, &[&patch, "--workers=1", POOL]);
    same_name_elsewhere(&world, &create);
    claimed.assert_gone();

    world.file("../home/.talos/config", FOREIGN);
    world
        .kubectl([
            "config",
            "set-cluster",
            "foreign",
            "--server=https://192.0.2.7",
        ])
        .expect(0);
    let proxy = Proxy::start();
    let profiled = create
        .iter()
        .map(String::as_str)
        .chain(["--cpuprofile=create.prof"]);
    let created = world.ksail_through(&proxy, profiled).expect(0);
    let (streams, calls): (Vec<Call>, Vec<Call>) =
        proxy.take().into_iter().partition(Call::is_stream);
    let (calls_made, streams) = (calls.len(), streams.len());
    eprintln!(
        "create 1+1: {:.1?}, {calls_made} calls, {streams} streams",
        created.took
    );
    assert!(calls_made <= CALLS, "{calls_made} calls: {calls:#?}");
    let profile = std::fs::read(world.path("create.prof")).unwrap();
    assert_eq!(profile.get(..2), Some(&[0x1f, 0x8b][..]), "it is a profile");

    usable_at_once(&world);
    talosctl_knows(&world);
    commands(&world);
    demo(&world);

    let again = world.ksail_through(&proxy, &create).expect(0);
    let changes: Vec<Call> = proxy
        .take()
        .into_iter()
        .filter(|call| call.method != "GET" && call.method != "HEAD")
        .collect();
    assert!(changes.is_empty(), "{changes:#?}\n{}", again.raw());
    docker(["rm", "--force", "--volumes", NODES[1]]).expect(0);
    let back = world.ksail(&create).expect(0);
    eprintln!("the worker is back after {:.1?}", back.took);
    world.await_nodes(2);
    stopped_and_started(&world);

    let volumes = claimed.volumes();
    let deleted = world.ksail(cluster("delete", NAME)).expect(0);
    eprintln!("delete: {:.1?}", deleted.took);
    claimed.assert_gone();
    let left = docker(["volume", "ls", "--quiet"]).expect(0);
    assert!(
        !left
            .lines()
            .into_iter()
            .any(|id| volumes.iter().any(|own| own == id))
    );
    unknown(&world, NAME);
    let talosconfig = std::fs::read_to_string(world.talosconfig()).unwrap();
    assert!(talosconfig.contains("192.0.2.7"), "{talosconfig}");
    let kubeconfig = std::fs::read_to_string(world.kubeconfig()).unwrap();
    assert!(kubeconfig.contains("192.0.2.7"), "{kubeconfig}");
}

/// A context that leads to another host is neither replaced nor removed, and nothing is made before that is known.
fn same_name_elsewhere(world: &World, create: &[String]) {
    let theirs = FOREIGN.replace("foreign", NAME);
    world.file("../home/.talos/config", &theirs);
    let refused = world.ksail(create).expect(1);
    assert!(!refused.stderr.contains("✔ create"), "{}", refused.raw());
    refused.explains(&[
        "error: ",
        "has a context `live-talos` of another cluster",
        "`--talosconfig`",
    ]);
    world.ksail(cluster("delete", NAME));
    let kept = std::fs::read_to_string(world.talosconfig()).unwrap();
    assert_eq!(kept, theirs);
}

/// All nodes are Ready and CoreDNS is available the moment `create` returns, and a pod created then runs at its first try.
fn usable_at_once(world: &World) {
    let run = ["run", "first", "--restart=Never", "--image", ECHO];
    world.kubectl(run).expect(0);
    let nodes = world.items(&["nodes"]);
    assert_eq!(nodes.len(), 2);
    for node in &nodes {
        assert!(
            crate::support::kubectl::has_condition(node, "Ready"),
            "{node:#}"
        );
    }
    let coredns = world.items(&["deployment", "coredns", "--namespace=kube-system"]);
    assert!(
        crate::support::kubectl::has_condition(&coredns[0], "Available"),
        "{coredns:#?}"
    );
    let ready = [
        "wait",
        "pod",
        "first",
        "--for=condition=Ready",
        "--timeout=60s",
    ];
    let ready = world.kubectl(ready).expect(0);
    eprintln!("the first pod is Ready after {:.1?}", ready.took);
    let events = world.items(&["events", "--field-selector=involvedObject.name=first"]);
    let failed: Vec<&Value> = events
        .iter()
        .filter(|event| event["type"] != "Normal")
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
    world.kubectl_eventually(&[
        "exec",
        "first",
        "--",
        "echo",
        "resolve",
        "kubernetes.default",
    ]);
}

/// With the talosconfig that ksail wrote, and by the labels of what it made.
fn talosctl_knows(world: &World) {
    let context = format!("--context={NAME}");
    let addresses = NODES.map(|node| {
        let format = "--format={{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
        docker(["inspect", format, node])
            .expect(0)
            .stdout
            .trim()
            .to_owned()
    });
    for (address, node) in addresses.iter().zip(NODES) {
        let ask = |words: &[&str]| {
            let all = words
                .iter()
                .copied()
                .chain([context.as_str(), "--nodes", address]);
            world.talosctl(all).expect(0).stdout
        };
        let version = ask(&["version"]);
        assert!(version.contains("Tag:         v1."), "{version}");
        let services = ask(&["services"]);
        let kubelet = services.lines().find(|line| line.contains("kubelet"));
        assert!(
            kubelet.is_some_and(|line| line.contains("Running") && line.contains("OK")),
            "{services}"
        );
        let hostname = ask(&["get", "hostname", "--output=yaml"]);
        assert!(hostname.contains(node), "{hostname}");
    }
    let members = world
        .talosctl(["etcd", "members", &context])
        .expect(0)
        .stdout;
    assert!(
        members.contains(NODES[0]) && !members.contains(NODES[1]),
        "{members}"
    );
    let state = world.path("state").display().to_string();
    let show = [
        "cluster",
        "show",
        "--provisioner=docker",
        "--name",
        NAME,
        "--state",
        &state,
    ];
    let shown = world.talosctl(show).expect(0).stdout;
    for part in NODES
        .iter()
        .copied()
        .chain(addresses.iter().map(String::as_str))
    {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    let theirs = world.path("theirs").display().to_string();
    world
        .talosctl(["kubeconfig", "--force", &context, &theirs])
        .expect(0);
    let authority = |path: &str| {
        let view = ["config", "view", "--raw", "--minify", "--kubeconfig", path];
        let part = "--output=jsonpath={.clusters[0].cluster.certificate-authority-data}";
        world
            .kubectl(view.into_iter().chain([part]))
            .expect(0)
            .stdout
    };
    let ours = world.kubeconfig().display().to_string();
    assert_eq!(authority(&theirs), authority(&ours));
    world
        .kubectl(["--kubeconfig", &theirs, "get", "nodes"])
        .expect(0);
}

/// What ksail says of it.
fn commands(world: &World) {
    let listed = world
        .ksail(["cluster", "list", "--output=json"])
        .expect(0)
        .json();
    let mut all = listed.as_array().into_iter().flatten();
    let found = all.find(|found| found["name"] == NAME).unwrap();
    assert_eq!(
        (&found["distribution"], &found["status"]),
        (&"Talos".into(), &"Running".into())
    );
    let info = cluster("info", NAME).into_iter().chain(["--output=json"]);
    let info = world.ksail(info).expect(0).json();
    for node in NODES {
        assert_eq!(info["api"]["nodes"][node], true, "{info:#}");
    }
    let printed = world.ksail(cluster("kubeconfig", NAME)).expect(0);
    let path = world.file("printed", &printed.stdout);
    world
        .kubectl(["--kubeconfig", &path, "get", "--raw=/readyz"])
        .expect(0);
    world
        .kubectl(["config", "unset", "current-context"])
        .expect(0);
    world.ksail(["cluster", "switch", NAME]).expect(0);
    let current = world.kubectl(["config", "current-context"]).expect(0);
    assert_eq!(current.stdout.trim(), CONTEXT);
}

/// The demo project, encrypted files included, is applied as it is.
fn demo(world: &World) {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo");
    let key = std::fs::read_to_string(demo.join("age.key")).unwrap();
    world.file("../home/.config/sops/age/keys.txt", &key);
    let folder = demo.join("k8s").display().to_string();
    let context = format!("--context={CONTEXT}");
    let applied = world
        .ksail(["workload", "apply", &folder, &context])
        .expect(0);
    eprintln!("apply of the demo: {:.1?}", applied.took);
    let answer = world
        .kubectl(["logs", "job/reader", "--namespace=demo"])
        .expect(0);
    assert!(
        answer.stdout.contains("/from-an-encrypted-configmap/"),
        "{}",
        answer.raw()
    );
}

fn stopped_and_started(world: &World) {
    let stopped = world.ksail(cluster("stop", NAME)).expect(0);
    let states = docker(["inspect", "--format={{.State.Running}}", NODES[0], NODES[1]]).expect(0);
    assert_eq!(states.lines(), ["false", "false"]);
    let started = world.ksail(cluster("start", NAME)).expect(0);
    eprintln!("stop: {:.1?}, start: {:.1?}", stopped.took, started.took);
    world.await_nodes(2);
    world.kubectl(["get", "namespace", "demo"]).expect(0);
}
