//! `workload images`: which images manifests refer to.

use serde_json::{Value, json};

use super::*;

const MANIFESTS: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: apps}
spec:
  template:
    spec:
      initContainers: [{name: a, image: busybox}]
      containers: [{name: b, image: ghcr.io/a/web:1.2}]
---
apiVersion: v1
kind: Pod
metadata: {name: shell}
spec:
  containers: [{name: a, image: docker.io/library/busybox:latest}]
";

async fn images(arguments: &[&str]) -> Run {
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", MANIFESTS);
    let run = world.run("images", arguments, b"").await;
    assert!(world.server.calls().is_empty(), "no server is asked");
    run
}

#[tokio::test]
async fn references_are_listed_once_and_sorted() {
    let run = images(&[]).await;
    assert_eq!(
        run.stdout,
        "busybox\ndocker.io/library/busybox:latest\nghcr.io/a/web:1.2\n"
    );
    let run = images(&["--full"]).await;
    assert_eq!(
        run.stdout,
        "docker.io/library/busybox:latest\nghcr.io/a/web:1.2\n"
    );
}

#[tokio::test]
async fn tables_and_json_say_who_uses_them() {
    let run = images(&["--full", "--output=table"]).await;
    assert_eq!(
        run.stdout,
        "\
IMAGE                             USED BY
docker.io/library/busybox:latest  apps:deployment.apps/web, pod/shell
ghcr.io/a/web:1.2                 apps:deployment.apps/web
"
    );
    let run = images(&["--output=json"]).await;
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    let web = json!({ "apiVersion": "apps/v1", "kind": "Deployment", "namespace": "apps", "name": "web" });
    assert_eq!(
        found["images"][2],
        json!({ "reference": "ghcr.io/a/web:1.2", "objects": [web] })
    );
}

#[tokio::test]
async fn manifests_without_images_have_none() {
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", &config_map("a"));
    let run = world.run("images", &[], b"").await;
    assert_eq!((run.exit, run.stdout.as_str()), (Exit::Done, ""));
    assert!(run.events.contains("no images"));
    let run = world.run("images", &["--output=json"], b"").await;
    assert_eq!(run.stdout, "{\n  \"images\": []\n}\n");
}
