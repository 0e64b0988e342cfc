//! What goes wrong around ksail ends in an error that says what and what to do, and in nothing half-made.

use std::net::TcpListener;

use crate::support::cluster::Cluster;
use crate::support::proxy::{Call, Proxy};
use crate::support::world::World;
use crate::support::{IMAGE, docker};

const NAME: &str = "--name=live-fault";

fn create<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["cluster", "create", NAME, "--yes"], more].concat()
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn no_engine() {
    let world = World::new();
    for command in [
        &["cluster", "create"][..],
        &["cluster", "delete", "--yes"],
        &["cluster", "list"],
    ] {
        let all = command
            .iter()
            .copied()
            .chain(["--docker-host=unix:///nowhere/docker.sock"]);
        let ended = world.ksail(all).expect(1);
        ended.explains(&[
            "error: no Docker Engine answers at `unix:///nowhere/docker.sock`",
            "hint:",
        ]);
    }
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn the_engine_dies_while_creating() {
    let cluster = Cluster::claim("live-fault");
    let world = World::new();
    for fatal in [Call::is_create, Call::is_start, |call: &Call| {
        call.path.contains("/logs?")
    }] {
        let proxy = Proxy::dies_at(fatal);
        let ended = world
            .ksail_through(&proxy, create(&["--workers=1"]))
            .expect(1);
        let calls = proxy.take();
        eprintln!("the Engine dies at {:?}\n{}", calls.last(), ended.stderr);
        ended.explains(&[
            "error: ",
            "the Docker Engine went away",
            "`ksail cluster delete`",
        ]);
        world.ksail(["cluster", "delete", NAME, "--yes"]).expect(0);
        cluster.assert_gone();
    }
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn an_image_that_cannot_be_had() {
    let cluster = Cluster::claim("live-fault");
    let world = World::new();
    let image = "--image=registry.invalid/node:v1.36.4";
    let ended = world.ksail(create(&[image])).expect(1);
    ended.explains(&["error: cannot pull the image `registry.invalid/node:v1.36.4`"]);
    cluster.assert_gone();
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn the_port_is_taken() {
    let cluster = Cluster::claim("live-fault");
    let world = World::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let config = format!(
        "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnetworking:\n  apiServerPort: {port}\n"
    );
    let config = world.file("kind.yaml", &config);
    let ended = world.ksail(create(&["--config", &config])).expect(1);
    let error = format!("error: port 127.0.0.1:{port} is already in use on the Engine's host\n");
    ended.explains(&[
        &error,
        "hint: stop what listens there, or choose another port;",
    ]);
    cluster.assert_gone();
}

/// A container somebody else made, whatever its name.
struct Foreign(String);

impl Foreign {
    fn create(name: &str) -> Self {
        drop(docker(["rm", "--force", "--volumes", name]));
        Self(
            docker(["create", "--name", name, IMAGE])
                .expect(0)
                .stdout
                .trim()
                .to_owned(),
        )
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        docker(["rm", "--force", "--volumes", &self.0]);
    }
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn a_node_name_is_taken() {
    let cluster = Cluster::claim("live-fault");
    let world = World::new();
    let foreign = Foreign::create("live-fault-worker");
    let ended = world.ksail(create(&["--workers=1"])).expect(1);
    ended.explains(&[
        "error: the name `live-fault-worker` is already in use",
        "hint:",
    ]);
    cluster.assert_gone();
    world.ksail(["cluster", "delete", NAME, "--yes"]).expect(0);
    let found = docker(["inspect", "--format={{.Id}}", "live-fault-worker"]).expect(0);
    assert_eq!(
        found.stdout.trim(),
        foreign.0,
        "the foreign container was touched"
    );
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn time_runs_out() {
    let cluster = Cluster::claim("live-fault");
    let world = World::new();
    let ended = world.ksail(create(&["--timeout=3s"])).expect(4);
    eprintln!("{}", ended.stderr);
    ended.explains(&[
        "was removed; `--retain` keeps it",
        "error: timed out",
        "--timeout",
    ]);
    cluster.assert_gone();
}
