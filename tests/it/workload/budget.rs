//! How many requests a run costs, and that an unchanged one changes nothing.

use super::*;

/// A thousand objects of ten kinds in a hundred namespaces, the namespaces included.
fn thousand() -> String {
    let kinds = [
        ("v1", "ConfigMap"),
        ("v1", "Secret"),
        ("v1", "ServiceAccount"),
        ("v1", "Service"),
        ("v1", "PersistentVolumeClaim"),
        ("apps/v1", "Deployment"),
        ("batch/v1", "Job"),
        ("networking.k8s.io/v1", "Ingress"),
    ];
    let mut text = String::new();
    for i in 0..100 {
        let add = |text: &mut String, version: &str, kind: &str, metadata: &str| {
            text.push_str("---\napiVersion: ");
            text.push_str(version);
            text.push_str("\nkind: ");
            text.push_str(kind);
            text.push_str("\nmetadata: {");
            text.push_str(metadata);
            text.push_str("}\n");
        };
        add(&mut text, "v1", "Namespace", &format!("name: n{i}"));
        add(
            &mut text,
            "rbac.authorization.k8s.io/v1",
            "ClusterRole",
            &format!("name: r{i}"),
        );
        for (version, kind) in kinds {
            add(
                &mut text,
                version,
                kind,
                &format!("name: x, namespace: n{i}"),
            );
        }
    }
    text
}

#[tokio::test]
async fn a_thousand_objects_cost_a_thousand_and_ten_requests_at_most() {
    let mut world = World::new(ApiServer::start()).file("k8s/a.yaml", &thousand());
    world.env = EnvMap::from_iter([("XDG_CACHE_HOME", world.path().to_str().unwrap().to_owned())]);
    let run = world.apply(&["--wait=false"]).await;
    assert_eq!(run.error(), "");
    let calls = world.server.calls();
    assert_eq!(
        calls
            .iter()
            .filter(|call| call.starts_with("PATCH"))
            .count(),
        1000
    );
    assert!(calls.len() <= 1010, "{} requests", calls.len());
    assert_eq!(world.server.not_modified(), 0);

    let before = world.server.versions();
    world.server.forget();
    let again = world.apply(&["--wait=false"]).await;
    assert_eq!(
        again.stdout.matches(" unchanged\n").count(),
        1000,
        "{}",
        again.events
    );
    assert_eq!(world.server.versions(), before);
    assert!(
        world.server.calls().len() <= 1010,
        "{} requests",
        world.server.calls().len()
    );
    assert_eq!(world.server.not_modified(), 2, "the kinds are still known");
}

#[tokio::test]
async fn what_is_remembered_of_a_server_is_checked_before_it_is_used() {
    let mut world = World::new(ApiServer::start()).file("k8s/a.yaml", &config_map("a"));
    world.env = EnvMap::from_iter([("HOME", world.path().to_str().unwrap().to_owned())]);
    assert_eq!(world.apply(&[]).await.exit, Exit::Done);
    // Somebody defines a kind: what was remembered is old.
    let crd = world.file("crd/a.yaml", definition());
    assert_eq!(crd.apply(&["-f", "crd"]).await.exit, Exit::Done);
    let world = crd.file("k8s/a.yaml", &thing("first"));
    assert_eq!(world.apply(&[]).await.stdout, "thing.x.io/first created\n");

    let directory = world.path().join(".cache/ksail/discovery");
    let file = std::fs::read_dir(directory)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    std::fs::write(&file, b"{\"form\":1").unwrap();
    assert_eq!(
        world.apply(&[]).await.stdout,
        "thing.x.io/first unchanged\n"
    );
    assert!(
        std::fs::read_to_string(&file)
            .unwrap()
            .contains("\"Thing\""),
        "the file is repaired"
    );
}

#[tokio::test]
async fn requests_per_second_are_limited_on_request() {
    let maps: String = (0..15).map(|i| config_map(&format!("map{i}"))).collect();
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", &maps);
    let run = world
        .apply(&["--kube-api-qps", "5", "--timeout", "1s"])
        .await;
    assert_eq!(run.exit, Exit::Failed, "ten of them have to wait too long");
    let sent = world.server.count("PATCH");
    assert!((4..=10).contains(&sent), "{sent}");
}
