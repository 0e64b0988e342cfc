//! What goes wrong with K3s, most of which K3s itself takes for something that may pass, is an error soon.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use super::{SMALL, create};
use crate::support::cluster::Cluster;
use crate::support::docker;
use crate::support::process::Ended;
use crate::support::world::World;

const NAME: &str = "live-k3s-fault";
const PATIENCE: Duration = Duration::from_mins(2);
/// From a node's word to the end of the wait for it.
const SOON: Duration = Duration::from_secs(5);

/// Creates a cluster and expects it to fail at `step`, soon after `node` has said `says`, and to leave nothing.
#[track_caller]
fn fails(more: &str, node: &'static str, says: &'static str, step: &str) -> Ended {
    let cluster = Cluster::claim_k3s(NAME);
    let world = World::new();
    let config = world.file("k3d.yaml", &format!("{SMALL}{more}"));
    let running = world.start(create(NAME, &config, &["--verbose", "--progress=lines"]));
    let said = std::thread::spawn(move || {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let log = docker(["logs", &format!("k3d-{NAME}-{node}")]);
            if log.stdout.contains(says) || log.stderr.contains(says) {
                return Some(Instant::now());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        None
    });
    running.await_stderr(&format!("✗ {step}"), PATIENCE);
    let noticed = Instant::now();
    let ended = running.end_within(PATIENCE).expect(1);
    // Gone before it was seen to speak means noticed at once.
    if said.is_finished()
        && let Some(said) = said.join().unwrap()
    {
        let late = noticed.saturating_duration_since(said);
        eprintln!("{node} says `{says}`; noticed {late:.1?} later");
        assert!(late < SOON, "{}", ended.raw());
    }
    cluster.assert_gone();
    let config = std::fs::read_to_string(world.kubeconfig()).unwrap_or_default();
    assert!(!config.contains(NAME), "{config}");
    ended.explains(&["was removed; `--retain` keeps it", "error: ", "hint: "])
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn an_agent_with_a_wrong_token() {
    let more = "agents: 1\nenv: [{envVar: K3S_TOKEN=wrong, nodeFilters: ['agent:0']}]\n";
    fails(more, "agent-0", "not authorized", "wait for nodes").explains(&[
        "node `k3d-live-k3s-fault-agent-0` cannot go on: the server does not take its token",
        "| ",
        "not authorized",
    ]);
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn an_agent_that_cannot_reach_the_server() {
    let more =
        "agents: 1\nenv: [{envVar: 'K3S_URL=https://127.0.0.1:7777', nodeFilters: ['agent:0']}]\n";
    fails(
        more,
        "agent-0",
        "Failed to validate connection",
        "wait for nodes",
    )
    .explains(&[
        "node `k3d-live-k3s-fault-agent-0` cannot go on: it cannot reach the server",
        "127.0.0.1:7777",
    ]);
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn a_kubelet_that_refuses_cgroup_v1() {
    let version = docker(["info", "--format={{.CgroupVersion}}"]).expect(0);
    if version.stdout.trim() != "1" {
        eprintln!("the Engine's host has cgroup v2, where there is nothing to refuse");
        return;
    }
    let flag = "      - {arg: --kubelet-arg=fail-cgroupv1=true, nodeFilters: ['server:*']}\n";
    fails(flag, "server-0", "Shutdown request received", "wait for").explains(&[
        "node `k3d-live-k3s-fault-server-0` cannot go on: its kubelet refuses cgroup v1",
        "Shutdown request received",
    ]);
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn a_flag_that_k3s_does_not_know() {
    let flag = "      - {arg: --no-such-flag, nodeFilters: ['server:*']}\n";
    fails(flag, "server-0", "level=fatal", "wait for").explains(&[
        "node `k3d-live-k3s-fault-server-0` cannot go on",
        "no-such-flag",
    ]);
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn a_port_of_the_load_balancer_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let more = format!("ports: [{{port: '127.0.0.1:{port}:80', nodeFilters: [loadbalancer]}}]\n");
    let step = "start k3d-live-k3s-fault-serverlb";
    let ended = fails(&more, "serverlb", "never", step);
    ended.explains(&[&format!(
        "error: port 127.0.0.1:{port} is already in use on the Engine's host\n"
    )]);
}
