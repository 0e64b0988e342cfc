//! What can go wrong while a K3s cluster comes up: recognised at once, explained with the node's own words, and taken
//! back.

use std::time::Duration;

use super::{AGENT, BALANCER, SERVER, engine, server, serves, world};
use crate::support::apiserver::ApiServer;
use crate::support::context::{Context, Run};
use crate::support::engine::{Engine, Script};

/// A creation of one server and one agent that fails, quietly; it must not take long and leave nothing.
#[track_caller]
fn fails(engine: Engine, api: &ApiServer) -> Run {
    let context = Context::new()
        .engine(engine)
        .file("k3d.yaml", super::config(api, "agents: 1\n"));
    let run = context.ksail(["cluster", "create", "--quiet"]).expect(1);
    assert!(run.took < Duration::from_secs(5), "{}", run.raw());
    assert_eq!(run.stderr.matches("error: ").count(), 1, "{}", run.raw());
    let docker = context.docker();
    assert_eq!(docker.containers(), [], "{}", run.raw());
    assert_eq!(docker.networks(), Vec::<String>::new());
    assert_eq!(docker.volumes(), Vec::<String>::new());
    assert!(
        !context.home().join(".kube/config").exists() || {
            let text = std::fs::read_to_string(context.home().join(".kube/config")).unwrap();
            !text.contains("k3d-dev")
        }
    );
    run
}

fn script(lines: &[&str]) -> Script {
    Script {
        logs: lines.iter().map(|line| (*line).to_owned()).collect(),
        ..Script::default()
    }
}

/// A server that works.
fn sound(api: &ApiServer) -> Engine {
    engine().script(SERVER, serves(api))
}

/// A server that never answers.
fn mute() -> ApiServer {
    ApiServer::k3s().starting("/readyz", usize::MAX)
}

#[test]
fn an_agent_with_another_token() {
    let api = ApiServer::k3s().nodes(&[SERVER]);
    let line = r#"time="2026-11-21T12:00:00Z" level=info msg="Waiting to retrieve agent configuration; server is not ready: https://127.0.0.1:6444/v1-k3s/config: not authorized""#;
    let run = fails(sound(&api).script(AGENT, script(&[line])), &api);
    assert_eq!(
        run.stderr,
        format!(
            "error: node `k3d-dev-agent-0` cannot go on: the server does not take its token\n  \
             | {line}\n\
             hint: let all nodes have the same token; delete the cluster and create it again\n"
        )
    );
}

#[test]
fn an_agent_whose_name_the_server_knows() {
    let api = ApiServer::k3s().nodes(&[SERVER]);
    let line = r#"time="x" level=info msg="Node password rejected, duplicate hostname or contents of '/etc/rancher/node/password' may not match server node-passwd entry""#;
    let run = fails(sound(&api).script(AGENT, script(&[line])), &api);
    assert!(
        run.stderr
            .contains("cannot go on: the server knows another node of this name\n"),
        "{}",
        run.raw()
    );
}

#[test]
fn an_agent_that_cannot_reach_the_server() {
    let api = ApiServer::k3s().nodes(&[SERVER]);
    let line = r#"time="x" level=error msg="Failed to validate connection to cluster at https://k3d-dev-server-0:6443: failed to get CA certs""#;
    // Twice may pass.
    let passes = ApiServer::k3s().nodes(&[SERVER, AGENT]);
    let agent = || script(&[line, line]);
    let context = world(engine().script(AGENT, agent()), &passes, "agents: 1\n");
    context.ksail(["cluster", "create"]).expect(0);
    let run = fails(sound(&api).script(AGENT, script(&[line; 3])), &api);
    assert!(
        run.stderr
            .contains("error: node `k3d-dev-agent-0` cannot go on: it cannot reach the server\n"),
        "{}",
        run.raw()
    );
    assert!(
        run.stderr
            .contains("hint: check the firewall of the host and the cluster's network\n"),
        "{}",
        run.raw()
    );
}

#[test]
fn a_server_with_an_argument_it_does_not_know() {
    let lines = [
        "Incorrect Usage: flag provided but not defined: -bogus",
        r#"time="x" level=fatal msg="flag provided but not defined: -bogus""#,
    ];
    let mut server = script(&lines);
    server.dies = Some((Duration::from_millis(20), 1));
    let api = mute();
    let run = fails(engine().script(SERVER, server), &api);
    assert_eq!(
        run.stderr,
        format!(
            "error: node `k3d-dev-server-0` cannot go on: flag provided but not defined: -bogus\n  \
             | {}\n  | {}\n\
             hint: run again with `--retain` to keep the nodes and look at their logs with `docker logs`\n",
            lines[0], lines[1]
        )
    );
}

#[test]
fn a_kubelet_that_refuses_cgroup_v1_and_ends_with_success() {
    let line = r#"time="x" level=info msg="Shutdown request received: kubelet exited: kubelet is configured to not run on a host using cgroup v1""#;
    let mut agent = script(&[r#"time="x" level=info msg="k3s is up and running""#, line]);
    agent.dies = Some((Duration::ZERO, 0));
    let api = ApiServer::k3s().nodes(&[SERVER]);
    // Whoever hears of it first, the death or the line, explains it in the same way.
    for _ in 0..3 {
        let run = fails(sound(&api).script(AGENT, agent.clone()), &api);
        assert!(
            run.stderr.contains(
                "error: node `k3d-dev-agent-0` cannot go on: its kubelet refuses cgroup v1\n"
            ),
            "{}",
            run.raw()
        );
    }
}

#[test]
fn a_node_that_dies_without_a_word_of_explanation() {
    let mut agent = script(&["Killed"]);
    agent.dies = Some((Duration::from_millis(30), 137));
    let api = ApiServer::k3s().nodes(&[SERVER]);
    let run = fails(sound(&api).script(AGENT, agent), &api);
    assert!(
        run.stderr
            .contains("error: node `k3d-dev-agent-0` stopped\n  | Killed\nhint: "),
        "{}",
        run.raw()
    );
}

#[test]
fn a_load_balancer_that_dies() {
    let mut balancer = script(&["nginx: [emerg] bind() to 0.0.0.0:6443 failed"]);
    balancer.dies = Some((Duration::from_millis(30), 1));
    let run = fails(engine().script(BALANCER, balancer), &mute());
    assert!(
        run.stderr.contains(
            "error: node `k3d-dev-serverlb` stopped\n  | nginx: [emerg] bind() to 0.0.0.0:6443 failed\n"
        ),
        "{}",
        run.raw()
    );
}

#[test]
fn a_port_that_is_taken() {
    let api = server();
    let run = fails(sound(&api).occupied(api.port()), &api);
    assert_eq!(
        run.stderr,
        format!(
            "error: port 127.0.0.1:{} is already in use on the Engine's host\n\
             hint: stop what listens there, or choose another port; `docker ps` and `ss -ltnp` show who has it\n",
            api.port()
        )
    );
}

#[test]
fn a_deadline_ends_the_wait_for_a_server_that_never_answers() {
    let api = mute();
    let context = world(engine(), &api, "agents: 1\n");
    let run = context
        .ksail(["cluster", "create", "--timeout=400ms"])
        .expect(4);
    assert!(run.stderr.contains("error: timed out: "), "{}", run.raw());
    assert_eq!(context.docker().containers(), []);
}

#[test]
fn an_address_range_that_is_too_small() {
    let api = server();
    let context = world(engine(), &api, "agents: 9\nsubnet: 10.1.0.0/29\n");
    let run = context.ksail(["cluster", "create"]);
    assert!(run.code != Some(0));
    assert!(
        run.stderr
            .contains("the address range 10.1.0.0/29 has room for 5 containers only\n"),
        "{}",
        run.raw()
    );
    assert_eq!(super::changes(&context), Vec::<String>::new());
}
