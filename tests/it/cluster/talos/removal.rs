//! Taking Talos clusters away.

use serde_json::json;

use super::{PLANE, WORKER, assert_gone, changes, create, engine, home, running};
use crate::support::context::Context;
use crate::support::engine::Engine;
use crate::support::talosapi::TalosApi;

const DELETE: [&str; 5] = ["cluster", "delete", "-n", "dev", "--yes"];

#[test]
fn containers_go_first_then_the_network_and_the_users_entries() {
    let api = TalosApi::new();
    let context = running(&api);
    let run = context.ksail(DELETE).expect(0);
    assert!(
        run.stderr.ends_with("deleted cluster `dev` with 2 nodes\n"),
        "{}",
        run.raw()
    );
    let calls = changes(&context);
    let kinds: Vec<&str> = calls
        .iter()
        .map(|call| call.split('/').nth(1).unwrap())
        .collect();
    assert_eq!(kinds, ["containers", "containers", "networks"]);
    let removed = context.docker().calls();
    let removed = removed
        .iter()
        .filter(|call| call.path.starts_with("/containers/"));
    for call in removed.filter(|call| call.method == "DELETE") {
        assert_eq!(call.query["v"], "true", "volumes go, too");
        assert_eq!(call.query["force"], "true");
    }
    assert_gone(&context);
}

#[test]
fn entries_go_even_if_the_containers_are_gone() {
    let api = TalosApi::new();
    let context = running(&api);
    for (name, _) in context.docker().containers() {
        context.docker().discard(&name);
    }
    context.ksail(DELETE).expect(0);
    assert_gone(&context);
}

#[test]
fn a_network_of_others_stays() {
    let labels = [
        json!({}),
        json!({"talos.owned": "true", "talos.cluster.name": "other"}),
        json!({"talos.cluster.name": "dev"}),
    ];
    for labels in labels {
        let engine = Engine::empty().chosen_network("dev", "10.5.0.0/24", &labels);
        let context = Context::new().engine(engine);
        let run = context.ksail(DELETE).expect(0);
        assert!(run.stderr.contains("nothing to delete"), "{}", run.raw());
        assert_eq!(context.docker().networks(), ["dev"]);
    }
}

#[test]
fn a_network_without_machines_is_removed() {
    let labels = json!({"talos.owned": "true", "talos.cluster.name": "dev"});
    let engine = Engine::empty().chosen_network("dev", "10.5.0.0/24", &labels);
    let context = Context::new().engine(engine);
    context.ksail(DELETE).expect(0);
    assert_eq!(context.docker().networks(), Vec::<String>::new());
}

#[test]
fn a_dry_run_names_everything() {
    let api = TalosApi::new();
    let context = running(&api);
    let run = context.ksail(["cluster", "delete", "-n", "dev", "--dry-run"]);
    let run = run.expect(0);
    let mut lines: Vec<&str> = run.stdout.lines().map(str::trim_start).collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "1  would remove container dev-controlplane-1",
            "1  would remove container dev-worker-1",
            "1  would remove kubeconfig context admin@dev",
            "1  would remove talosconfig context dev",
            "2  would remove network dev",
        ]
    );
    assert_eq!(changes(&context), Vec::<String>::new());
}

#[test]
fn the_talosconfig_may_be_another_file() {
    let api = TalosApi::new();
    let context = Context::new().engine(engine(&api));
    let file = "--talosconfig=talosconfig";
    context.ksail(create(&["--workers=1", file])).expect(0);
    assert!(context.read("talosconfig").contains("context: dev\n"));
    assert_eq!(home(&context, ".talos/config"), "");
    let names: Vec<String> = context
        .docker()
        .containers()
        .into_iter()
        .map(|found| found.0)
        .collect();
    assert_eq!(names.len(), [PLANE, WORKER].len());
    context.ksail([&DELETE[..], &[file]].concat()).expect(0);
    assert!(!context.read("talosconfig").contains("dev"));
}

/// Files in which our names lead to another host.
const KUBECONFIG: &str = "apiVersion: v1\nkind: Config\nclusters:\n- name: dev\n  cluster: {server: 'https://dev.example.com:6443'}\nusers:\n- name: admin@dev\n  user: {token: a}\ncontexts:\n- name: admin@dev\n  context: {cluster: dev, user: admin@dev}\n";
const TALOSCONFIG: &str = "context: dev\ncontexts:\n  dev:\n    endpoints: [dev.example.com]\n    ca: YQ==\n    crt: YQ==\n    key: YQ==\n";

#[test]
fn entries_of_another_cluster_stop_a_creation_before_it_begins() {
    for (path, text) in [(".kube/config", KUBECONFIG), (".talos/config", TALOSCONFIG)] {
        let api = TalosApi::new();
        let context = Context::new().engine(engine(&api)).home_file(path, text);
        let run = context.ksail(create(&[]));
        assert!(![Some(0), None].contains(&run.code), "{}", run.raw());
        assert!(run.stderr.contains("error: "), "{}", run.raw());
        assert!(run.stderr.contains("dev"), "{}", run.raw());
        assert_eq!(changes(&context), Vec::<String>::new());
        assert_eq!(home(&context, path), text);
    }
}

#[test]
fn entries_of_another_cluster_stay() {
    let api = TalosApi::new();
    let context = running(&api);
    for (path, text) in [(".kube/config", KUBECONFIG), (".talos/config", TALOSCONFIG)] {
        std::fs::write(context.home().join(path), text).unwrap();
    }
    context.ksail(DELETE).expect(0);
    assert_eq!(context.docker().containers(), []);
    assert_eq!(home(&context, ".kube/config"), KUBECONFIG);
    assert_eq!(home(&context, ".talos/config"), TALOSCONFIG);
}

#[test]
fn other_contexts_stay() {
    let api = TalosApi::new();
    let other = TALOSCONFIG.replace("dev", "prod");
    let context = Context::new()
        .engine(engine(&api))
        .home_file(".talos/config", &other);
    context.ksail(create(&[])).expect(0);
    assert!(home(&context, ".talos/config").contains("context: dev\n"));
    context.ksail(DELETE).expect(0);
    let left = home(&context, ".talos/config");
    assert!(left.contains("prod:") && !left.contains("dev"), "{left}");
}
