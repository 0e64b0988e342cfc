//! A creation that works.

use serde_json::json;

use super::{FIRST, PLANE, SECOND, WORKER, changes, config, create, home, world};
use crate::support::talosapi::{Code, Effect, TalosApi};

/// All calls for one control plane and one worker whose image is there, besides streams.
const CALLS: [&str; 12] = [
    "GET /containers/json",
    "GET /images/ghcr.io/siderolabs/talos:v1.13.9/json",
    "GET /info",
    "GET /networks",
    "GET /version",
    "POST /containers/create",
    "POST /containers/create",
    "POST /containers/dev-controlplane-1/start",
    "POST /containers/dev-worker-1/start",
    "POST /networks/create",
    "PUT /containers/dev-controlplane-1/archive",
    "PUT /containers/dev-worker-1/archive",
];

#[test]
fn a_pair_costs_few_calls() {
    let api = TalosApi::new();
    let context = world(&api);
    let run = context.ksail(create(&["--workers=1"])).expect(0);
    let mut calls = context.docker().requests();
    assert!(calls.len() <= 15, "the budget: {calls:#?}");
    calls.sort();
    assert_eq!(calls, CALLS);
    assert_eq!(changes(&context)[0], "POST /networks/create");
    assert!(run.stdout.is_empty(), "{}", run.raw());
    assert!(
        run.stderr.contains("cluster `dev` with 2 nodes is ready"),
        "{}",
        run.raw()
    );
    assert!(
        run.stderr.ends_with("context `admin@dev` is current\n"),
        "{}",
        run.raw()
    );
    let states = context.docker().containers();
    assert!(states.iter().all(|(_, state)| *state == "running"));
    assert_eq!(states.len(), 2);
    assert_eq!(context.docker().networks(), ["dev"]);
}

#[test]
fn machines_are_asked_one_thing_at_a_time_by_their_addresses() {
    let api = TalosApi::new();
    let context = world(&api);
    context.ksail(create(&["--workers=1"])).expect(0);
    assert_eq!(api.peak(), 1, "calls at the same time to one machine");
    let calls = api.calls();
    let unary: Vec<(&str, &str)> = calls
        .iter()
        // A machine that no watch has heard when Kubernetes is ready is asked for its version.
        .filter(|call| !["Watch", "Version"].contains(&call.name.as_str()))
        .map(|call| (call.name.as_str(), call.node.as_str()))
        .collect();
    assert_eq!(unary, [("Bootstrap", FIRST), ("List", FIRST)]);
    for call in calls.iter().filter(|call| call.name == "Watch") {
        assert!([FIRST, SECOND].contains(&call.node.as_str()), "{call:?}");
    }
    assert!(api.count("Watch") <= 2);
    assert!(calls.iter().all(|call| call.roles == ["os:admin"]));
}

#[test]
fn users_get_access_to_machines_and_to_kubernetes() {
    let api = TalosApi::new();
    let context = world(&api);
    context.ksail(create(&[])).expect(0);
    let bindings = &context.docker().created(PLANE)["HostConfig"]["PortBindings"];
    let port = |inside: &str| bindings[inside][0]["HostPort"].as_str().unwrap();
    let kubeconfig = home(&context, ".kube/config");
    for part in [
        "current-context: admin@dev\n",
        "user: admin@dev\n",
        &format!("server: https://127.0.0.1:{}\n", port("6443/tcp")),
    ] {
        assert!(kubeconfig.contains(part), "{part} in {kubeconfig}");
    }
    let talosconfig = home(&context, ".talos/config");
    let talosconfig: serde_json::Value = serde_yaml::from_str(&talosconfig).unwrap();
    assert_eq!(talosconfig["context"], "dev");
    let entry = &talosconfig["contexts"]["dev"];
    let endpoint = format!("127.0.0.1:{}", port("50000/tcp"));
    assert_eq!(entry["endpoints"], json!([endpoint]));
    assert_eq!(entry["nodes"], json!([FIRST]));
    assert_eq!(entry["ca"], config(&api, FIRST)["machine"]["ca"]["crt"]);
}

#[test]
fn a_lone_machine_takes_pods() {
    let api = TalosApi::new();
    let context = world(&api);
    context.ksail(create(&[])).expect(0);
    let cluster = &config(&api, FIRST)["cluster"];
    assert_eq!(cluster["allowSchedulingOnControlPlanes"], true);
    assert_eq!(context.docker().requests().len(), CALLS.len() - 3);
    assert_eq!(context.docker().containers().len(), 1);
}

#[test]
fn of_three_control_planes_the_first_begins() {
    let api = TalosApi::new();
    let context = world(&api);
    let run = context.ksail(create(&["--control-planes=3", "--workers=1"]));
    let run = run.expect(0);
    assert!(
        run.stderr.contains("with 4 nodes is ready"),
        "{}",
        run.raw()
    );
    assert_eq!(api.peak(), 1);
    let begun = api
        .calls()
        .into_iter()
        .filter(|call| call.name == "Bootstrap");
    let begun: Vec<String> = begun.map(|call| call.node).collect();
    assert_eq!(begun, [FIRST]);
    let names = [PLANE, "dev-controlplane-2", "dev-controlplane-3", WORKER];
    for (name, number) in names.into_iter().zip(2..) {
        let created = context.docker().created(name);
        let endpoint = &created["NetworkingConfig"]["EndpointsConfig"]["dev"];
        let address = format!("10.5.0.{number}");
        assert_eq!(endpoint["IPAMConfig"]["IPv4Address"], address);
        let ports = created["HostConfig"]["PortBindings"].as_object();
        let ports = ports.map_or(0, serde_json::Map::len);
        assert_eq!(ports, if name == PLANE { 2 } else { 0 }, "{name}");
        let prism = config(&api, &address)["machine"]["features"]["kubePrism"].clone();
        assert_eq!(prism["enabled"], true);
        let endpoint = config(&api, &address)["cluster"]["controlPlane"]["endpoint"].clone();
        assert_eq!(endpoint, format!("https://{FIRST}:6443"));
    }
}

#[test]
fn a_machine_that_cannot_begin_yet_is_asked_again() {
    let api = TalosApi::new().not_yet(3).drop_connections(2);
    let context = world(&api);
    context.ksail(create(&[])).expect(0);
    assert_eq!(api.count("Bootstrap"), 4);
    assert_eq!(api.peak(), 1);
}

#[test]
fn what_passes_while_machines_start_is_no_failure() {
    for effect in [
        Effect::Reset,
        Effect::Refuse(Code::Unavailable, "connection refused"),
    ] {
        let api = TalosApi::new().fault("Bootstrap", 2, effect);
        let context = world(&api);
        context.ksail(create(&[])).expect(0);
        assert_eq!(api.count("Bootstrap"), 3);
    }
}

#[test]
fn a_cluster_that_has_begun_already_is_fine() {
    let api = TalosApi::new().bootstrapped();
    let context = world(&api);
    context.ksail(create(&[])).expect(0);
    assert_eq!(api.count("Bootstrap"), 1);
}

#[test]
fn manifests_are_applied_without_waiting_for_nodes() {
    let api = TalosApi::new().by_hand();
    let context = world(&api);
    let running = context.spawn(create(&[]));
    running.await_stderr("apply the manifests of dev-controlplane-1");
    let kubernetes = api.kubernetes();
    let applied: Vec<String> = kubernetes
        .calls()
        .iter()
        .filter_map(|call| {
            let (path, query) = call.strip_prefix("PATCH ")?.split_once('?')?;
            let manager = query
                .split('&')
                .find_map(|part| part.strip_prefix("fieldManager="));
            Some(format!(
                "{} {}",
                manager.unwrap(),
                path.rsplit('/').next().unwrap()
            ))
        })
        .collect();
    let at = |call: &str| applied.iter().position(|applied| applied == call).unwrap();
    assert!(
        at("talos kube-flannel") < at("ksail kube-flannel"),
        "{applied:?}"
    );
    let mut others = applied.clone();
    others.retain(|call| !call.ends_with("kube-flannel"));
    others.sort();
    let wanted = ["coredns", "flannel", "kube-proxy", "kube-proxy"];
    assert_eq!(others, wanted.map(|name| format!("talos {name}")));
    let agent = "/apis/apps/v1/namespaces/kube-system/daemonsets/kube-flannel";
    let agent = kubernetes.object(agent).unwrap();
    assert_eq!(
        agent["metadata"]["annotations"]["config.k8s.io/owning-inventory"],
        "talos-bootstrap-manifests-inventory"
    );
    let variables = agent["spec"]["template"]["spec"]["containers"][0]["env"].to_string();
    assert!(variables.contains(FIRST), "{variables}");
    kubernetes.member(PLANE);
    running.wait().expect(0);
}

#[test]
fn nodes_get_no_pods_until_their_network_runs() {
    let api = TalosApi::new().by_hand();
    let context = world(&api);
    let running = context.spawn(create(&[]));
    running.await_stderr("apply the manifests of dev-controlplane-1");
    let kubernetes = api.kubernetes();
    kubernetes.node(PLANE);
    let path = "/api/v1/nodes/dev-controlplane-1";
    running.await_stderr("keep pods away from dev-controlplane-1");
    let conditions = kubernetes.object(path).unwrap()["status"]["conditions"].clone();
    assert_eq!(conditions[0]["type"], "Ready");
    assert_eq!(conditions[1]["type"], "NetworkUnavailable");
    assert_eq!(conditions[1]["status"], "True");
    kubernetes.agent(PLANE);
    running.wait().expect(0);
}
