//! `ksail.io/depends-on`.

use super::*;

fn dependent(name: &str, on: &str) -> String {
    config_map(name).replace(
        &format!("  name: {name}\n"),
        &format!("  name: {name}\n  annotations: {{ksail.io/depends-on: {on}}}\n"),
    )
}

#[tokio::test]
async fn dependents_wait_until_what_they_need_is_ready() {
    let server = ApiServer::start().slow_controllers(Duration::from_millis(300));
    let manifests = format!(
        "{}{}{}",
        dependent("late", "Deployment/database"),
        deployment("database"),
        config_map("early")
    );
    let world = World::new(server).file("k8s/a.yaml", &manifests);
    let run = world.apply(&["--wait=false", "--timeout", "20s"]).await;
    assert_eq!(run.error(), "");
    assert_eq!(
        run.stdout,
        "configmap/early created\ndeployment.apps/database created\nconfigmap/late created\n"
    );
    let late = world
        .server
        .object("/api/v1/namespaces/default/configmaps/late")
        .unwrap();
    let database = world
        .server
        .object("/apis/apps/v1/namespaces/default/deployments/database")
        .unwrap();
    let version = |object: &serde_json::Value| -> u64 {
        object["metadata"]["resourceVersion"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap()
    };
    assert!(
        version(&late) > version(&database),
        "the last change of the database is that it is available"
    );
    assert!(run.events.contains("configmap/late: needs deployment.apps/database: its controller has not looked at it yet"), "{}", run.events);
}

#[tokio::test]
async fn what_depends_on_a_failure_is_not_sent() {
    let server = ApiServer::start().fault(
        "deployments/database",
        9,
        Effect::Refuse(422, "Invalid", "no"),
    );
    let world = World::new(server).file(
        "k8s/a.yaml",
        &format!(
            "{}{}{}",
            deployment("database"),
            dependent("late", "Deployment/database"),
            dependent("later", "ConfigMap/late")
        ),
    );
    let run = world.apply(&["--timeout", "20s"]).await;
    assert_eq!(
        run.stdout,
        "deployment.apps/database failed\nconfigmap/late failed\nconfigmap/later failed\n"
    );
    for text in [
        "configmap/late (k8s/a.yaml:12): not applied: it needs deployment.apps/database: it could not be applied",
        "configmap/later (k8s/a.yaml:20): not applied: it needs configmap/late: it could not be applied",
    ] {
        assert!(run.events.contains(text), "{}", run.events);
    }
    assert_eq!(world.server.count("configmaps/la"), 0);
}

#[tokio::test]
async fn dependents_of_what_does_not_become_ready_say_so() {
    let world = World::new(ApiServer::start().no_controllers()).file(
        "k8s/a.yaml",
        &format!(
            "{}{}",
            deployment("database"),
            dependent("late", "apps/Deployment/database")
        ),
    );
    let run = world.apply(&["--timeout", "2s"]).await;
    assert_eq!(
        run.stdout,
        "deployment.apps/database created\nconfigmap/late failed\n"
    );
    let text =
        "not applied: it needs deployment.apps/database: its controller has not looked at it yet";
    assert!(run.events.contains(text), "{}", run.events);
}

#[tokio::test]
async fn nonsense_is_refused_before_anything_is_sent() {
    for (manifests, message) in [
        (
            dependent("a", "Deployment/databas"),
            "k8s/a.yaml:2: configmap/a depends on `Deployment/databas`, which is not among the objects to apply",
        ),
        (
            format!(
                "{}{}",
                dependent("a", "ConfigMap/b"),
                dependent("b", "/ConfigMap/a")
            ),
            "k8s/a.yaml:2: objects wait for each other: configmap/a → configmap/b → configmap/a",
        ),
    ] {
        let world = World::new(ApiServer::start()).file("k8s/a.yaml", &manifests);
        let run = world.apply(&[]).await;
        assert_eq!(run.exit, Exit::Usage);
        assert_eq!(run.error(), message);
        assert!(world.server.calls().is_empty());
    }
}

#[tokio::test]
async fn client_dry_runs_show_the_waves() {
    let manifests = format!(
        "{}{}{}",
        dependent("late", "Deployment/web"),
        deployment("web"),
        config_map("early")
    );
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", &manifests);
    let run = world.apply(&["--dry-run=client"]).await;
    assert_eq!(
        run.events,
        "note: wave 1 of 3: configuration: 1 object\nnote: wave 2 of 3: workloads: 1 object\n\
         note: wave 3 of 3: workloads (2): 1 object\nnote: configmap/late waits until `deployment.apps/web` is ready\n\
         note: 3 objects would be applied\n"
    );
}
