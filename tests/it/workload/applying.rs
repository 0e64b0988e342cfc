//! What is sent, in which order, and what is said about it.

use super::*;

#[tokio::test]
async fn everything_is_created_then_unchanged_then_configured() {
    let world = World::new(ApiServer::start())
        .file(
            "k8s/b.yaml",
            &format!("{}{}", config_map("one"), deployment("web")),
        )
        .file(
            "k8s/a.yaml",
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: apps}\n",
        );
    let run = world.apply(&[]).await;
    assert_eq!(run.error(), "");
    assert_eq!(run.exit, Exit::Done);
    assert_eq!(
        run.stdout,
        "namespace/apps created\nconfigmap/one created\ndeployment.apps/web created\n"
    );
    let summary = "note: 3 objects: 3 created, 0 configured, 0 unchanged, 0 failed
";
    assert!(run.events.ends_with(summary), "{}", run.events);

    let again = world.apply(&[]).await;
    assert_eq!(
        again.stdout,
        "namespace/apps unchanged\nconfigmap/one unchanged\ndeployment.apps/web unchanged\n"
    );

    let world = world.file("k8s/b.yaml", &config_map("one").replace("value", "other"));
    assert_eq!(
        world.apply(&[]).await.stdout,
        "namespace/apps unchanged\nconfigmap/one configured\n"
    );
}

#[tokio::test]
async fn one_patch_for_an_object_and_two_requests_for_discovery() {
    let maps: String = (0..50).map(|i| config_map(&format!("map{i}"))).collect();
    let world = World::new(ApiServer::start()).file("k8s/maps.yaml", &maps);
    assert_eq!(world.apply(&["--parallelism", "4"]).await.exit, Exit::Done);
    let server = &world.server;
    assert_eq!(
        server.count("PATCH /api/v1/namespaces/default/configmaps/"),
        50
    );
    assert_eq!(server.count("GET /api"), 3);
    assert_eq!(
        server.count("GET /api/v1/namespaces/default/configmaps?limit=1"),
        1
    );
    assert_eq!(server.calls().len(), 53);
    assert!(server.peak() <= 4, "{}", server.peak());
}

#[tokio::test]
async fn patches_are_server_side_and_strict() {
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", &config_map("a"));
    world.apply(&["--force-conflicts", "-n", "default"]).await;
    assert_eq!(
        world.server.calls().last().unwrap(),
        "PATCH /api/v1/namespaces/default/configmaps/a?fieldManager=ksail&fieldValidation=Strict&force=true"
    );
}

#[tokio::test]
async fn old_servers_are_asked_group_by_group() {
    let world = World::new(ApiServer::start().old()).file("k8s/a.yaml", &deployment("web"));
    assert_eq!(
        world.apply(&[]).await.stdout,
        "deployment.apps/web created\n"
    );
    let discovery = "GET /apis/apps/v1".to_owned();
    assert!(world.server.calls().contains(&discovery));
}

#[tokio::test]
async fn custom_resources_follow_their_definition() {
    let world = World::new(ApiServer::start().slow_controllers(Duration::from_millis(150)))
        .file("k8s/a.yaml", &format!("{}{}", thing("first"), definition()));
    let run = world.apply(&[]).await;
    assert_eq!(run.error(), "");
    assert_eq!(
        run.stdout,
        "customresourcedefinition.apiextensions.k8s.io/things.x.io created\nthing.x.io/first created\n"
    );
    assert_eq!(
        world
            .server
            .count("GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions?watch"),
        1
    );
    assert_eq!(world.server.count("PATCH /apis/x.io"), 1);
}

#[tokio::test]
async fn a_refused_object_does_not_stop_the_others() {
    let server = ApiServer::start().fault(
        "PATCH /api/v1/namespaces/default/configmaps/b",
        9,
        Effect::Refuse(422, "Invalid", "data: Invalid value"),
    );
    let maps = format!("{}{}{}", config_map("a"), config_map("b"), config_map("c"));
    let world = World::new(server).file("k8s/maps.yaml", &maps);
    let run = world.apply(&[]).await;
    assert_eq!(run.exit, Exit::Failed);
    assert_eq!(
        run.stdout,
        "configmap/a created\nconfigmap/b failed\nconfigmap/c created\n"
    );
    assert_eq!(run.error(), "1 of 3 objects could not be applied");
    assert!(
        run.events
            .contains("error: configmap/b (k8s/maps.yaml:9): data: Invalid value\n"),
        "{}",
        run.events
    );
    assert_eq!(world.server.count("configmaps/b"), 1);
}

#[tokio::test]
async fn conflicts_name_the_other_manager() {
    let status = r#"{"kind":"Status","code":409,"reason":"Conflict","message":"Apply failed with 1 conflict",
        "details":{"causes":[{"reason":"FieldManagerConflict","message":"conflict with \"helm\" using v1","field":".data.key"}]}}"#;
    let server = ApiServer::start().fault("PATCH", 9, Effect::Answer(409, &[], status.to_owned()));
    let world = World::new(server).file("k8s/a.yaml", &config_map("a"));
    let run = world.apply(&[]).await;
    assert!(
        run.events
            .contains("conflict: `.data.key` is managed by `helm`"),
        "{}",
        run.events
    );
    assert_eq!(world.server.count("PATCH"), 1);
}

#[tokio::test]
async fn dry_runs_send_nothing_or_store_nothing() {
    let world = World::new(ApiServer::start()).file(
        "k8s/a.yaml",
        &format!(
            "apiVersion: v1\nkind: Namespace\nmetadata: {{name: apps}}\n{}  namespace: apps\n{}{}",
            config_map("a").replace("\ndata:\n  key: value", ""),
            definition(),
            thing("first"),
        ),
    );
    let run = world.apply(&["--dry-run=client"]).await;
    assert!(
        run.stdout
            .starts_with("namespace/apps would be applied (client dry run)\n"),
        "{}",
        run.stdout
    );
    assert!(world.server.calls().is_empty());

    let run = world.apply(&["--dry-run=server"]).await;
    assert_eq!(run.error(), "");
    assert_eq!(
        run.stdout,
        "namespace/apps created (server dry run)\n\
         customresourcedefinition.apiextensions.k8s.io/things.x.io created (server dry run)\n\
         configmap/a created (server dry run)\nthing.x.io/first created (server dry run)\n"
    );
    assert!(
        world
            .server
            .calls()
            .iter()
            .filter(|call| call.starts_with("PATCH"))
            .all(|call| call.contains("dryRun=All"))
    );
    assert!(world.server.object("/api/v1/namespaces/apps").is_none());
}

#[tokio::test]
async fn results_come_as_names_or_json() {
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", &config_map("a"));
    assert_eq!(world.apply(&["-o", "name"]).await.stdout, "configmap/a\n");
    let json: serde_json::Value =
        serde_json::from_str(&world.apply(&["-o", "json"]).await.stdout).unwrap();
    assert_eq!(json["objects"][0]["result"], "unchanged");
    assert_eq!(json["objects"][0]["origin"], "k8s/a.yaml:2");
    assert_eq!(json["summary"]["unchanged"], 1);
}

#[tokio::test]
async fn no_context_is_ever_guessed() {
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", &config_map("a"));
    let run = world.apply(&["--context", "kind-other"]).await;
    assert_eq!(run.exit, Exit::Usage);
    assert_eq!(
        run.error(),
        "no context `kind-other` in the kubeconfig; it has `fake`"
    );
    assert!(world.server.calls().is_empty());
}
