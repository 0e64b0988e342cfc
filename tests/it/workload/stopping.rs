//! Ctrl-C: what was done, what was not, what is not known; and the next run completes it.

use super::*;

#[tokio::test]
async fn a_stopped_run_says_what_became_of_every_object() {
    let slow = Effect::Delay(Duration::from_secs(20));
    let server = ApiServer::start().fault("configmaps/slow", 1, slow);
    let maps: String = ["a", "b", "slow", "c", "d"].map(config_map).concat();
    let world = World::new(server).file("k8s/a.yaml", &format!("{maps}{}", deployment("web")));
    let cancel = CancellationToken::new();
    let arguments = ["--parallelism", "1", "--kube-api-qps", "0"];
    let (run, ()) = tokio::join!(
        world.run_until("apply", &arguments, b"", cancel.clone()),
        async {
            while world.server.count("configmaps/slow") == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            cancel.cancel();
        }
    );
    assert_eq!(run.exit, Exit::Interrupted);
    assert_eq!(
        run.stdout,
        "configmap/a created\nconfigmap/b created\nconfigmap/slow unknown\n\
         configmap/c not applied\nconfigmap/d not applied\ndeployment.apps/web not applied\n"
    );
    let summary = "note: 6 objects: 2 created, 0 configured, 0 unchanged, 0 failed, 3 not applied, 1 unknown\n";
    assert!(run.events.ends_with(summary), "{}", run.events);
    assert_eq!(world.server.count("PATCH"), 3);

    let again = world.apply(&[]).await;
    assert_eq!(again.error(), "");
    let unchanged = again.stdout.matches(" unchanged\n").count();
    assert!((2..=3).contains(&unchanged), "{}", again.stdout);
}

#[tokio::test]
async fn requests_on_their_way_may_end() {
    let server =
        ApiServer::start().fault("configmaps/", 1, Effect::Delay(Duration::from_millis(200)));
    let world = World::new(server).file("k8s/a.yaml", &config_map("a"));
    let cancel = CancellationToken::new();
    let (run, ()) = tokio::join!(world.run_until("apply", &[], b"", cancel.clone()), async {
        while world.server.count("PATCH") == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        cancel.cancel();
    });
    assert_eq!(run.exit, Exit::Interrupted);
    assert_eq!(run.stdout, "configmap/a created\n");
}

#[tokio::test]
async fn a_run_that_never_reached_the_server_applied_nothing() {
    let server = ApiServer::start().fault("GET /api", 99, Effect::Delay(Duration::from_secs(20)));
    let world = World::new(server).file("k8s/a.yaml", &config_map("a"));
    let cancel = CancellationToken::new();
    let (run, ()) = tokio::join!(
        world.run_until("apply", &["-o", "json"], b"", cancel.clone()),
        async {
            while world.server.count("GET /api") == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            cancel.cancel();
        }
    );
    assert_eq!(run.exit, Exit::Interrupted);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(json["objects"][0]["result"], "not applied");
    assert_eq!(json["summary"]["not_applied"], 1);
}

#[tokio::test]
async fn waiting_can_be_stopped() {
    let world =
        World::new(ApiServer::start().no_controllers()).file("k8s/a.yaml", &deployment("web"));
    let cancel = CancellationToken::new();
    let (run, ()) = tokio::join!(world.run_until("apply", &[], b"", cancel.clone()), async {
        while world.server.count("watch=true") == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        cancel.cancel();
    });
    assert_eq!(run.exit, Exit::Interrupted);
    assert_eq!(run.stdout, "deployment.apps/web created\n");
    assert!(
        run.events
            .contains("note: 1 object applied; whether they become ready was not waited for"),
        "{}",
        run.events
    );
}
