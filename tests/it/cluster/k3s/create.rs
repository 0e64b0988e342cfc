//! A creation that works.

use std::time::Duration;

use serde_json::json;

use super::{AGENT, BALANCER, KUBECONFIG, SERVER, changes, engine, server, world};
use crate::support::apiserver::ApiServer;
use crate::support::context::Context;

/// Calls for one server, two agents and a load balancer whose images are there, besides streams.
const CALLS: usize = 19;

#[test]
fn a_cluster_of_three_nodes_costs_few_calls() {
    let api = server();
    let context = world(engine(), &api, "agents: 2\n");
    let run = context.ksail(["cluster", "create"]).expect(0);
    let calls = context.docker().requests();
    println!("{} calls: {calls:#?}", calls.len());
    assert!(calls.len() <= 23, "the budget: {calls:#?}");
    assert_eq!(calls.len(), CALLS, "{calls:#?}");
    assert!(
        run.stderr.contains("cluster `dev` with 3 nodes is ready"),
        "{}",
        run.raw()
    );
    assert!(
        run.stderr.ends_with("context `k3d-dev` is current\n"),
        "{}",
        run.raw()
    );
    assert!(run.stdout.is_empty(), "{}", run.raw());
    let states = context.docker().containers();
    assert!(states.iter().all(|(_, state)| *state == "running"));
    assert_eq!(states.len(), 4);
    assert_eq!(context.docker().networks(), ["k3d-dev"]);
    assert_eq!(context.docker().volumes(), ["k3d-dev-images"]);
    let kubeconfig = std::fs::read_to_string(context.home().join(".kube/config")).unwrap();
    for part in [
        "current-context: k3d-dev\n",
        "user: admin@k3d-dev\n",
        &format!("server: https://127.0.0.1:{}\n", api.port()),
    ] {
        assert!(kubeconfig.contains(part), "{part} in {kubeconfig}");
    }
}

#[test]
fn agents_start_when_the_server_takes_nodes() {
    let api = server().closed();
    let context = world(engine(), &api, "agents: 2\n");
    let running = context.spawn(["cluster", "create"]);
    let asked = || api.passwords().len();
    let begun = std::time::Instant::now();
    while asked() < 5 {
        assert!(begun.elapsed() < Duration::from_secs(30), "nobody asks");
        std::thread::sleep(Duration::from_millis(5));
    }
    let started = |context: &Context| -> Vec<String> {
        let mut calls = changes(context);
        calls.retain(|call| call.ends_with("/start"));
        calls
    };
    let before = started(&context);
    assert_eq!(before.len(), 2, "server and load balancer: {before:?}");
    assert!(before.iter().all(|call| !call.contains("agent")));
    // Agents and load balancer are ready to go, though.
    assert_eq!(context.docker().containers().len(), 4);
    api.open();
    running.wait().expect(0);
    assert_eq!(started(&context).len(), 4);
    let environment = context.docker().created(SERVER)["Env"].clone();
    let token = format!("K3S_TOKEN={}", api.passwords()[0]);
    assert!(
        environment.as_array().unwrap().contains(&token.into()),
        "the gate is asked with the cluster's own token"
    );
}

#[test]
fn a_server_that_answers_late_and_a_kubeconfig_caught_half_written_pass() {
    let api = server().starting("GET /readyz", 3);
    let whole = api.admin_kubeconfig();
    let context = world(engine(), &api, "agents: 2\n");
    let mut script = super::serves(&api);
    script.files[0].1 = whole[..whole.len() / 2].to_owned();
    let context = context.engine(engine().script(SERVER, script));
    let running = context.spawn(["cluster", "create"]);
    let reads = || {
        let calls = context.docker().requests();
        let archives = calls
            .iter()
            .filter(|call| call.starts_with("GET ") && call.contains("archive"));
        archives.count()
    };
    let begun = std::time::Instant::now();
    while reads() < 2 {
        assert!(begun.elapsed() < Duration::from_secs(30), "nobody reads");
        std::thread::sleep(Duration::from_millis(5));
    }
    context.docker().write(SERVER, KUBECONFIG, &whole);
    running.wait().expect(0);
    assert!(api.count("GET /readyz") > 3);
}

/// A cluster that lacks something after `change`; it needs more time, so it is kept and usable later.
#[track_caller]
fn lacks(missing: &str, change: impl FnOnce(&ApiServer)) {
    let account = "/api/v1/namespaces/default/serviceaccounts/default";
    let api = ApiServer::k3s().nodes(&[SERVER, AGENT]);
    change(&api);
    let context = world(engine(), &api, "agents: 1\n");
    let run = context.ksail(["cluster", "create", "--timeout=3s"]);
    let run = run.expect(4);
    let error = format!("error: timed out: wait for nodes; last seen: {missing}\n");
    assert!(run.stderr.contains(&error), "{}", run.raw());
    assert_eq!(context.docker().containers().len(), 3);
    let api = api.nodes(&[SERVER, AGENT]);
    api.update(account, |account| {
        account["metadata"]["name"] = "default".into();
    });
    context.ksail(["cluster", "create"]).expect(0);
}

#[test]
fn ready_means_initialised() {
    lacks("k3d-dev-agent-0: is being initialised", |api| {
        api.update("/api/v1/nodes/k3d-dev-agent-0", |node| {
            node["spec"]["taints"] = json!([{"key": "node.kubernetes.io/not-ready"}]);
        });
    });
}

#[test]
fn ready_means_with_a_network() {
    lacks("k3d-dev-agent-0: sets up the pod network", |api| {
        api.update("/api/v1/nodes/k3d-dev-agent-0", |node| {
            node["metadata"]["annotations"] = json!({});
        });
    });
}

#[test]
fn ready_means_with_an_account() {
    lacks("the default service account", |api| {
        let account = "/api/v1/namespaces/default/serviceaccounts/default";
        api.update(account, |account| {
            account["metadata"]["name"] = "other".into();
        });
    });
}

#[test]
fn what_containers_are_created_with_is_what_the_engine_starts() {
    let api = server();
    let context = world(engine(), &api, "agents: 2\nsubnet: 10.77.0.0/24\n");
    context.ksail(["cluster", "create"]).expect(0);
    let address = |name: &str| {
        let body = context.docker().created(name);
        let endpoint = &body["NetworkingConfig"]["EndpointsConfig"]["k3d-dev"];
        endpoint["IPAMConfig"]["IPv4Address"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(address(SERVER), "10.77.0.2");
    assert_eq!(address(AGENT), "10.77.0.3");
    assert_eq!(address(BALANCER), "10.77.0.5");
    let port = format!("{}", api.port());
    let published = &context.docker().created(BALANCER)["HostConfig"]["PortBindings"];
    assert_eq!(
        *published,
        json!({"6443/tcp": [{"HostIp": "127.0.0.1", "HostPort": port}]})
    );
    let helper = context.docker().created(BALANCER);
    assert_ne!(helper["HostConfig"]["Privileged"], true);
    for path in ["/etc/confd/values.yaml", "/etc/ksail/nginx.conf"] {
        let file = context.docker().file(BALANCER, path).unwrap();
        assert!(!file.bytes.is_empty(), "{path}");
    }
    let names = "/var/lib/rancher/k3s/server/manifests/ksail-coredns-custom.yaml";
    let file = context.docker().file(SERVER, names).unwrap();
    let text = String::from_utf8(file.bytes).unwrap();
    assert!(text.contains("10.77.0.1 host.k3d.internal"), "{text}");
    assert_eq!(context.docker().file(AGENT, names), None);
}

#[test]
fn three_servers_join_one_after_another() {
    let names = ["k3d-dev-server-0", "k3d-dev-server-1", "k3d-dev-server-2"];
    let api = ApiServer::k3s().nodes(&names);
    let context = world(engine(), &api, "servers: 3\n");
    context.ksail(["cluster", "create"]).expect(0);
    let starts = changes(&context);
    let at = |name: &str| {
        let call = format!("POST /containers/{name}/start");
        starts.iter().position(|known| *known == call).unwrap()
    };
    assert!(at(names[0]) < at(names[1]) && at(names[1]) < at(names[2]));
    let command = |name: &str| context.docker().created(name)["Cmd"].to_string();
    assert!(command(names[0]).contains("--cluster-init"));
    assert!(!command(names[1]).contains("--cluster-init"));
}

#[test]
fn without_a_load_balancer_the_server_publishes_the_api() {
    let api = server();
    let more = "agents: 2\noptions: {k3d: {disableLoadbalancer: true}}\n";
    let context = world(engine(), &api, more);
    context.ksail(["cluster", "create"]).expect(0);
    let published = &context.docker().created(SERVER)["HostConfig"]["PortBindings"];
    assert_eq!(published["6443/tcp"][0]["HostPort"], api.port().to_string());
    assert_eq!(context.docker().containers().len(), 3);
    let images: Vec<String> = context.docker().requests();
    assert!(!images.iter().any(|call| call.contains("k3d-proxy")));
}

#[test]
fn cgroup_v1_is_noticed_and_accepted() {
    let api = server();
    let engine = engine().info(json!({"CgroupVersion": "1"}));
    let context = world(engine, &api, "agents: 2\n");
    let run = context.ksail(["cluster", "create"]).expect(0);
    assert!(run.stderr.contains("runs cgroup v1"), "{}", run.raw());
    for node in [SERVER, AGENT] {
        let command = context.docker().created(node)["Cmd"].to_string();
        assert!(command.contains("--kubelet-arg=fail-cgroupv1=false"));
    }
}
