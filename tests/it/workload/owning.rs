//! Field managers, fields that cannot be changed, and objects without a name.

use super::*;

const JOB: &str = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: once\n  annotations: {x: y}\nspec:\n  template: {spec: {containers: [{name: a, image: one}]}}\n";

#[tokio::test]
async fn the_field_manager_is_the_users_choice() {
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", &config_map("a"));
    world.apply(&["--field-manager", "team a"]).await;
    assert_eq!(world.server.count("fieldManager=team%20a&"), 1);
}

#[tokio::test]
async fn conflicts_with_kubectl_say_how_to_go_on() {
    let status = r#"{"kind":"Status","code":409,"reason":"Conflict","message":"Apply failed with 1 conflict",
        "details":{"causes":[{"reason":"FieldManagerConflict","message":"conflict with \"kubectl-client-side-apply\" using v1","field":".data.key"}]}}"#;
    let server = ApiServer::start().fault("PATCH", 9, Effect::Answer(409, &[], status.to_owned()));
    let world = World::new(server).file("k8s/a.yaml", &config_map("a"));
    let run = world.apply(&[]).await;
    let text = "conflict: `.data.key` is managed by `kubectl-client-side-apply`; `kubectl apply` without `--server-side` set them; \
                `--force-conflicts` takes them over";
    assert!(run.events.contains(text), "{}", run.events);
}

#[tokio::test]
async fn fields_shared_with_kubectl_are_not_passed_over() {
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", &config_map("a"));
    world.apply(&[]).await;
    world.server.update("/api/v1/namespaces/default/configmaps/a", |object| {
        object["metadata"]["managedFields"] = serde_json::json!([
            { "manager": "kubectl-client-side-apply", "operation": "Update", "time": "2026-01-01T00:00:00Z" }
        ]);
    });
    let run = world.apply(&[]).await;
    let text = "warning: `kubectl apply` without `--server-side` still owns fields of 1 object: ";
    assert!(run.events.contains(text), "{}", run.events);
    assert_eq!(run.stdout, "configmap/a unchanged\n");
}

#[tokio::test]
async fn jobs_cannot_be_changed_unless_they_are_replaced() {
    let server = ApiServer::start().slow_deletion(Duration::from_millis(300));
    let world = World::new(server).file("k8s/a.yaml", JOB);
    assert_eq!(world.apply(&[]).await.stdout, "job.batch/once created\n");

    let world = world.file("k8s/a.yaml", &JOB.replace("one", "two"));
    let run = world.apply(&[]).await;
    assert_eq!(run.stdout, "job.batch/once failed\n");
    let text = "job.batch/once (k8s/a.yaml:1): `spec.template` cannot be changed once the object exists; `--replace` deletes the object and creates it anew";
    assert!(run.events.contains(text), "{}", run.events);

    world.server.forget();
    let run = world.apply(&["--dry-run=server", "--replace"]).await;
    assert_eq!(run.stdout, "job.batch/once replaced (server dry run)\n");
    assert_eq!(world.server.count("DELETE"), 0);

    let run = world.apply(&["--replace", "--timeout", "20s"]).await;
    assert_eq!(run.error(), "");
    assert_eq!(run.stdout, "job.batch/once replaced\n");
    assert_eq!(world.server.count("DELETE"), 1);
    let job = world
        .server
        .object("/apis/batch/v1/namespaces/default/jobs/once")
        .unwrap();
    assert_eq!(
        job["spec"]["template"]["spec"]["containers"][0]["image"],
        "two"
    );
    assert_eq!(
        world.apply(&["--replace"]).await.stdout,
        "job.batch/once unchanged\n"
    );

    let world = world.file(
        "k8s/a.yaml",
        &JOB.replace("one", "three")
            .replace("x: y", "kustomize.toolkit.fluxcd.io/force: enabled"),
    );
    assert_eq!(
        world.apply(&["--timeout", "20s"]).await.stdout,
        "job.batch/once replaced\n"
    );
}

#[tokio::test]
async fn objects_without_a_name_are_created_on_request_only() {
    let job = JOB.replace("name: once", "generateName: once-");
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", &format!("{job}---\n{job}"));
    let run = world.apply(&[]).await;
    assert_eq!(run.exit, Exit::Usage);
    assert_eq!(
        run.error(),
        "k8s/a.yaml:1: Job has `metadata.generateName` and no `metadata.name`, by which it could be found again; \
         `--create-generated` creates a new one at every run"
    );
    assert!(world.server.calls().is_empty());

    let run = world.apply(&["--create-generated"]).await;
    assert_eq!(run.error(), "");
    assert_eq!(
        run.stdout,
        "job.batch/once-* created\njob.batch/once-* created\n"
    );
    assert_eq!(
        world
            .server
            .count("POST /apis/batch/v1/namespaces/default/jobs?fieldManager=ksail"),
        2
    );
}

#[tokio::test]
async fn creating_is_not_tried_twice_when_no_answer_came() {
    let job = JOB.replace("name: once", "generateName: once-");
    let server = ApiServer::start().fault("POST", 1, Effect::Reset);
    let world = World::new(server).file("k8s/a.yaml", &job);
    let run = world
        .apply(&["--create-generated", "--timeout", "20s"])
        .await;
    assert_eq!(run.stdout, "job.batch/once-* failed\n");
    assert!(
        run.events.contains("; it may have been created"),
        "{}",
        run.events
    );
    assert_eq!(world.server.count("POST"), 1);
}

#[tokio::test]
async fn objects_of_large_collections_are_not_sent_if_they_are_as_they_should_be() {
    let maps = |value: &str| -> String {
        (0..25)
            .map(|i| config_map(&format!("map{i}")).replace("value", value))
            .collect()
    };
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", &maps("value"));
    assert_eq!(world.apply(&[]).await.error(), "");
    for i in 0..25 {
        let path = format!("/api/v1/namespaces/default/configmaps/map{i}");
        world.server.update(&path, |object| {
            object["metadata"]["managedFields"] = serde_json::json!([{
                "manager": "ksail", "operation": "Apply", "apiVersion": "v1", "time": "2026-01-01T00:00:00Z",
                "fieldsType": "FieldsV1", "fieldsV1": { "f:data": { "f:key": {} } }
            }]);
        });
    }
    world.server.forget();
    let run = world.apply(&[]).await;
    assert_eq!(
        run.stdout.matches(" unchanged\n").count(),
        25,
        "{}",
        run.events
    );
    assert_eq!(world.server.count("PATCH"), 0);
    // Two of discovery, the list, and that of webhooks.
    assert_eq!(world.server.calls().len(), 4, "{:?}", world.server.calls());

    // Another manager owns nothing of them yet, and a dry run is the server's answer.
    for (arguments, sent) in [
        (&["--field-manager=other"][..], 25),
        (&["--dry-run=server"], 25),
    ] {
        world.server.forget();
        world.apply(arguments).await;
        assert_eq!(world.server.count("PATCH"), sent, "{arguments:?}");
    }
}

#[tokio::test]
async fn objects_that_a_webhook_may_change_are_sent() {
    let maps: String = (0..25).map(|i| config_map(&format!("map{i}"))).collect();
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", &maps);
    assert_eq!(world.apply(&[]).await.error(), "");
    let owned = serde_json::json!([{
        "manager": "ksail", "operation": "Apply", "apiVersion": "v1", "time": "2026-01-01T00:00:00Z",
        "fieldsType": "FieldsV1", "fieldsV1": { "f:data": { "f:key": {} } }
    }]);
    for i in 0..25 {
        let path = format!("/api/v1/namespaces/default/configmaps/map{i}");
        world.server.update(&path, |object| {
            object["metadata"]["managedFields"] = owned.clone();
        });
    }
    for (resources, sent) in [("pods", 0), ("configmaps", 25)] {
        let path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/w";
        world.server.store(path, serde_json::json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
            "metadata": { "name": "w" }, "webhooks": [{ "rules": [{ "apiGroups": [""], "resources": [resources] }] }]
        }));
        world.server.forget();
        assert_eq!(world.apply(&[]).await.error(), "");
        assert_eq!(world.server.count("PATCH"), sent, "{resources}");
    }
}
