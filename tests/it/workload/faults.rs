//! Servers, webhooks and namespaces that do not do what they should: each run ends well after a while, or says for every
//! object why not; and the next run gets there.

use super::*;

fn maps(count: usize) -> String {
    (0..count).map(|i| config_map(&format!("map{i}"))).collect()
}

fn namespace(name: &str) -> String {
    format!("---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n")
}

#[tokio::test]
async fn a_storm_of_429_passes_and_fewer_requests_go_out() {
    let busy = Effect::Refuse(429, "TooManyRequests", "slow down");
    let server = ApiServer::start().fault("PATCH", 30, busy);
    let world = World::new(server).file("k8s/a.yaml", &maps(60));
    let run = world.apply(&["--timeout", "25s"]).await;
    assert_eq!(run.error(), "");
    assert_eq!(run.stdout.matches(" created\n").count(), 60);
    assert_eq!(world.server.count("PATCH"), 90);
    assert!(world.server.peak() <= 8, "{}", world.server.peak());
}

#[tokio::test]
async fn the_time_to_come_back_may_be_a_date() {
    let headers = &[
        ("date", "Sun, 06 Nov 1994 08:49:30 GMT"),
        ("retry-after", "Sun, 06 Nov 1994 08:59:30 GMT"),
    ];
    let server = ApiServer::start().fault("PATCH", 1, Effect::Answer(429, headers, String::new()));
    let world = World::new(server).file("k8s/a.yaml", &config_map("a"));
    let run = world.apply(&["--timeout", "20s"]).await;
    assert_eq!(
        world.server.count("PATCH"),
        1,
        "ten minutes are beyond the deadline"
    );
    assert!(
        run.events
            .contains("configmap/a (k8s/a.yaml:2): the API server answered 429"),
        "{}",
        run.events
    );
}

#[tokio::test]
async fn half_answers_are_asked_for_again() {
    for fault in [
        Effect::Half,
        Effect::Answer(200, &[], "{\"metadata\"".into()),
        Effect::Answer(504, &[], String::new()),
    ] {
        let server = ApiServer::start().fault("PATCH", 2, fault);
        let world = World::new(server).file("k8s/a.yaml", &config_map("a"));
        let run = world.apply(&["--timeout", "20s"]).await;
        assert_eq!(run.error(), "");
        assert_eq!(world.server.count("PATCH"), 3);
    }
}

#[tokio::test]
async fn a_server_that_goes_away_is_left_alone_until_it_is_back() {
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", &maps(300));
    let server = &world.server;
    let (run, ()) = tokio::join!(world.apply(&["--timeout", "25s"]), async {
        while server.count("PATCH") < 20 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.hush();
        tokio::time::sleep(Duration::from_millis(800)).await;
        server.resume();
    });
    assert_eq!(run.error(), "");
    assert!(
        run.events
            .contains("nothing more is sent until the API server answers"),
        "{}",
        run.events
    );
    assert!(
        run.events
            .contains("note: the API server answers again after "),
        "{}",
        run.events
    );
    assert!(server.count("PATCH") < 350, "{}", server.count("PATCH"));
    assert!(server.count("GET /readyz") >= 1);
    let again = world.apply(&[]).await;
    assert_eq!(again.stdout.matches(" unchanged\n").count(), 300);
}

#[tokio::test]
async fn a_server_whose_every_answer_is_500_is_not_hammered() {
    let broken = Effect::Refuse(500, "InternalError", "etcdserver: no leader");
    let server = ApiServer::start().fault("PATCH", 12, broken).fault(
        "GET /readyz",
        2,
        Effect::Refuse(500, "InternalError", "etcd failed"),
    );
    let world = World::new(server).file("k8s/a.yaml", &maps(200));
    let run = world.apply(&["--timeout", "25s"]).await;
    assert_eq!(run.error(), "");
    assert_eq!(world.server.count("PATCH"), 212);
    assert!(world.server.count("GET /readyz") >= 3);
}

#[tokio::test]
async fn a_server_that_is_just_back_may_not_know_its_permissions_yet() {
    let away = Effect::Refuse(503, "ServiceUnavailable", "starting");
    let server = ApiServer::start().fault("PATCH", 5, away).fault(
        "PATCH",
        2,
        Effect::Refuse(403, "Forbidden", "User cannot patch resource"),
    );
    let world = World::new(server).file("k8s/a.yaml", &maps(20));
    let run = world
        .apply(&["--timeout", "25s", "--parallelism", "1"])
        .await;
    assert_eq!(run.error(), "");
    assert_eq!(world.server.count("PATCH"), 27);
}

#[tokio::test]
async fn a_slow_answer_holds_up_its_object_only() {
    let server = ApiServer::start().fault(
        "configmaps/slow",
        1,
        Effect::Dribble(Duration::from_millis(100)),
    );
    let world = World::new(server).file(
        "k8s/a.yaml",
        &format!("{}{}", config_map("slow"), deployment("web")),
    );
    let run = world.apply(&["--timeout", "6s"]).await;
    assert_eq!(run.exit, Exit::Failed);
    assert_eq!(
        run.stdout,
        "configmap/slow failed\ndeployment.apps/web created\n"
    );
    assert!(
        run.events
            .contains("configmap/slow: the API server is slow to answer"),
        "{}",
        run.events
    );
    assert!(
        run.events.contains("error: configmap/slow (k8s/a.yaml:2): the deadline passed before the API server answered"),
        "{}", run.events
    );
    assert_eq!(
        world.apply(&[]).await.stdout,
        "configmap/slow created\ndeployment.apps/web unchanged\n"
    );
}

#[tokio::test]
async fn a_webhook_that_never_comes_is_named_and_keeps_nobody_else() {
    let webhook =
        "failed calling webhook \"check.x.io\": no endpoints available for service \"hook\"";
    let server = ApiServer::start().fault(
        "configmaps/a",
        999,
        Effect::Refuse(500, "InternalError", webhook),
    );
    let world = World::new(server).file(
        "k8s/a.yaml",
        &format!("{}{}", config_map("a"), deployment("web")),
    );
    let run = world.apply(&["--timeout", "2s"]).await;
    assert_eq!(
        run.stdout,
        "configmap/a failed\ndeployment.apps/web created\n"
    );
    assert!(
        run.events
            .contains("configmap/a (k8s/a.yaml:2): failed calling webhook \"check.x.io\""),
        "{}",
        run.events
    );
    assert!(
        !run.events.contains("nothing more is sent"),
        "the server is well: {}",
        run.events
    );
}

#[tokio::test]
async fn a_namespace_that_does_not_go_away_is_named_and_others_are_served() {
    let path = "/api/v1/namespaces/old";
    let server = ApiServer::start();
    server.store(path, serde_json::json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": { "name": "old", "deletionTimestamp": "2026-01-01T00:00:00Z", "labels": { "kubernetes.io/metadata.name": "old" } },
        "status": { "phase": "Terminating", "conditions": [
            { "type": "NamespaceFinalizersRemaining", "status": "True", "message": "x.io/y in 1 resource instances" }
        ]}
    }));
    let inside = config_map("inside").replace("  name: inside", "  name: inside\n  namespace: old");
    let world = World::new(server).file(
        "k8s/a.yaml",
        &format!("{}{inside}{}", namespace("old"), config_map("outside")),
    );
    let run = world.apply(&["--timeout", "2s"]).await;
    assert_eq!(
        run.stdout,
        "namespace/old failed\nconfigmap/inside failed\nconfigmap/outside created\n"
    );
    for text in [
        "error: namespace/old (k8s/a.yaml:2): it is being deleted: x.io/y in 1 resource instances",
        "error: configmap/inside (k8s/a.yaml:6): forbidden: unable to create new content in namespace old",
    ] {
        assert!(run.events.contains(text), "{}", run.events);
    }

    let (run, ()) = tokio::join!(world.apply(&["--timeout", "20s"]), async {
        world.server.forget();
        while world.server.count("PATCH /api/v1/namespaces/old/") == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        world.server.remove(path);
    });
    assert_eq!(run.error(), "");
    assert_eq!(
        run.stdout,
        "namespace/old created\nconfigmap/inside created\nconfigmap/outside unchanged\n"
    );
}

#[tokio::test]
async fn a_definition_that_is_never_established_stops_its_own_objects_only() {
    let world = World::new(ApiServer::start().no_controllers()).file(
        "k8s/a.yaml",
        &format!("{}{}{}", definition(), thing("first"), config_map("a")),
    );
    let run = world.apply(&["--timeout", "2s", "--wait=false"]).await;
    assert_eq!(
        run.stdout,
        "customresourcedefinition.apiextensions.k8s.io/things.x.io created\nconfigmap/a created\nthing.x.io/first failed\n"
    );
    let text = "thing.x.io/first (k8s/a.yaml:12): not applied: it needs customresourcedefinition.apiextensions.k8s.io/things.x.io: ";
    assert!(run.events.contains(text), "{}", run.events);
    assert_eq!(world.server.count("PATCH /apis/x.io"), 0);
}

#[tokio::test]
async fn a_group_whose_extension_is_down_is_told_from_one_that_is_not_there() {
    let object = "apiVersion: metrics.x.io/v1\nkind: Probe\nmetadata: {name: a}\n";
    let world =
        World::new(ApiServer::start().stale_group("metrics.x.io/v1")).file("k8s/a.yaml", object);
    let run = world.apply(&["--timeout", "2s"]).await;
    let text = "probe.metrics.x.io/a (k8s/a.yaml:1): kind `Probe` in version `metrics.x.io/v1` is not available";
    assert!(run.events.contains(text), "{}", run.events);
}

#[tokio::test]
async fn groups_of_old_servers_may_be_down_for_a_while() {
    let down = Effect::Refuse(503, "ServiceUnavailable", "service unavailable");
    let server = ApiServer::start()
        .old()
        .fault("GET /apis/networking.k8s.io/v1", 2, down);
    let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\n";
    let world = World::new(server).file("k8s/a.yaml", ingress);
    let run = world.apply(&["--timeout", "20s"]).await;
    assert_eq!(run.error(), "");
    let text = "ingress.networking.k8s.io/a: kind `Ingress` in version `networking.k8s.io/v1` is not available";
    assert!(run.events.contains(text), "{}", run.events);
}

#[tokio::test]
async fn credentials_that_ran_out_end_the_run_and_not_every_object() {
    let server = ApiServer::start().fault(
        "PATCH",
        999,
        Effect::Refuse(401, "Unauthorized", "Unauthorized"),
    );
    let world = World::new(server).file("k8s/a.yaml", &maps(100));
    let run = world.apply(&["--timeout", "20s"]).await;
    assert_eq!(run.exit, Exit::Failed);
    assert_eq!(run.error(), "100 of 100 objects could not be applied");
    assert!(
        run.events.contains("Unauthorized")
            && run.events.contains("; the credentials of the context"),
        "{}",
        run.events
    );
    assert!(
        run.stdout.ends_with("configmap/map99 not applied\n"),
        "{}",
        run.stdout
    );
    assert!(
        world.server.count("PATCH") <= 24,
        "{}",
        world.server.count("PATCH")
    );
}

#[tokio::test]
async fn what_will_not_change_is_asked_once() {
    let quota = "configmaps \"a\" is forbidden: exceeded quota: q, requested: count/configmaps=1";
    for refusal in [
        Effect::Refuse(403, "Forbidden", quota),
        Effect::Refuse(403, "Forbidden", "User cannot patch resource"),
        Effect::Refuse(422, "Invalid", "data: Invalid value"),
        Effect::Refuse(413, "RequestEntityTooLarge", "too large"),
    ] {
        let world = World::new(ApiServer::start().fault("PATCH", 9, refusal))
            .file("k8s/a.yaml", &config_map("a"));
        assert_eq!(world.apply(&[]).await.exit, Exit::Failed);
        assert_eq!(world.server.count("PATCH"), 1);
    }
}
