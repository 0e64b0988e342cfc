//! What goes wrong with Talos, most of which Talos itself takes for something that may pass, is an error soon.

use std::net::TcpListener;
use std::time::Duration;

use super::{create, patch, unknown};
use crate::support::cluster::Cluster;
use crate::support::docker;
use crate::support::process::{Ended, Running};
use crate::support::world::World;

const NAME: &str = "live-talos-fault";
const PATIENCE: Duration = Duration::from_mins(4);
/// Two of five minutes that `create` would wait: enough for a busy machine, and no timeout.
const SOON: Duration = Duration::from_mins(2);

/// Creates a cluster and expects it to fail long before the timeout and to leave nothing.
#[track_caller]
fn fails(world: &World, more: &[&str], meanwhile: impl FnOnce(&Running)) -> Ended {
    let claimed = Cluster::claim_talos(NAME);
    let shown = [more, &["--verbose", "--progress=lines"]].concat();
    let running = world.start(create(NAME, &shown));
    meanwhile(&running);
    let ended = running.end_within(PATIENCE).expect(1);
    eprintln!("{}", ended.raw());
    assert!(ended.took < SOON, "{}", ended.raw());
    claimed.assert_gone();
    unknown(world, NAME);
    ended.explains(&["was removed; `--retain` keeps it", "error: ", "hint: "])
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn a_patch_that_only_the_node_can_judge() {
    let world = World::new();
    // A condition in a language of its own, which we do not speak.
    let wrong = "apiVersion: v1alpha1\nkind: OOMConfig\ntriggerExpression: foo bar\n";
    let wrong = format!("--config-patch=@{}", world.file("wrong.yaml", wrong));
    fails(&world, &[&patch(&world, &[]), &wrong], |_| {}).explains(&[
        "error: node `live-talos-fault-controlplane-1` cannot go on: it refuses its configuration: OOMConfig: ",
        "extraneous input 'bar'",
        "hint: correct the patches",
    ]);
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn a_worker_with_a_wrong_token() {
    let world = World::new();
    let wrong = "--config-patch-workers=machine: {token: aaaaaa.bbbbbbbbbbbbbbbb}";
    let more = [
        patch(&world, &[]),
        wrong.to_owned(),
        "--workers=1".to_owned(),
    ];
    let more: Vec<&str> = more.iter().map(String::as_str).collect();
    fails(&world, &more, |_| {}).explains(&[
        "error: node `live-talos-fault-worker-1` cannot go on: no control plane gives it a certificate",
        "hint: give workers and control planes the same `machine.token`",
    ]);
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn images_that_cannot_be_pulled() {
    let world = World::new();
    // Names of this kind exist nowhere; the registry of the testbed is asked for an image that it does not have.
    let away = "machine: {registries: {mirrors: {'*': {endpoints: ['http://registry.invalid'], skipFallback: true}}}}";
    let away = format!("--config-patch={away}");
    fails(&world, &[&away], |_| {}).explains(&[
        "error: node `live-talos-fault-controlplane-1` cannot go on: it cannot pull `",
        "registry.invalid",
        "hint: name a registry that machines reach with `--registry-mirror",
    ]);
    let none = "--config-patch=machine: {kubelet: {image: 'ghcr.io/siderolabs/kubelet:v1.35.77'}}";
    fails(&world, &[&patch(&world, &[]), none], |_| {}).explains(&[
        "cannot go on: it cannot pull `ghcr.io/siderolabs/kubelet:v1.35.77`: there is no such image",
    ]);
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn a_control_plane_killed_while_it_starts() {
    let world = World::new();
    let ended = fails(&world, &[&patch(&world, &[])], |running| {
        running.await_stderr("✔ bootstrap etcd", PATIENCE);
        docker(["kill", "live-talos-fault-controlplane-1"]).expect(0);
    });
    ended.explains(&[
        "error: node `live-talos-fault-controlplane-1` stopped",
        "| [talos]",
    ]);
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn a_port_that_is_taken() {
    let world = World::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let exposed = format!("--exposed-ports=127.0.0.1:{port}:80/tcp");
    let ended = fails(&world, &[&patch(&world, &[]), &exposed], |_| {});
    let ended = ended.explains(&[&format!(
        "error: port 127.0.0.1:{port} is already in use on the Engine's host\n"
    )]);
    assert!(!ended.stderr.contains("trying another"), "{}", ended.raw());
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn an_image_that_is_not_talos() {
    let world = World::new();
    let image = "--image=kindest/node:v1.36.4";
    let patch = patch(&world, &[]);
    let claimed = Cluster::claim_talos(NAME);
    let mut arguments = create(NAME, &[&patch]);
    arguments.retain(|argument| !argument.starts_with("--image"));
    arguments.push(image.to_owned());
    let ended = world.ksail(&arguments).expect(1);
    assert!(ended.took < SOON, "{}", ended.raw());
    claimed.assert_gone();
    ended.explains(&[
        "error: node `live-talos-fault-controlplane-1` stopped",
        "| ",
        "check that the image is one of nodes of this distribution",
    ]);
}
