//! Clusters that exist.

use serde_json::json;

use super::{AGENT, BALANCER, KUBECONFIG, SERVER, changes, config, running, server, world};
use crate::cluster::node;
use crate::support::context::Context;

#[test]
fn a_second_create_changes_nothing() {
    let api = server();
    let context = world(running(&api), &api, "agents: 1\n");
    context.docker().forget();
    let run = context.ksail(["cluster", "create"]).expect(0);
    assert_eq!(changes(&context), Vec::<String>::new(), "{}", run.raw());
    let calls = context.docker().requests();
    assert!(calls.len() <= 8, "{calls:#?}");
    assert!(!calls.iter().any(|call| call.contains("/start")));
}

#[test]
fn a_lost_agent_comes_back_and_its_old_node_object_goes_first() {
    let api = server();
    let context = world(running(&api), &api, "agents: 2\n");
    context.docker().forget();
    let run = context.ksail(["cluster", "create"]).expect(0);
    let lost = "k3d-dev-agent-1";
    let created = context.docker().created(lost);
    // Its address is nobody else's, although the load balancer comes after the agents.
    let endpoint = &created["NetworkingConfig"]["EndpointsConfig"]["k3d-dev"];
    assert_eq!(endpoint["IPAMConfig"]["IPv4Address"], "172.18.0.5");
    // The token is that of the cluster, not a new one.
    assert_eq!(created["Labels"]["k3d.cluster.token"], "alt");
    assert_eq!(
        changes(&context),
        [
            "POST /containers/create".to_owned(),
            format!("POST /containers/{lost}/start")
        ],
        "{}",
        run.raw()
    );
    assert_eq!(api.count(&format!("DELETE /api/v1/nodes/{lost}")), 1);
}

#[test]
fn in_a_network_of_k3d_without_fixed_addresses_nobody_has_one() {
    let api = server();
    let engine = super::engine()
        .labelled_network("k3d-dev", "172.18.0.0/16", &json!({"app": "k3d"}))
        .script(SERVER, super::serves(&api))
        .container(SERVER, super::body(&api, "server"), true);
    let context = world(engine, &api, "agents: 1\n");
    context.ksail(["cluster", "create"]).expect(0);
    let created = context.docker().created(AGENT);
    assert_eq!(created["NetworkingConfig"], json!(null));
    assert_eq!(created["Labels"]["k3d.node.staticIP"], json!(null));
}

#[test]
fn a_lost_load_balancer_comes_back_without_forgetting_anything() {
    let api = server();
    let context = world(running(&api), &api, "agents: 1\n");
    let removed = context.docker().containers().len();
    context.docker().discard(BALANCER);
    let run = context.ksail(["cluster", "create"]).expect(0);
    assert_eq!(
        context.docker().containers().len(),
        removed,
        "{}",
        run.raw()
    );
    assert_eq!(api.count("DELETE "), 0);
    assert!(
        context
            .docker()
            .file(BALANCER, "/etc/ksail/nginx.conf")
            .is_some()
    );
}

#[test]
fn stopped_nodes_are_started() {
    let api = server();
    let context = world(running(&api), &api, "agents: 1\n");
    for name in [SERVER, AGENT, BALANCER] {
        context.docker().kill(name, 0);
    }
    context.docker().forget();
    context.ksail(["cluster", "create"]).expect(0);
    let mut started = changes(&context);
    started.sort();
    let wanted = [AGENT, SERVER, BALANCER].map(|name| format!("POST /containers/{name}/start"));
    assert_eq!(started, wanted);
}

#[test]
fn what_an_interrupted_creation_left_is_replaced() {
    let api = server();
    // The server was created but never started, so it has no kubeconfig.
    let engine = super::engine()
        .chosen_network(
            "k3d-dev",
            "172.18.0.0/16",
            &json!({"app": "k3d", "k3d.cluster": "dev"}),
        )
        .container(SERVER, super::body(&api, "server"), false);
    let context = world(engine, &api, "agents: 1\n");
    let run = context.ksail(["cluster", "create"]).expect(0);
    let calls = changes(&context);
    assert!(calls[0].starts_with("DELETE /containers/"), "{}", run.raw());
    assert!(context.docker().file(SERVER, KUBECONFIG).is_some());
    assert_eq!(context.docker().containers().len(), 3);
}

#[test]
fn other_nodes_are_refused() {
    let api = server();
    let context = world(running(&api), &api, "agents: 0\n");
    let run = context.ksail(["cluster", "create"]).expect(64);
    assert_eq!(
        run.stderr,
        "error: cluster `dev` exists with other nodes: `k3d-dev-agent-0` not wanted\n\
         hint: delete the cluster first, or choose another name with `--name`\n"
    );
}

#[test]
fn lists_show_clusters_of_both_distributions() {
    let api = server();
    let context = Context::new().engine(running(&api).network("kind", "172.19.0.0/16").container(
        "old-control-plane",
        node("old", "control-plane"),
        false,
    ));
    let run = context.ksail(["cluster", "list"]).expect(0);
    assert_eq!(
        run.stdout,
        "NAME  DISTRIBUTION  STATUS   NODES  IMAGE\n\
         dev   K3s           Running  2/2    rancher/k3s:v1.36.4-k3s1\n\
         old   Kind          Stopped  0/1    kindest/node:v1.36.4\n"
    );
}

#[test]
fn info_asks_the_server() {
    let api = server();
    let context = Context::new().engine(running(&api));
    let run = context.ksail(["cluster", "info", "-n", "dev"]).expect(0);
    for part in [
        "distribution:  K3s\n",
        "status:        Running\n",
        "context:       k3d-dev\n",
        &format!(
            "server:        https://127.0.0.1:{} (v1.36.4+k3s1)\n",
            api.port()
        ),
    ] {
        assert!(run.stdout.contains(part), "{part}: {}", run.raw());
    }
    let server = run.stdout.lines().find(|line| line.starts_with(SERVER));
    assert!(server.unwrap().contains("  yes  "), "{}", run.raw());
}

#[test]
fn kubeconfigs_are_for_the_host_or_for_the_network() {
    let api = server();
    let context = Context::new().engine(running(&api));
    let run = context.ksail(["cluster", "kubeconfig", "-n", "dev"]);
    let run = run.expect(0);
    let server = format!("server: https://127.0.0.1:{}\n", api.port());
    assert!(run.stdout.contains(&server), "{}", run.raw());
    assert!(run.stdout.contains("name: admin@k3d-dev\n"));
    let run = context
        .ksail(["cluster", "kubeconfig", "-n", "dev", "--internal"])
        .expect(0);
    let server = "server: https://k3d-dev-server-0:6443\n";
    assert!(run.stdout.contains(server), "{}", run.raw());
}

#[test]
fn switch_takes_the_name_of_a_k3s_cluster() {
    let api = server();
    let context = Context::new().engine(running(&api));
    context
        .ksail(["cluster", "kubeconfig", "-n", "dev", "--merge"])
        .expect(0);
    let run = context.ksail(["cluster", "switch", "dev"]).expect(0);
    assert!(
        run.stderr.starts_with("context `k3d-dev` is current in "),
        "{}",
        run.raw()
    );
}

#[test]
fn switch_asks_which_of_two_clusters_of_a_name_is_meant() {
    let entry = |context: &str| {
        format!("- name: {context}\n  context: {{cluster: {context}, user: {context}}}\n")
    };
    let text = format!(
        "apiVersion: v1\nkind: Config\ncontexts:\n{}{}",
        entry("kind-dev"),
        entry("k3d-dev")
    );
    let context = Context::new().home_file(".kube/config", text);
    let run = context.ksail(["cluster", "switch", "dev"]).expect(64);
    assert_eq!(
        run.stderr,
        "error: `dev` may be context `kind-dev` or `k3d-dev`\n\
         hint: say which one is meant by its full name\n"
    );
    context.ksail(["cluster", "switch", "k3d-dev"]).expect(0);
}

#[test]
fn a_port_the_cluster_had_is_kept_for_what_is_created_again() {
    let api = server();
    let plain = config(&api, "agents: 1\n")
        .replace(&format!("kubeAPI: {{hostPort: \"{}\"}}\n", api.port()), "");
    let context = Context::new().engine(running(&api)).file("k3d.yaml", plain);
    context.docker().discard(BALANCER);
    context.ksail(["cluster", "create"]).expect(0);
    let published = &context.docker().created(BALANCER)["HostConfig"]["PortBindings"];
    assert_eq!(published["6443/tcp"][0]["HostPort"], api.port().to_string());
}
