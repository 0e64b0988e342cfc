//! What a `k3d.yaml` says about the command itself.

use serde_json::json;

use super::{SERVER, changes, engine, server, world};
use crate::support::apiserver::ApiServer;

fn create(options: &str) -> crate::support::context::Context {
    let api = server();
    let context = world(engine(), &api, &format!("agents: 2\noptions: {options}\n"));
    context.ksail(["cluster", "create"]).expect(0);
    context
}

#[test]
fn the_kubeconfig_stays_as_it_is_if_so_asked() {
    let context = create("{kubeconfig: {updateDefaultKubeconfig: false}}");
    assert!(!context.home().join(".kube").exists());
}

#[test]
fn the_current_context_stays_as_it_is_if_so_asked() {
    let context = create("{kubeconfig: {switchCurrentContext: false}}");
    let text = std::fs::read_to_string(context.home().join(".kube/config")).unwrap();
    assert!(text.contains("name: k3d-dev\n"), "{text}");
    assert!(!text.contains("current-context: k3d-dev"), "{text}");
}

#[test]
fn without_waiting_agents_are_started_and_that_is_all() {
    // Its nodes never register.
    let api = ApiServer::k3s();
    let more = "agents: 1\noptions: {k3d: {wait: false}}\n";
    let context = world(engine(), &api, more);
    context.ksail(["cluster", "create"]).expect(0);
    let started: Vec<String> = changes(&context)
        .into_iter()
        .filter(|call| call.ends_with("/start"))
        .collect();
    assert_eq!(started.len(), 3);
    assert_eq!(api.count("/api/v1/nodes"), 0);
}

#[test]
fn the_files_timeout_applies_and_its_rollback_can_be_off() {
    let api = ApiServer::k3s().starting("/readyz", usize::MAX);
    let more = "options: {k3d: {timeout: 300ms, disableRollback: true}}\n";
    let context = world(engine(), &api, more);
    let run = context.ksail(["cluster", "create"]).expect(4);
    assert!(run.stderr.contains("error: timed out: "), "{}", run.raw());
    assert_eq!(context.docker().containers().len(), 2);
    assert_eq!(context.docker().networks(), ["k3d-dev"]);
    let run = context.ksail(["cluster", "delete", "--yes"]).expect(0);
    assert_eq!(context.docker().containers(), [], "{}", run.raw());
    assert_eq!(context.docker().volumes(), Vec::<String>::new());
}

#[test]
fn a_network_that_exists_is_joined_and_left_alone() {
    let api = server();
    let engine = engine().network("shared", "172.20.0.0/16");
    let context = world(engine, &api, "agents: 2\nnetwork: shared\n");
    context.ksail(["cluster", "create"]).expect(0);
    let created = context.docker().created(SERVER);
    assert_eq!(created["HostConfig"]["NetworkMode"], "shared");
    assert_eq!(created["NetworkingConfig"], json!(null));
    assert_eq!(created["Labels"]["k3d.cluster.network.external"], "true");
    context.ksail(["cluster", "delete", "--yes"]).expect(0);
    assert_eq!(context.docker().networks(), ["shared"]);
    assert_eq!(context.docker().volumes(), Vec::<String>::new());
}

#[test]
fn a_network_that_does_not_exist_is_named() {
    let api = server();
    let context = world(engine(), &api, "network: nowhere\n");
    let run = context.ksail(["cluster", "create"]);
    assert!(
        run.stderr
            .starts_with("error: there is no bridge network `nowhere`\n"),
        "{}",
        run.raw()
    );
    assert_eq!(changes(&context), Vec::<String>::new());
}

#[test]
fn files_arrive_before_the_node_starts() {
    let api = server();
    let more = "agents: 2\nfiles:\n- source: motd.txt\n  destination: /etc/motd\n  nodeFilters: ['server:*']\n\
                registries: {config: \"mirrors:\\n  docker.io:\\n    endpoint: [http://mirror]\\n\"}\n";
    let context = world(engine(), &api, more).file("motd.txt", "hello\n");
    context.ksail(["cluster", "create"]).expect(0);
    let file = |node: &str, path: &str| context.docker().file(node, path);
    assert_eq!(file(SERVER, "/etc/motd").unwrap().bytes, b"hello\n");
    assert_eq!(file(super::AGENT, "/etc/motd"), None);
    for node in [SERVER, super::AGENT] {
        let registries = file(node, "/etc/rancher/k3s/registries.yaml").unwrap();
        assert!(registries.bytes.starts_with(b"mirrors:"));
    }
}

#[test]
fn the_image_of_the_load_balancer_can_be_another() {
    let api = server();
    let engine = engine().image("mirror/proxy:1");
    let context =
        world(engine, &api, "agents: 2\n").env("K3D_IMAGE_LOADBALANCER", "mirror/proxy:1");
    context.ksail(["cluster", "create"]).expect(0);
    let created = context.docker().created(super::BALANCER);
    assert_eq!(created["Image"], "mirror/proxy:1");
}

#[test]
fn what_k3s_brings_along_is_left_out_if_the_project_says_so() {
    let api = server();
    let project = "apiVersion: ksail.io/v1alpha1\nkind: Cluster\nspec:\n  cluster:\n    distribution: K3s\n    \
                   metricsServer: Disabled\n    csi: Disabled\n";
    let context = world(engine(), &api, "agents: 2\n")
        .file("ksail.yaml", project)
        .env("KSAIL_SPEC_CLUSTER_LOADBALANCER", "disabled");
    context.ksail(["cluster", "create"]).expect(0);
    let command = context.docker().created(SERVER)["Cmd"].clone();
    let arguments = command.as_array().unwrap().iter();
    let disabled: Vec<&str> = arguments
        .filter_map(|argument| argument.as_str()?.strip_prefix("--disable="))
        .collect();
    assert_eq!(disabled, ["local-storage", "metrics-server", "servicelb"]);
    let agent = context.docker().created(super::AGENT)["Cmd"].clone();
    assert_eq!(agent, json!(["agent"]));
}

#[test]
fn a_new_project_is_one_that_can_be_created() {
    let context = crate::support::context::Context::new().engine(engine());
    let run = context.ksail([
        "project",
        "init",
        "-d",
        "K3s",
        "--name",
        "shop",
        "--workers",
        "1",
    ]);
    let run = run.expect(0);
    assert!(
        run.stderr.contains("generated `k3d.yaml`\n"),
        "{}",
        run.raw()
    );
    let file = context.read("k3d.yaml");
    assert!(file.contains("apiVersion: k3d.io/v1alpha5\n"), "{file}");
    assert!(context.read("ksail.yaml").contains("distribution: K3s\n"));
    let run = context.ksail(["cluster", "create", "--dry-run"]).expect(0);
    for name in ["k3d-shop-server-0", "k3d-shop-agent-0", "k3d-shop-serverlb"] {
        let step = format!("would create container {name}\n");
        assert!(run.stdout.contains(&step), "{}", run.raw());
    }
    assert!(!run.stderr.contains("warning"), "{}", run.raw());
}
