//! `workload validate`: what is wrong is told, and what schemas are used.

use serde_json::{Value, json};

use super::*;

const TESTDATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/sops");
const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/demo");

const BROKEN: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
dat: {}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: two}
";

#[tokio::test]
async fn every_finding_is_a_line_and_the_run_fails() {
    let world = World::new(ApiServer::start())
        .file("k8s/broken.yaml", BROKEN)
        .file("k8s/good.yaml", &config_map("good"))
        .file("k8s/syntax.yaml", "a: [\n");
    let run = world.run("validate", &[], b"").await;
    assert_eq!(run.exit, Exit::Failed);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 5, "{}", run.stdout);
    assert!(
        lines[0].starts_with("k8s/syntax.yaml:1:5: "),
        "{}",
        lines[0]
    );
    assert_eq!(
        lines[1..],
        [
            "k8s/broken.yaml:4:1: dat: unknown field, did you mean `data`?",
            "k8s/broken.yaml:9:7: spec: `selector` is missing",
            "k8s/broken.yaml:9:7: spec: `template` is missing",
            "k8s/broken.yaml:9:18: spec.replicas: expected an integer, found a string",
        ]
    );
    assert_eq!(run.error(), "found 5 problems in 2 of 3 objects");
    assert!(world.server.calls().is_empty(), "no server is asked");
}

#[tokio::test]
async fn findings_are_data_as_well() {
    let world = World::new(ApiServer::start()).file("k8s/broken.yaml", BROKEN);
    let run = world.run("validate", &["--output=json"], b"").await;
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    let object = json!({ "apiVersion": "v1", "kind": "ConfigMap", "namespace": null, "name": "a" });
    assert_eq!(
        found["findings"][0],
        json!({
            "file": "k8s/broken.yaml", "line": 4, "column": 1, "path": "dat", "rule": "unknown-field",
            "message": "unknown field", "hint": "did you mean `data`?", "object": object
        })
    );
    let summary = json!({ "objects": 2, "invalid": 2, "skipped": 0, "findings": 4 });
    assert_eq!(found["summary"], summary);
}

#[tokio::test]
async fn unknown_fields_may_be_warnings_or_nothing() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndat: {}\n";
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", text);
    let warned = world.run("validate", &["--strict=warn"], b"").await;
    assert_eq!((warned.exit, warned.stdout.as_str()), (Exit::Done, ""));
    assert!(warned.events.contains("k8s/a.yaml:4:1: dat: unknown field"));
    let ignored = world.run("validate", &["--strict=false"], b"").await;
    assert_eq!(ignored.exit, Exit::Done);
    assert_eq!(
        ignored.events.trim(),
        "note: 1 object valid against Kubernetes 1.36"
    );
}

#[tokio::test]
async fn releases_and_missing_schemas() {
    let text = "apiVersion: x.io/v1\nkind: Thing\nmetadata: {name: a}\n";
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", text);
    let run = world
        .run("validate", &["--kubernetes-version=v1.31.4"], b"")
        .await;
    assert_eq!(
        run.stdout,
        "k8s/a.yaml:2:7: no schema for kind `Thing` in version `x.io/v1`\n"
    );
    let run = world
        .run("validate", &["--ignore-missing-schemas"], b"")
        .await;
    assert_eq!(run.exit, Exit::Done);
    assert_eq!(
        run.events.trim(),
        "note: 0 objects valid against Kubernetes 1.36, 1 not checked"
    );
}

#[tokio::test]
async fn encrypted_values_are_checked_if_there_is_a_key() {
    let secret = std::fs::read_to_string(format!("{DEMO}/k8s/credentials.yaml")).unwrap();
    let mut world = World::new(ApiServer::start()).file("k8s/secret.yaml", &secret);
    let sealed = world.run("validate", &[], b"").await;
    assert_eq!(
        (sealed.exit, sealed.stdout.as_str()),
        (Exit::Done, ""),
        "{}",
        sealed.stdout
    );
    assert!(
        sealed.events.contains("encrypted values are not checked"),
        "{}",
        sealed.events
    );
    let quiet = world.run("validate", &["--no-decrypt"], b"").await;
    assert!(!quiet.events.contains("no_key"), "{}", quiet.events);
    let key = |file: String| EnvMap::from_iter([("SOPS_AGE_KEY_FILE", file)]);
    world.env = key(format!("{DEMO}/age.key"));
    let opened = world.run("validate", &[], b"").await;
    assert_eq!(
        opened.events.trim(),
        "note: 1 object valid against Kubernetes 1.36"
    );

    let broken =
        std::fs::read_to_string(format!("{TESTDATA}/fault/mac_missing-removed.yaml")).unwrap();
    let mut world = world.file("k8s/secret.yaml", &broken);
    world.env = key(format!("{TESTDATA}/keys/test.txt"));
    let run = world.run("validate", &[], b"").await;
    assert_eq!(run.exit, Exit::Failed);
    assert!(
        run.stdout.starts_with("k8s/secret.yaml: mac_missing: "),
        "{}",
        run.stdout
    );
}

/// A server that describes `Thing` of `x.io/v1`, and nothing that it is not asked for.
fn describing(server: ApiServer) -> ApiServer {
    let gvk = json!({ "group": "x.io", "version": "v1", "kind": "Thing" });
    let post = json!({ "x-kubernetes-action": "post", "x-kubernetes-group-version-kind": gvk });
    let document = json!({
        "paths": { "/apis/x.io/v1/things": { "post": post } },
        "components": { "schemas": { "io.x.v1.Thing": {
            "type": "object", "x-kubernetes-group-version-kind": [gvk],
            "properties": {
                "apiVersion": { "type": "string" }, "kind": { "type": "string" },
                "metadata": { "type": "object", "x-kubernetes-preserve-unknown-fields": true },
                "size": { "type": "integer", "description": "how large" }
            }
        }}}
    });
    let hash = "0A".repeat(64);
    let url =
        |path: &str| json!({ "serverRelativeURL": format!("/openapi/v3/{path}?hash={hash}") });
    let index = json!({ "paths": { "apis/x.io/v1": url("apis/x.io/v1"), "apis/apps/v1": url("apis/apps/v1") } });
    server
        .fault(
            "GET /openapi/v3/apis/x.io/v1",
            usize::MAX,
            Effect::Answer(200, &[], document.to_string()),
        )
        .fault(
            "GET /openapi/v3",
            usize::MAX,
            Effect::Answer(200, &[], index.to_string()),
        )
}

#[tokio::test]
async fn schemas_of_a_cluster_are_fetched_as_needed_and_kept() {
    let text = "apiVersion: x.io/v1\nkind: Thing\nmetadata: {name: a, namespace: b}\nsize: large\n";
    let mut world = World::new(describing(ApiServer::start())).file("k8s/a.yaml", text);
    let cache = world.path().join("cache").display().to_string();
    world.env = EnvMap::from_iter([("XDG_CACHE_HOME", cache)]);
    for documents in [1, 0] {
        let before = world.server.calls().len();
        let run = world
            .run("validate", &["--schema-source=cluster"], b"")
            .await;
        assert_eq!(
            run.stdout,
            "k8s/a.yaml:3:32: metadata.namespace: objects of this kind are in no namespace\n\
             k8s/a.yaml:4:7: size: expected an integer, found a string\n"
        );
        let calls = world.server.calls().split_off(before);
        assert_eq!(calls.len(), 1 + documents, "{calls:?}");
    }
}

#[tokio::test]
async fn manifests_of_this_repository_are_valid() {
    let root = env!("CARGO_MANIFEST_DIR");
    let world = World::new(ApiServer::start());
    for (folder, objects) in [
        ("testdata/validate", 62),
        ("testdata/demo/k8s", 6),
        ("testbed/k3s/program/manifests", 16),
    ] {
        let folder = format!("{root}/{folder}");
        let run = world.run("validate", &["--no-decrypt", &folder], b"").await;
        assert_eq!((run.error(), run.stdout), (String::new(), String::new()));
        let expected = format!("note: {objects} objects valid against Kubernetes 1.36\n");
        assert!(run.events.ends_with(&expected), "{folder}: {}", run.events);
    }
}
