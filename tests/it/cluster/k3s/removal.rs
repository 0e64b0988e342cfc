//! Taking K3s clusters away.

use serde_json::json;

use super::{SERVER, body, changes, engine, running, server};
use crate::cluster::node;
use crate::support::context::Context;

#[test]
fn containers_go_first_then_network_and_volume() {
    let api = server();
    let context = Context::new().engine(running(&api));
    context.docker().forget();
    let run = context
        .ksail(["cluster", "delete", "-n", "dev", "--yes"])
        .expect(0);
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
    assert_eq!(kinds[..3], ["containers"; 3]);
    let mut rest = kinds[3..].to_vec();
    rest.sort_unstable();
    assert_eq!(rest, ["networks", "volumes"]);
    assert_eq!(context.docker().containers(), []);
    assert_eq!(context.docker().networks(), Vec::<String>::new());
    assert_eq!(context.docker().volumes(), Vec::<String>::new());
}

#[test]
fn a_network_of_others_stays() {
    let api = server();
    let mut other = body(&api, "server");
    other["HostConfig"]["NetworkMode"] = "shared".into();
    let engine = engine()
        .network("shared", "172.20.0.0/16")
        // Of the name that a network of the cluster's own would have, but somebody else's.
        .network("k3d-dev", "172.21.0.0/16")
        .container(SERVER, other, true);
    let context = Context::new().engine(engine);
    context
        .ksail(["cluster", "delete", "-n", "dev", "--yes"])
        .expect(0);
    assert_eq!(context.docker().networks(), ["shared", "k3d-dev"]);
}

#[test]
fn a_network_or_a_volume_without_a_cluster_is_removed() {
    let network = engine().labelled_network("k3d-dev", "172.18.0.0/16", &json!({"app": "k3d"}));
    let labels = json!({"app": "k3d", "k3d.cluster": "dev"});
    let volume = engine().volume("k3d-dev-images", labels);
    for engine in [network, volume] {
        let context = Context::new().engine(engine.volume("other", json!({})));
        let run = context.ksail(["cluster", "delete", "-n", "dev", "--yes"]);
        let run = run.expect(0);
        assert!(
            run.stderr
                .ends_with("removed what was left of cluster `dev`\n"),
            "{}",
            run.raw()
        );
        assert_eq!(context.docker().networks(), Vec::<String>::new());
        assert_eq!(context.docker().volumes(), ["other"]);
        let run = context.ksail(["cluster", "delete", "-n", "dev"]).expect(0);
        assert!(run.stderr.contains("nothing to delete"), "{}", run.raw());
    }
}

#[test]
fn entries_in_the_kubeconfig_go_even_if_the_containers_are_gone() {
    let api = server();
    let context = Context::new().engine(running(&api));
    context
        .ksail(["cluster", "kubeconfig", "-n", "dev", "--merge"])
        .expect(0);
    for (name, _) in context.docker().containers() {
        context.docker().discard(&name);
    }
    context
        .ksail(["cluster", "delete", "-n", "dev", "--yes"])
        .expect(0);
    let kubeconfig = std::fs::read_to_string(context.home().join(".kube/config")).unwrap();
    assert!(!kubeconfig.contains("k3d-dev"), "{kubeconfig}");
}

#[test]
fn two_clusters_of_one_name_are_told_apart_by_the_distribution() {
    let api = server();
    let kind = node("dev", "control-plane");
    let engine =
        running(&api)
            .network("kind", "172.19.0.0/16")
            .container("dev-control-plane", kind, true);
    let context = Context::new().engine(engine);
    let run = context
        .ksail(["cluster", "delete", "-n", "dev", "--yes"])
        .expect(64);
    assert_eq!(
        run.stderr,
        "error: there is a cluster `dev` of Kind and one of K3s\n\
         hint: say which one is meant with `--distribution`\n"
    );
    context
        .ksail(["cluster", "delete", "-n", "dev", "-d", "K3s", "--yes"])
        .expect(0);
    let left: Vec<String> = context
        .docker()
        .containers()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(left, ["dev-control-plane"]);
}

#[test]
fn a_dry_run_of_a_removal_names_everything() {
    let api = server();
    let context = Context::new().engine(running(&api));
    let run = context
        .ksail(["cluster", "delete", "-n", "dev", "--dry-run"])
        .expect(0);
    let mut lines: Vec<&str> = run.stdout.lines().map(str::trim_start).collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "1  would remove container k3d-dev-agent-0",
            "1  would remove container k3d-dev-server-0",
            "1  would remove container k3d-dev-serverlb",
            "1  would remove kubeconfig context k3d-dev",
            "2  would remove network k3d-dev",
            "2  would remove volume k3d-dev-images",
        ]
    );
    assert_eq!(changes(&context), Vec::<String>::new());
}
