//! Until when a run waits, and what it says meanwhile.

use super::*;

#[tokio::test]
async fn workloads_are_watched_until_ready() {
    let server = ApiServer::start().slow_controllers(Duration::from_millis(200));
    let world = World::new(server).file("k8s/a.yaml", &deployment("web"));
    let run = world.apply(&[]).await;
    assert_eq!(run.exit, Exit::Done);
    assert!(
        run.events.contains(
            "wait until ready: deployment.apps/web: its controller has not looked at it yet"
        ),
        "{}",
        run.events
    );
    let calls = world.server.calls();
    let waits: Vec<&String> = calls
        .iter()
        .filter(|call| call.contains("watch=true"))
        .collect();
    assert_eq!(waits.len(), 1);
    assert!(waits[0].contains("fieldSelector=metadata.name%3Dweb"));
}

#[tokio::test]
async fn ready_objects_cost_no_request() {
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", &deployment("web"));
    world.apply(&[]).await;
    world.server.forget();
    let run = world.apply(&[]).await;
    assert_eq!(run.stdout, "deployment.apps/web unchanged\n");
    assert_eq!(world.server.calls().len(), 4);
}

#[tokio::test]
async fn many_objects_of_a_kind_share_one_watch() {
    let server = ApiServer::start().slow_controllers(Duration::from_millis(300));
    let many: String = (0..20).map(|i| deployment(&format!("web{i}"))).collect();
    let world = World::new(server).file("k8s/a.yaml", &many);
    assert_eq!(world.apply(&[]).await.exit, Exit::Done);
    assert_eq!(world.server.count("watch=true"), 1);
}

#[tokio::test]
async fn a_time_out_says_why_for_every_object() {
    let world = World::new(ApiServer::start().no_controllers()).file(
        "k8s/a.yaml",
        &format!(
            "{}{}{}",
            config_map("a"),
            deployment("web"),
            deployment("api")
        ),
    );
    let cli = ["--timeout", "1s"];
    let (run, ()) = tokio::join!(world.apply(&cli), async {
        let path = "/apis/apps/v1/namespaces/default/deployments/web";
        while world.server.object(path).is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        world.server.update(path, |object| {
            object["status"] = serde_json::json!({
                "observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 1
            });
        });
    });
    assert_eq!(run.exit, Exit::TimedOut);
    assert_eq!(
        run.error(),
        "timed out after 1.0s: 2 of 3 objects not ready"
    );
    for line in [
        "deployment.apps/web (k8s/a.yaml:9): not ready after 1.0s: 1 of 2 replicas available",
        "deployment.apps/api (k8s/a.yaml:19): not ready after 1.0s: its controller has not looked at it yet",
    ] {
        assert!(run.events.contains(line), "{}", run.events);
    }
}

#[tokio::test]
async fn waiting_can_be_turned_off() {
    let world =
        World::new(ApiServer::start().no_controllers()).file("k8s/a.yaml", &deployment("web"));
    let run = world.apply(&["--wait=false"]).await;
    assert_eq!(run.exit, Exit::Done);
    assert_eq!(world.server.count("watch=true"), 0);
}

#[tokio::test]
async fn a_lost_watch_is_taken_up_again() {
    let server = ApiServer::start()
        .slow_controllers(Duration::from_millis(600))
        .fault("watch=true", 1, Effect::Reset)
        .fault(
            "watch=true",
            1,
            Effect::Refuse(410, "Expired", "too old resource version"),
        )
        .fault("watch=true", 1, Effect::Answer(200, &[], String::new()));
    let world = World::new(server).file("k8s/a.yaml", &deployment("web"));
    let run = world.apply(&["--timeout", "20s"]).await;
    assert_eq!(run.error(), "");
    assert_eq!(world.server.count("watch=true"), 4);
}

#[tokio::test]
async fn what_fails_for_good_is_not_waited_for() {
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: once}\nspec: {}\n";
    let world = World::new(ApiServer::start().no_controllers()).file("k8s/a.yaml", job);
    let (run, ()) = tokio::join!(world.apply(&[]), async {
        let path = "/apis/batch/v1/namespaces/default/jobs/once";
        while world.server.object(path).is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        world.server.update(path, |object| {
            object["status"]["conditions"] =
                serde_json::json!([{ "type": "Failed", "status": "True", "reason": "BackoffLimitExceeded" }]);
        });
    });
    assert_eq!(run.exit, Exit::Failed);
    assert_eq!(run.error(), "1 of 1 object will not become ready");
    assert!(
        run.events
            .contains("job.batch/once (k8s/a.yaml:1): BackoffLimitExceeded"),
        "{}",
        run.events
    );
}

#[tokio::test]
async fn claims_of_lazy_classes_hold_nobody_up() {
    let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {storageClassName: standard}\n";
    let world = World::new(ApiServer::start().slow_controllers(Duration::from_millis(50)))
        .file("k8s/a.yaml", claim);
    assert_eq!(world.apply(&["--timeout", "10s"]).await.exit, Exit::Done);
}
