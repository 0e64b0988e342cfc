//! Commands on clusters that exist, whoever made them.

use super::{engine, node};
use crate::support::context::Context;
use crate::support::engine::Engine;

/// Two clusters: `dev` runs with two nodes, `old` is stopped.
fn two_clusters() -> Engine {
    engine()
        .container("dev-control-plane", node("dev", "control-plane"), true)
        .container("dev-worker", node("dev", "worker"), true)
        .container("old-control-plane", node("old", "control-plane"), false)
        .container("unrelated", serde_json::json!({"Image": "nginx:1"}), true)
}

#[test]
fn a_list_of_any_number_of_clusters_is_one_filtered_call_for_each_distribution() {
    let context = Context::new().engine(two_clusters());
    let run = context.ksail(["cluster", "list"]).expect(0);
    assert_eq!(
        run.stdout,
        "NAME  DISTRIBUTION  STATUS   NODES  IMAGE\n\
         dev   Kind          Running  2/2    kindest/node:v1.36.4\n\
         old   Kind          Stopped  0/1    kindest/node:v1.36.4\n"
    );
    let calls = context.docker().calls();
    assert_eq!(
        calls.len(),
        4,
        "the version handshake and a list for each distribution: {:?}",
        context.docker().requests()
    );
    let mut filters: Vec<&str> = calls[1..]
        .iter()
        .map(|call| call.query["filters"].as_str())
        .collect();
    filters.sort_unstable();
    assert_eq!(
        filters,
        [
            r#"{"label":["io.x-k8s.kind.cluster"]}"#,
            r#"{"label":["k3d.cluster"]}"#,
            r#"{"label":["talos.cluster.name"]}"#
        ]
    );
    let names = context.ksail(["cluster", "list", "-o", "name"]).expect(0);
    assert_eq!(names.stdout, "dev\nold\n");
}

#[test]
fn no_clusters_is_no_error() {
    let context = Context::new().engine(engine());
    let run = context.ksail(["cluster", "list"]).expect(0);
    assert_eq!(
        (run.stdout.as_str(), run.stderr.as_str()),
        ("", "no clusters\n")
    );
    assert_eq!(
        context
            .ksail(["cluster", "list", "-o", "json"])
            .expect(0)
            .stdout,
        "[]\n"
    );
}

#[test]
fn delete_takes_a_list_for_each_distribution_and_one_call_per_object() {
    let context = Context::new().engine(two_clusters());
    let run = context
        .ksail(["cluster", "delete", "-n", "dev", "--yes"])
        .expect(0);
    assert!(
        run.stderr.ends_with("deleted cluster `dev` with 2 nodes\n"),
        "{}",
        run.raw()
    );
    let calls = context.docker().requests();
    assert!(calls.len() <= 1 + 3 + 2, "{calls:?}");
    let left: Vec<String> = context
        .docker()
        .containers()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(left, ["old-control-plane", "unrelated"]);
    assert_eq!(
        context
            .docker()
            .networks()
            .iter()
            .filter(|name| *name == "kind")
            .count(),
        1,
        "others share it"
    );
}

#[test]
fn delete_may_be_run_again() {
    let context = Context::new().engine(engine());
    let run = context.ksail(["cluster", "delete", "-n", "gone"]).expect(0);
    assert_eq!(
        run.stderr,
        "there is no cluster `gone`; nothing to delete\n"
    );
}

#[test]
fn nothing_is_deleted_without_consent() {
    let context = Context::new().engine(two_clusters());
    let run = context.ksail(["cluster", "delete", "-n", "dev"]).expect(64);
    assert_eq!(
        run.stderr,
        "error: no terminal to ask: delete cluster `dev` (`dev-control-plane` and `dev-worker`)?\n\
         hint: pass `--yes` to agree in advance\n"
    );
    assert_eq!(context.docker().containers().len(), 4);
}

#[test]
fn an_unknown_cluster_is_answered_with_the_nearest_name() {
    let context = Context::new().engine(two_clusters());
    let run = context.ksail(["cluster", "info", "-n", "dve"]).expect(1);
    assert_eq!(
        run.stderr,
        "error: there is no cluster `dve`\nhint: did you mean `dev`?\n"
    );
}

#[test]
fn info_tells_what_it_can_of_a_stopped_cluster() {
    let context = Context::new().engine(two_clusters());
    let run = context.ksail(["cluster", "info", "-n", "old"]).expect(0);
    assert!(
        run.stdout.contains("status:        Stopped\n"),
        "{}",
        run.raw()
    );
    assert!(
        run.stdout.contains("server:        not answering: "),
        "{}",
        run.raw()
    );
}

#[test]
fn a_cluster_with_other_nodes_is_not_converged() {
    let context = Context::new().engine(
        two_clusters().image_file("/etc/kubernetes/admin.conf", include_str!("admin.conf")),
    );
    let run = context
        .ksail(["cluster", "create", "-n", "dev", "--workers=0"])
        .expect(64);
    assert_eq!(
        run.stderr,
        "error: cluster `dev` exists with other nodes: `dev-worker` not wanted\n\
         hint: delete the cluster first, or choose another name with `--name`\n"
    );
}

#[test]
fn what_runs_is_stopped_and_what_is_stopped_started() {
    let context = Context::new().engine(
        two_clusters().image_file("/etc/kubernetes/admin.conf", include_str!("admin.conf")),
    );
    let run = context
        .ksail(["cluster", "stop", "-n", "dev", "--dry-run"])
        .expect(0);
    assert_eq!(
        run.stdout,
        "  1  would stop dev-control-plane\n  1  would stop dev-worker\n"
    );
    context.ksail(["cluster", "stop", "-n", "dev"]).expect(0);
    let list = context.ksail(["cluster", "list"]).expect(0);
    assert!(
        list.stdout.contains("dev   Kind          Stopped  0/2"),
        "{}",
        list.stdout
    );
    let again = context.ksail(["cluster", "stop", "-n", "dev"]).expect(0);
    assert_eq!(again.stderr, "cluster `dev` does not run\n");
    let run = context
        .ksail(["cluster", "start", "-n", "dev", "--dry-run"])
        .expect(0);
    assert_eq!(
        run.stdout,
        [
            "  1  would start dev-control-plane\n",
            "  1  would start dev-worker\n",
            "  2  would wait for the API server\n",
            "  2  would wait for nodes\n",
            "  2  would wait for system deployments\n",
        ]
        .concat()
    );
    context
        .ksail(["cluster", "start", "-n", "dev", "--wait=none"])
        .expect(0);
    let list = context.ksail(["cluster", "list"]).expect(0);
    assert!(
        list.stdout.contains("dev   Kind          Running  2/2"),
        "{}",
        list.stdout
    );
}

#[test]
fn what_does_not_exist_is_neither_stopped_nor_started() {
    let context = Context::new().engine(two_clusters());
    for command in ["start", "stop"] {
        let run = context.ksail(["cluster", command, "-n", "def"]).expect(1);
        assert_eq!(
            run.stderr,
            "error: there is no cluster `def`\nhint: did you mean `dev`?\n"
        );
    }
}
