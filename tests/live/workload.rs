//! `ksail workload apply` of the demo project, encrypted files included, to a real cluster.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::cluster::Cluster;
use crate::support::world::World;

const REFUSED: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: Not_A_Name, namespace: demo}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: accepted, namespace: demo}
";

#[test]
#[ignore = "needs docker (make testbed)"]
fn the_demo_project_is_applied() {
    let cluster = Cluster::claim("live-demo");
    let world = World::new();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo");
    let read = |name: &str| std::fs::read_to_string(demo.join(name)).unwrap();
    for name in [
        "ksail.yaml",
        "kind.yaml",
        "k8s/app.yaml",
        "k8s/credentials.yaml",
        "k8s/namespace.yaml",
        "k8s/settings.yaml",
    ] {
        world.file(name, &read(name));
    }
    // Where sops looks when no variable says otherwise.
    world.file("../home/.config/sops/age/keys.txt", &read("age.key"));
    world
        .ksail([
            "cluster",
            "create",
            "--name=live-demo",
            "--wait=nodes",
            "--yes",
        ])
        .expect(0);

    let first = apply(&world, 0);
    let number = first["objects"].as_array().unwrap().len();
    assert_eq!(first["summary"], summary(number, 0, 0, 0), "{first:#}");
    greeter_and_reader_work(&world);

    // An applied object of nothing but a name owns no fields. The API server starts to note owners of such an object at
    // the second apply, for any client: the demo's Namespace changes once more.
    let second = apply(&world, 0);
    for object in second["objects"].as_array().unwrap() {
        let settled = object["result"] == "unchanged" || object["kind"] == "Namespace";
        assert!(settled, "{second:#}");
    }
    let third = apply(&world, 0);
    assert_eq!(third["summary"], summary(0, 0, number, 0), "{third:#}");

    world.file(
        "k8s/app.yaml",
        &read("k8s/app.yaml").replace("replicas: 2", "replicas: 3"),
    );
    let changed = apply(&world, 0);
    assert_eq!(
        changed["summary"],
        summary(0, 1, number - 1, 0),
        "{changed:#}"
    );
    let up = [
        "get",
        "deployment",
        "greeter",
        "--namespace=demo",
        "--output=jsonpath={.status.availableReplicas}",
    ];
    assert_eq!(
        world.kubectl(up).expect(0).stdout,
        "3",
        "apply waits for the new replica"
    );

    world.file("k8s/refused.yaml", REFUSED);
    let refused = apply(&world, 1);
    assert_eq!(refused["summary"], summary(1, 0, number, 1), "{refused:#}");
    world
        .kubectl(["get", "configmap", "accepted", "--namespace=demo"])
        .expect(0);

    world
        .ksail(["cluster", "delete", "--name=live-demo", "--yes"])
        .expect(0);
    cluster.assert_gone();
}

fn apply(world: &World, code: i32) -> Value {
    let arguments = [
        "workload",
        "apply",
        "k8s",
        "--context=kind-live-demo",
        "--output=json",
    ];
    let ended = world.ksail(arguments).expect(code);
    eprintln!("apply: {:.1?}\n{}", ended.took, ended.stderr);
    let named = code == 0 || ended.stderr.contains("Not_A_Name");
    assert!(named, "the refused object is not named\n{}", ended.raw());
    ended.json()
}

fn summary(created: usize, configured: usize, unchanged: usize, failed: usize) -> Value {
    json!({"created": created, "configured": configured, "unchanged": unchanged, "failed": failed})
}

/// What the cluster holds is what sops decrypts; `apply` came back only when all of it worked.
fn greeter_and_reader_work(world: &World) {
    let clear = world
        .peer("sops", ["decrypt", "k8s/credentials.yaml"])
        .expect(0);
    let path = "--output=go-template={{range $name, $value := .data}}{{$name}}: {{base64decode $value}}\n{{end}}";
    let held = world
        .kubectl(["get", "secret", "credentials", "--namespace=demo", path])
        .expect(0);
    assert_eq!(held.lines().len(), 2, "{}", held.raw());
    for line in held.lines() {
        assert!(
            clear.stdout.contains(line),
            "`{line}` is not what sops decrypts"
        );
    }
    let answer = world
        .kubectl(["logs", "job/reader", "--namespace=demo"])
        .expect(0);
    let password = held
        .lines()
        .into_iter()
        .find_map(|line| line.strip_prefix("password: "))
        .unwrap();
    assert!(answer.stdout.contains(password), "{}", answer.raw());
}
