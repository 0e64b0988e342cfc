//! `workload wait`: what is waited for, how it is asked for, and what is said when it does not come.

use serde_json::json;

use super::*;
use crate::support::context::Context;

const WEB: &str = "/apis/apps/v1/namespaces/default/deployments/web";
const POD: &str = "/api/v1/namespaces/default/pods/web";

fn pod(labels: &serde_json::Value, ready: &str) -> serde_json::Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "web", "labels": labels },
        "status": { "phase": "Running", "conditions": [{ "type": "Ready", "status": ready, "reason": "Why" }] }
    })
}

/// A server whose Deployments get ready some time after they were stored.
async fn rolling_out(names: &[&str]) -> World {
    let server = ApiServer::start().slow_controllers(Duration::from_millis(400));
    let text: String = names.iter().map(|name| deployment(name)).collect();
    let world = World::new(server).file("k8s/a.yaml", &format!("{text}{}", config_map("c")));
    let run = world.apply(&["--wait=false"]).await;
    assert_eq!(run.exit, Exit::Done);
    world.server.forget();
    world
}

#[tokio::test]
async fn the_objects_of_the_manifests_are_waited_for() {
    let world = rolling_out(&["web", "api"]).await;
    let run = world.run("wait", &[], b"").await;
    assert_eq!(run.error(), "");
    let mut lines: Vec<&str> = run.stdout.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "configmap/c ready",
            "deployment.apps/api ready",
            "deployment.apps/web ready"
        ]
    );
    assert!(
        run.events.contains("wait until ready: deployment.apps/"),
        "{}",
        run.events
    );
    // Discovery, a list of each collection, and one watch for both Deployments.
    let calls = world.server.calls();
    assert_eq!(calls.len(), 5, "{calls:#?}");
    assert_eq!(world.server.count("watch=true"), 1);
}

#[tokio::test]
async fn an_object_that_is_not_there_yet_may_come() {
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", &deployment("web"));
    let (wait, apply) = tokio::join!(world.run("wait", &["k8s"], b""), async {
        while world.server.count("watch=true") == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        world.apply(&["--wait=false"]).await
    });
    assert_eq!((wait.exit, apply.exit), (Exit::Done, Exit::Done));
    assert!(
        wait.events
            .contains("deployment.apps/web: it does not exist yet"),
        "{}",
        wait.events
    );
}

#[tokio::test]
async fn a_kind_that_the_same_manifests_define_may_come() {
    let manifests = format!("{}{}", definition(), thing("x"));
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", &manifests);
    let (wait, apply) = tokio::join!(world.run("wait", &[], b""), async {
        while world.server.count("/things") == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        world.apply(&["--wait=false"]).await
    });
    assert_eq!((wait.exit, apply.exit), (Exit::Done, Exit::Done));
    let unknown = World::new(ApiServer::start()).file("k8s/a.yaml", &thing("x"));
    let run = unknown.run("wait", &[], b"").await;
    assert_eq!(run.exit, Exit::Failed);
    assert_eq!(
        run.error(),
        "no matches for kind `Thing` in version `x.io/v1`"
    );
}

#[tokio::test]
async fn a_time_out_names_objects_reasons_and_pods() {
    let world =
        World::new(ApiServer::start().no_controllers()).file("k8s/a.yaml", &deployment("web"));
    world.apply(&["--wait=false"]).await;
    world.server.update(WEB, |object| {
        object["status"] = json!({ "observedGeneration": 1, "replicas": 2, "updatedReplicas": 2 });
    });
    let mut broken = pod(&json!({ "app": "web" }), "False");
    broken["status"] = json!({ "phase": "Pending", "containerStatuses": [
        { "name": "web", "ready": false, "state": { "waiting": { "reason": "ImagePullBackOff", "message": "no such image" } } }
    ]});
    world.server.store(POD, broken);
    let run = world.run("wait", &["--timeout=1s"], b"").await;
    assert_eq!(run.exit, Exit::TimedOut);
    assert_eq!(run.error(), "timed out after 1.0s: 1 of 1 object not there");
    let line = "error: deployment.apps/web (k8s/a.yaml:2): not there after 1.0s: 0 of 2 replicas available; \
                pod: container `web`: ImagePullBackOff: no such image\n";
    assert!(run.events.contains(line), "{}", run.events);
    assert_eq!(run.stdout, "");
}

#[tokio::test]
async fn a_time_out_of_zero_looks_once() {
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", &deployment("web"));
    let run = world.run("wait", &["--timeout=0"], b"").await;
    assert_eq!(run.exit, Exit::TimedOut);
    assert!(
        run.events
            .contains("deployment.apps/web (k8s/a.yaml:2): it does not exist yet"),
        "{}",
        run.events
    );
    world.apply(&[]).await;
    world.server.forget();
    let run = world.run("wait", &["--timeout=0"], b"").await;
    assert_eq!(run.stdout, "deployment.apps/web ready\n");
    assert_eq!(world.server.count("watch=true"), 0);
}

#[tokio::test]
async fn what_fails_for_good_ends_the_wait() {
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: once}\nspec: {}\n";
    let world = World::new(ApiServer::start().no_controllers()).file("k8s/a.yaml", job);
    world.apply(&["--wait=false"]).await;
    let path = "/apis/batch/v1/namespaces/default/jobs/once";
    world.server.update(path, |object| {
        object["status"]["conditions"] =
            json!([{ "type": "Failed", "status": "True", "reason": "BackoffLimitExceeded" }]);
    });
    let run = world.run("wait", &[], b"").await;
    assert_eq!(run.exit, Exit::Failed);
    assert_eq!(run.error(), "1 of 1 object will not get there");
    assert!(
        run.events
            .contains("error: job.batch/once (k8s/a.yaml:1): BackoffLimitExceeded"),
        "{}",
        run.events
    );
}

#[tokio::test]
async fn objects_are_named_as_in_kubectl() {
    let world = World::new(ApiServer::start());
    world
        .server
        .store(POD, pod(&json!({ "app": "web" }), "True"));
    for arguments in [
        &["pod/web"][..],
        &["pods/web", "--for=condition=Ready"],
        &["Pod", "web", "--for=condition=ready=TRUE"],
        &["pods.v1.", "--all"],
        &[
            "pod",
            "--selector",
            "app=web",
            "--for=jsonpath={.status.phase}=Running",
        ],
    ] {
        let run = world.run("wait", arguments, b"").await;
        assert_eq!(run.error(), "", "{arguments:?}");
        let met = arguments
            .iter()
            .any(|argument| argument.starts_with("--for"));
        let word = if met { "condition met" } else { "ready" };
        assert_eq!(run.stdout, format!("pod/web {word}\n"), "{arguments:?}");
    }
    let json = world.run("wait", &["pod/web", "-o", "json"], b"").await;
    let document: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(document["objects"][0]["result"], "ready");
    assert_eq!(document["objects"][0]["namespace"], "default");
}

#[tokio::test]
async fn words_that_name_nothing_are_refused_before_anything_is_sent() {
    let world = World::new(ApiServer::start());
    for (arguments, why) in [
        (&["nowhere"][..], "`nowhere` is no file or directory"),
        (
            &["a/b/c"],
            "`a/b/c` is no file or directory, and not `TYPE/NAME`",
        ),
        (&["--all"], "`--all` and `--selector` need a TYPE"),
    ] {
        let run = world.run("wait", arguments, b"").await;
        assert_eq!(run.exit, Exit::Usage, "{arguments:?}");
        assert!(run.error().contains(why), "{}", run.error());
    }
    assert_eq!(world.server.calls(), Vec::<String>::new());
    let run = world.run("wait", &["pdo/web"], b"").await;
    assert_eq!(run.error(), "the server has no type `pdo`");
    let run = world.run("wait", &["pods", "--selector=app=x"], b"").await;
    assert_eq!(run.error(), "no object matches");
}

#[tokio::test]
async fn a_named_object_must_exist_unless_its_creation_is_waited_for() {
    let world = World::new(ApiServer::start());
    let missing = world
        .run("wait", &["pod/web", "--for=condition=Ready"], b"")
        .await;
    assert_eq!(missing.exit, Exit::Failed);
    assert!(
        missing.events.contains("error: pod/web: it does not exist"),
        "{}",
        missing.events
    );
    world.server.forget();
    let arguments = ["pod/web", "--for=create", "--for=condition=Ready"];
    let (run, ()) = tokio::join!(world.run("wait", &arguments, b""), async {
        while world.server.count("watch=true") == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        world.server.store(POD, pod(&json!({}), "False"));
        world.server.store(POD, pod(&json!({}), "True"));
    });
    assert_eq!(run.error(), "");
    assert_eq!(run.stdout, "pod/web condition met\n");
}

#[tokio::test]
async fn deletion_is_waited_for() {
    let world = World::new(ApiServer::start());
    world.server.store(POD, pod(&json!({}), "True"));
    let (run, ()) = tokio::join!(
        world.run("wait", &["pod/web", "--for=delete"], b""),
        async {
            while world.server.count("watch=true") == 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            world.server.remove(POD);
        }
    );
    assert_eq!(run.error(), "");
    assert_eq!(run.stdout, "pod/web deleted\n");
    assert!(
        run.events
            .contains("wait until deleted: pod/web: it still exists"),
        "{}",
        run.events
    );
    let gone = world
        .run("wait", &["pods", "--all", "--for=delete"], b"")
        .await;
    assert_eq!(gone.exit, Exit::Done);
}

#[tokio::test]
async fn a_wait_survives_lost_watches_and_a_server_that_forgets() {
    let server = ApiServer::start()
        .no_controllers()
        .fault("watch=true", 1, Effect::Reset)
        .fault(
            "watch=true",
            1,
            Effect::Refuse(410, "Expired", "too old resource version"),
        )
        .fault(
            "watch=true",
            1,
            Effect::Refuse(429, "TooManyRequests", "slow down"),
        )
        .fault("watch=true", 1, Effect::Answer(200, &[], String::new()));
    let world = World::new(server);
    world.server.store(POD, pod(&json!({}), "False"));
    let (run, ()) = tokio::join!(world.run("wait", &["pod/web"], b""), async {
        while world.server.count("watch=true") < 5 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        world.server.store(POD, pod(&json!({}), "True"));
    });
    assert_eq!(run.error(), "");
    // Only the server that forgot is asked for a list again.
    assert_eq!(world.server.count("limit=0"), 2);
    assert_eq!(world.server.count("watch=true"), 5);
}

#[tokio::test]
async fn a_server_that_is_only_starting_is_waited_for_too() {
    let starting = Effect::Refuse(503, "ServiceUnavailable", "starting");
    let server = ApiServer::start().fault("GET /apis", 2, starting);
    let world = World::new(server);
    world.server.store(POD, pod(&json!({}), "True"));
    let run = world.run("wait", &["pod/web"], b"").await;
    assert_eq!(
        (run.error().as_str(), run.stdout.as_str()),
        ("", "pod/web ready\n")
    );
    assert!(
        run.events
            .contains("warning: starting; trying for up to 5m00s"),
        "{}",
        run.events
    );
    let at_once = world.run("wait", &["pod/web", "--timeout=0"], b"").await;
    assert_eq!(at_once.exit, Exit::Done);
}

#[test]
fn an_interrupt_ends_the_commands_that_look() {
    let slow = Effect::Delay(Duration::from_mins(1));
    let server = ApiServer::start()
        .no_controllers()
        .fault("dryRun=All", 1, slow);
    let context = Context::new().file("k8s/a.yaml", deployment("web"));
    let kubeconfig = server.kubeconfig(&context.work()).display().to_string();
    for (arguments, call) in [
        (&["wait"][..], "watch=true"),
        (&["status", "--watch"], "watch=true"),
        (&["diff"], "dryRun=All"),
    ] {
        server.forget();
        let place = ["k8s", "--context=fake", "--kubeconfig", &kubeconfig];
        let running = context.spawn(["workload"].iter().chain(arguments).chain(&place));
        while server.count(call) == 0 {
            std::thread::sleep(Duration::from_millis(20));
        }
        running.interrupt();
        let run = running.wait();
        assert_eq!(run.code, Some(130), "{}", run.raw());
        assert!(run.stderr.contains("interrupted"), "{}", run.raw());
    }
}
