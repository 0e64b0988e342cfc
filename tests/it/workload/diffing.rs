//! `workload diff`: what an apply would change, what it costs to know, and what must not be told.

use serde_json::{Value, json};

use super::*;

const WEB: &str = "/apis/apps/v1/namespaces/default/deployments/web";

fn secret(value: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: db\nstringData:\n  password: {value}\n  user: constant-user\n"
    )
}

async fn applied(manifests: &str) -> World {
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", manifests);
    let run = world.apply(&[]).await;
    assert_eq!(run.error(), "");
    world.server.forget();
    world
}

#[tokio::test]
async fn nothing_is_shown_of_what_would_not_change() {
    let world = applied(&format!("{}{}", deployment("web"), config_map("a"))).await;
    let run = world.run("diff", &["--exit-code"], b"").await;
    assert_eq!((run.exit, run.stdout.as_str()), (Exit::Done, ""));
    assert!(
        run.events
            .contains("note: 2 objects: 0 new, 0 changed, 2 unchanged, 0 failed"),
        "{}",
        run.events
    );
    // Discovery, and for each object what there is and what would become of it.
    assert_eq!(world.server.calls().len(), 2 + 2 * 2);
    assert_eq!(world.server.count("dryRun=All"), 2);
}

#[tokio::test]
async fn a_change_is_a_unified_diff() {
    let world = applied(&format!("{}{}", deployment("web"), config_map("a"))).await;
    world.server.update(WEB, |object| {
        object["spec"]["replicas"] = 5.into();
        object["metadata"]["managedFields"] = json!([{ "manager": "someone" }]);
    });
    let run = world.run("diff", &["-U", "1"], b"").await;
    assert_eq!(run.exit, Exit::Done);
    insta::assert_snapshot!(run.stdout, @"
    diff LIVE/apps.v1.Deployment.default.web MERGED/apps.v1.Deployment.default.web
    --- LIVE/apps.v1.Deployment.default.web
    +++ MERGED/apps.v1.Deployment.default.web
    @@ -7,3 +7,3 @@
     spec:
    -  replicas: 5
    +  replicas: 2
       selector:
    ");
    let run = world.run("diff", &["--exit-code", "-o", "name"], b"").await;
    assert_eq!(
        (run.exit, run.stdout.as_str()),
        (Exit::Drift, "deployment.apps/web\n")
    );
    assert_eq!(world.server.object(WEB).unwrap()["spec"]["replicas"], 5);
}

#[tokio::test]
async fn what_does_not_exist_is_new_whatever_it_lacks() {
    let namespaced = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: team}\ndata: {key: value}\n";
    let manifests = format!(
        "apiVersion: v1\nkind: Namespace\nmetadata: {{name: team}}\n{namespaced}{}{}{}",
        definition(),
        thing("x"),
        config_map("b")
    );
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", &manifests);
    let run = world.run("diff", &["--exit-code", "-o", "json"], b"").await;
    assert_eq!((run.exit, run.error().as_str()), (Exit::Drift, ""));
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        document["summary"],
        json!({ "new": 5, "changed": 0, "unchanged": 0, "pruned": 0, "failed": 0 })
    );
    let thing = document["objects"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["kind"] == "Thing")
        .unwrap();
    assert_eq!(
        thing["object"],
        json!({ "apiVersion": "x.io/v1", "kind": "Thing", "metadata": { "name": "x", "namespace": "default" } })
    );
    assert_eq!(world.server.object("/api/v1/namespaces/team"), None);
    let text = world.run("diff", &["-f", "k8s"], b"").await.stdout;
    assert!(
        text.contains("--- LIVE/v1.ConfigMap.team.a\n+++ MERGED/v1.ConfigMap.team.a\n@@ -0,0 +1,"),
        "{text}"
    );
}

#[tokio::test]
async fn secrets_are_masked_in_every_form() {
    let world = applied(&secret("old-password")).await;
    let world = world.file("k8s/a.yaml", &secret("new-password"));
    let text = world.run("diff", &[], b"").await;
    insta::assert_snapshot!(text.stdout, @r#"
    diff LIVE/v1.Secret.default.db MERGED/v1.Secret.default.db
    --- LIVE/v1.Secret.default.db
    +++ MERGED/v1.Secret.default.db
    @@ -5,5 +5,5 @@
       namespace: default
       uid: "***"
     stringData:
    -  password: "*** (before)"
    +  password: "*** (after)"
       user: "***"
    "#);
    let json = world.run("diff", &["-o", "json"], b"").await;
    let document: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(
        document["objects"][0]["patch"],
        json!([{ "op": "replace", "path": "/stringData/password", "value": "*** (after)" }])
    );
    for run in [text, json] {
        for secret in ["old-password", "new-password", "constant-user"] {
            assert!(!run.stdout.contains(secret) && !run.events.contains(secret));
        }
    }
}

#[tokio::test]
async fn a_refused_secret_is_not_quoted() {
    let world = World::new(ApiServer::start().fault(
        "PATCH",
        1,
        Effect::Refuse(422, "Invalid", "data: Invalid value: \"hunter22\": no"),
    ));
    let world = world.file("k8s/a.yaml", &secret("hunter22"));
    let run = world.run("diff", &[], b"").await;
    assert_eq!(run.exit, Exit::Failed);
    assert!(
        run.events
            .contains("error: secret/db (k8s/a.yaml:2): data: Invalid value: \"[redacted]\": no"),
        "{}",
        run.events
    );
}

#[tokio::test]
async fn a_conflict_fails_its_object_and_not_the_others() {
    let conflict = json!({
        "kind": "Status", "code": 409, "reason": "Conflict", "message": "Apply failed with 1 conflict",
        "details": { "causes": [{
            "reason": "FieldManagerConflict", "message": "conflict with \"helm\" using apps/v1", "field": ".spec.replicas"
        }]}
    });
    let server = ApiServer::start().fault(
        "deployments/web?fieldManager",
        1,
        Effect::Answer(409, &[], conflict.to_string()),
    );
    let world = World::new(server).file(
        "k8s/a.yaml",
        &format!("{}{}", config_map("a"), deployment("web")),
    );
    let run = world.run("diff", &["--exit-code", "-o", "json"], b"").await;
    assert_eq!(run.exit, Exit::Failed);
    assert_eq!(run.error(), "1 of 2 objects could not be compared");
    let line = "error: deployment.apps/web (k8s/a.yaml:9): conflict: `.spec.replicas` is managed by `helm`; \
                `--force-conflicts` takes the fields over";
    assert!(run.events.contains(line), "{}", run.events);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["objects"][0]["change"], "new");
    let arguments = ["--force-conflicts", "--field-manager=team"];
    assert_eq!(world.run("diff", &arguments, b"").await.exit, Exit::Done);
    assert_eq!(
        world
            .server
            .count("fieldManager=team&fieldValidation=Strict&force=true&dryRun=All"),
        2
    );
}

#[tokio::test]
async fn passing_failures_are_asked_again_and_races_too() {
    let server = ApiServer::start()
        .fault(
            "GET /api/v1/namespaces/default/configmaps/a",
            1,
            Effect::Reset,
        )
        .fault(
            "PATCH",
            1,
            Effect::Refuse(429, "TooManyRequests", "slow down"),
        );
    let world = World::new(server).file("k8s/a.yaml", &config_map("a"));
    let run = world.run("diff", &["--exit-code"], b"").await;
    assert_eq!((run.exit, run.error().as_str()), (Exit::Drift, ""));
}

#[tokio::test]
async fn objects_are_compared_several_at_a_time_and_in_order() {
    let many: String = (10..30).map(|i| config_map(&format!("c{i}"))).collect();
    let server =
        ApiServer::start().fault("configmaps/c", 40, Effect::Delay(Duration::from_millis(20)));
    let world = World::new(server).file("k8s/a.yaml", &many);
    let run = world
        .run("diff", &["-o", "name", "--parallelism=4"], b"")
        .await;
    let names: Vec<String> = (10..30).map(|i| format!("configmap/c{i}")).collect();
    assert_eq!(run.stdout.lines().collect::<Vec<_>>(), names);
    assert!(
        (2..=4).contains(&world.server.peak()),
        "{}",
        world.server.peak()
    );
}

#[tokio::test]
async fn membership_of_a_set_is_no_difference() {
    let world = applied(&config_map("a")).await;
    world
        .server
        .update("/api/v1/namespaces/default/configmaps/a", |object| {
            object["metadata"]["labels"] =
                json!({ "applyset.kubernetes.io/part-of": "applyset-x" });
        });
    let run = world.run("diff", &["--exit-code"], b"").await;
    assert_eq!((run.exit, run.stdout.as_str()), (Exit::Done, ""));
}

#[tokio::test]
async fn what_pruning_would_delete_is_part_of_the_difference() {
    let world = super::reporting::left_over().await;
    let run = world
        .run("diff", &["--prune", "--applyset=shop", "--exit-code"], b"")
        .await;
    insta::assert_snapshot!(run.stdout, @r#"
    diff LIVE/v1.Secret.default.two MERGED/v1.Secret.default.two
    --- LIVE/v1.Secret.default.two
    +++ MERGED/v1.Secret.default.two
    @@ -1,10 +0,0 @@
    -apiVersion: v1
    -kind: Secret
    -metadata:
    -  labels:
    -    applyset.kubernetes.io/part-of: "***"
    -  name: two
    -  namespace: default
    -  uid: "***"
    -data:
    -  password: "***"
    "#);
    assert_eq!(run.exit, Exit::Drift);
    for line in [
        "note: keep configmap/kept (namespace default): marked `ksail.io/prune: disabled`",
        "note: 2 objects: 0 new, 0 changed, 1 unchanged, 1 pruned, 0 failed",
    ] {
        assert!(run.events.contains(line), "{line}: {}", run.events);
    }
    let calls = world.server.calls();
    let changes = calls
        .iter()
        .filter(|call| !call.starts_with("GET") && !call.contains("dryRun=All"));
    assert_eq!(changes.count(), 0, "{calls:?}");

    let run = world
        .run("diff", &["--prune", "--applyset=shop", "-o", "json"], b"")
        .await;
    let rows: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(rows["summary"]["pruned"], 1);
    let changes: Vec<&Value> = rows["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["change"])
        .collect();
    assert_eq!(changes, ["unchanged", "pruned", "kept"]);
    assert!(!run.stdout.contains("aHVudGVyMg"), "{}", run.stdout);

    let run = world
        .run("diff", &["--prune", "--applyset=shop"], b"")
        .await;
    assert_eq!(run.exit, Exit::Done);
    let run = world.run("diff", &["--prune"], b"").await;
    assert!(
        run.error()
            .starts_with("`--prune` needs to know which objects belong together"),
        "{}",
        run.error()
    );
}

#[tokio::test]
async fn a_server_that_is_gone_is_waited_for_once_for_all() {
    let many: String = (0..6).map(|i| config_map(&format!("c{i}"))).collect();
    let world = applied(&many).await;
    let world = World {
        server: world.server.fault(
            "dryRun=All",
            5,
            Effect::Refuse(503, "ServiceUnavailable", "away"),
        ),
        ..world
    };
    let run = world.run("diff", &[], b"").await;
    assert_eq!(run.error(), "", "{}", run.events);
    for line in [
        "nothing more is sent until the API server answers",
        "the API server answers again",
    ] {
        assert!(run.events.contains(line), "{line}: {}", run.events);
    }
}
