//! What happens when the server has a bad day.

use super::*;
use std::time::Instant;

async fn apply_with(fault: Effect, times: usize) -> (World, Run) {
    let server = ApiServer::start().fault("PATCH", times, fault);
    let world = World::new(server).file("k8s/a.yaml", &config_map("a"));
    let run = world.apply(&["--timeout", "20s"]).await;
    (world, run)
}

#[tokio::test]
async fn passing_failures_are_tried_again() {
    let webhook = "Internal error occurred: failed calling webhook \"a.b.c\": connection refused";
    for fault in [
        Effect::Refuse(429, "TooManyRequests", "slow down"),
        Effect::Refuse(409, "Conflict", "the object has been modified"),
        Effect::Refuse(500, "InternalError", "etcdserver: leader changed"),
        Effect::Refuse(500, "InternalError", webhook),
        Effect::Refuse(503, "ServiceUnavailable", "not yet"),
        Effect::Answer(502, &[], "bad gateway".into()),
        Effect::Reset,
        Effect::Delay(Duration::from_millis(300)),
    ] {
        let (world, run) = apply_with(fault.clone(), 2).await;
        assert_eq!(run.error(), "");
        assert_eq!(run.stdout, "configmap/a created\n");
        let tries = if matches!(fault, Effect::Delay(_)) {
            1
        } else {
            3
        };
        assert_eq!(world.server.count("PATCH"), tries);
    }
}

#[tokio::test]
async fn the_server_says_when_to_come_back() {
    let started = Instant::now();
    let (world, run) = apply_with(
        Effect::Answer(429, &[("retry-after", "1")], String::new()),
        1,
    )
    .await;
    assert_eq!(run.exit, Exit::Done);
    assert_eq!(world.server.count("PATCH"), 2);
    assert!(started.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_lasting_failure_ends_with_its_reason() {
    let (world, run) = apply_with(Effect::Refuse(500, "InternalError", "disk full"), 99).await;
    assert_eq!(run.exit, Exit::Failed);
    assert!(
        run.events.contains("disk full (gave up after 5 attempts)"),
        "{}",
        run.events
    );
    assert_eq!(world.server.count("PATCH"), 5);
}

#[tokio::test]
async fn the_deadline_ends_everything() {
    let server = ApiServer::start().fault(
        "PATCH",
        999,
        Effect::Refuse(429, "TooManyRequests", "slow down"),
    );
    let world = World::new(server).file("k8s/a.yaml", &config_map("a"));
    let started = Instant::now();
    let run = world.apply(&["--timeout", "1s"]).await;
    assert_eq!(run.exit, Exit::Failed);
    assert!(
        run.events.contains("configmap/a (k8s/a.yaml:2): slow down"),
        "{}",
        run.events
    );
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_webhook_may_need_what_comes_later() {
    let webhook = "failed calling webhook \"a.b.c\": no endpoints available";
    let server = ApiServer::start().fault(
        "PATCH /api/v1/namespaces/default/configmaps/a",
        4,
        Effect::Refuse(500, "InternalError", webhook),
    );
    let world = World::new(server).file(
        "k8s/a.yaml",
        &format!("{}{}", config_map("a"), deployment("web")),
    );
    let run = world.apply(&[]).await;
    assert_eq!(run.error(), "");
    assert_eq!(
        run.stdout,
        "configmap/a created\ndeployment.apps/web created\n"
    );
    let calls = world.server.calls();
    let last = |text: &str| {
        calls
            .iter()
            .rposition(|call| call.starts_with("PATCH") && call.contains(text))
            .unwrap()
    };
    assert!(last("configmaps/a") > last("deployments/web"));
    assert!(
        run.events
            .contains("apply configuration: configmap/a: failed calling webhook"),
        "{}",
        run.events
    );
}

#[tokio::test]
async fn kinds_may_appear_late_but_typing_errors_fail_at_once() {
    let world = World::new(ApiServer::start())
        .file("k8s/a.yaml", &thing("first"))
        .file("crd/a.yaml", definition());
    let (run, _) = tokio::join!(world.apply(&["--timeout", "20s"]), async {
        while world.server.count("GET /apis") < 3 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        world.apply(&["-f", "crd"]).await
    });
    assert_eq!(run.error(), "");
    assert_eq!(run.stdout, "thing.x.io/first created\n");

    let world = World::new(ApiServer::start()).file(
        "k8s/a.yaml",
        &deployment("web").replace("Deployment", "Deploymnt"),
    );
    let run = world.apply(&[]).await;
    assert!(
        run.events
            .contains("no matches for kind `Deploymnt` in version `apps/v1`"),
        "{}",
        run.events
    );
    assert_eq!(run.exit, Exit::Failed);
}

#[tokio::test]
async fn a_server_that_is_not_there_yet_is_waited_for() {
    let server = ApiServer::start().fault("GET /api", 4, Effect::Reset);
    let world = World::new(server).file("k8s/a.yaml", &config_map("a"));
    let run = world.apply(&[]).await;
    assert_eq!(run.exit, Exit::Done);
    assert!(
        run.events
            .contains("connect: no answer from the API server"),
        "{}",
        run.events
    );
}

#[tokio::test]
async fn an_interrupted_run_stops_at_once() {
    let server = ApiServer::start().fault("PATCH", 9, Effect::Delay(Duration::from_secs(20)));
    let world = World::new(server).file("k8s/a.yaml", &config_map("a"));
    let cancel = CancellationToken::new();
    let started = Instant::now();
    let (run, ()) = tokio::join!(world.run_until("apply", &[], b"", cancel.clone()), async {
        while world.server.count("PATCH") == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        cancel.cancel();
    });
    assert_eq!(run.exit, Exit::Interrupted);
    assert!(started.elapsed() < Duration::from_secs(5));
}
