//! One cluster by stock kind and one by ksail, of the same name, image and configuration: every object in them is
//! compared. On the way, ksail's commands are used on the cluster that kind made.

mod normal;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::cluster::Cluster;
use crate::support::world::World;

const CONFIG: &str = "\
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
kubeadmConfigPatches:
- |
  kind: KubeletConfiguration
  failCgroupV1: false
nodes:
- role: control-plane
- role: worker
";

/// Kinds whose objects someone put there for a reason. Pods, endpoints, leases and the like follow from these.
const KINDS: &str = "nodes,namespaces,clusterroles,clusterrolebindings,roles,rolebindings,serviceaccounts,\
                     configmaps,secrets,services,deployments,daemonsets,storageclasses,priorityclasses,\
                     customresourcedefinitions,csidrivers,runtimeclasses";

/// Objects by kind, namespace and name.
type Objects = BTreeMap<String, Value>;

#[test]
#[ignore = "needs docker (make testbed)"]
fn same_cluster_as_kind() {
    let cluster = Cluster::claim("live-same");
    let theirs = {
        let world = World::new();
        let config = world.file("kind.yaml", CONFIG);
        let image = format!("--image={}", crate::support::IMAGE);
        world
            .kind([
                "create",
                "cluster",
                "--name=live-same",
                &image,
                "--config",
                &config,
            ])
            .expect(0);
        let objects = dump(&world);
        ksail_works_on_kinds(&world, &cluster);
        objects
    };
    let world = World::new();
    create(&world);
    let ours = dump(&world);
    world
        .ksail(["cluster", "delete", "--name=live-same", "--yes"])
        .expect(0);
    cluster.assert_gone();

    assert!(
        theirs.len() > 150,
        "only {} objects: {:?}",
        theirs.len(),
        theirs.keys()
    );
    let differences = differences(&theirs, &ours);
    let number = differences.len();
    eprintln!("{} objects compared, {number} differences", theirs.len());
    assert!(
        differences.is_empty(),
        "{number} differences\n{}",
        differences.join("\n")
    );
}

/// The same cluster by ksail.
fn create(world: &World) {
    let config = world.file("kind.yaml", CONFIG);
    let create = [
        "cluster",
        "create",
        "--name=live-same",
        "--yes",
        "--config",
        &config,
    ];
    world.ksail(create).expect(0);
}

/// kind's authority is of another make than ours, and takes our node all the same.
fn a_worker_is_added(world: &World) {
    let config = &world.file("kind.yaml", CONFIG);
    let create = [
        "cluster",
        "create",
        "--name=live-same",
        "--config",
        config,
        "--workers=2",
    ];
    let added = world.ksail(create).expect(0);
    eprintln!("a worker added to kind's cluster: {:.1?}", added.took);
    world.await_nodes(3);
}

/// Everything that is to be the same, normalised.
fn dump(world: &World) -> Objects {
    world.await_nodes(2);
    world.await_system();
    let mut items = world.items(&[KINDS, "--all-namespaces"]);
    let pods = world.items(&["pods", "--namespace=kube-system"]);
    // The kubelet mirrors static pods; all others have names that differ.
    items.extend(
        pods.into_iter()
            .filter(|pod| pod["metadata"]["annotations"]["kubernetes.io/config.source"] == "file"),
    );
    normal::objects(items)
}

fn differences(theirs: &Objects, ours: &Objects) -> Vec<String> {
    let names: BTreeSet<&String> = theirs.keys().chain(ours.keys()).collect();
    let mut found = Vec::new();
    for name in names {
        match (theirs.get(name), ours.get(name)) {
            (Some(theirs), Some(ours)) => compare(name, theirs, ours, &mut found),
            (Some(_), None) => found.push(format!("{name}: only kind has it")),
            (None, _) => found.push(format!("{name}: only ksail has it")),
        }
    }
    found
}

fn compare(path: &str, theirs: &Value, ours: &Value, found: &mut Vec<String>) {
    match (theirs, ours) {
        (Value::Object(left), Value::Object(right)) => {
            let keys: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
            for key in keys {
                let [left, right] = [left, right].map(|map| map.get(key).unwrap_or(&Value::Null));
                compare(&format!("{path}.{key}"), left, right, found);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                compare(&format!("{path}[{index}]"), left, right, found);
            }
        }
        (left, right) if left != right => {
            found.push(format!("{path}\n   kind: {left}\n  ksail: {right}"));
        }
        _ => {}
    }
}

fn ksail_works_on_kinds(world: &World, cluster: &Cluster) {
    let names = world.ksail(["cluster", "list", "--output=name"]).expect(0);
    assert!(names.lines().contains(&"live-same"), "{}", names.raw());
    let info = world
        .ksail(["cluster", "info", "--name=live-same", "--output=json"])
        .expect(0);
    let json = info.json();
    assert_eq!(json["api"]["answers"], true, "{}", info.raw());
    assert_eq!(
        json["api"]["nodes"]["live-same-worker"],
        true,
        "{}",
        info.raw()
    );

    let printed = world
        .ksail(["cluster", "kubeconfig", "--name=live-same"])
        .expect(0);
    let path = world.file("printed", &printed.stdout);
    world
        .kubectl(["--kubeconfig", &path, "get", "nodes"])
        .expect(0);
    let merged = world.path("merged").display().to_string();
    let merge = [
        "cluster",
        "kubeconfig",
        "--name=live-same",
        "--merge",
        "--kubeconfig",
        &merged,
    ];
    world.ksail(merge).expect(0);
    world
        .kubectl([
            "--kubeconfig",
            &merged,
            "--context=kind-live-same",
            "get",
            "nodes",
        ])
        .expect(0);
    create(world);
    a_worker_is_added(world);
    world
        .ksail(["cluster", "delete", "--name=live-same", "--yes"])
        .expect(0);
    cluster.assert_gone();
    let contexts = world
        .kubectl(["config", "get-contexts", "--output=name"])
        .expect(0);
    assert_eq!(contexts.stdout, "");
}
