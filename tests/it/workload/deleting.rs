//! `workload delete`: what goes, in which order, and what is said about it.

use serde_json::Value;

use super::*;

const MAPS: &str = "/api/v1/namespaces/default/configmaps";

/// Everything applied already.
async fn applied(server: ApiServer, manifests: &str) -> World {
    let world = World::new(server).file("k8s/a.yaml", manifests);
    let run = world.apply(&[]).await;
    assert_eq!(run.error(), "");
    world.server.forget();
    world
}

async fn delete(world: &World, arguments: &[&str]) -> Run {
    world.run("delete", arguments, b"").await
}

fn namespace(name: &str) -> String {
    format!("---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n")
}

#[tokio::test]
async fn objects_go_in_the_order_of_applying_backwards() {
    let all = [
        namespace("apps"),
        definition().to_owned(),
        config_map("map"),
        deployment("web"),
        thing("first"),
    ];
    let world = applied(ApiServer::start(), &all.concat()).await;
    let run = delete(&world, &[]).await;
    assert_eq!(run.error(), "");
    assert_eq!(
        run.stdout,
        "thing.x.io/first deleted\ndeployment.apps/web deleted\nconfigmap/map deleted\nnamespace/apps deleted\n\
         customresourcedefinition.apiextensions.k8s.io/things.x.io deleted\n"
    );
    for line in [
        "note: delete configmap/map (namespace default)\n",
        "note: delete namespace/apps, with everything in it\n",
        "note: delete customresourcedefinition.apiextensions.k8s.io/things.x.io, with all its custom resources: 1 object\n",
        "note: 5 objects: 5 deleted\n",
    ] {
        assert!(run.events.contains(line), "{line}\n{}", run.events);
    }
    assert_eq!(world.server.count("DELETE"), 5);
    assert!(world.server.object(&format!("{MAPS}/map")).is_none());
}

#[tokio::test]
async fn objects_that_do_not_exist_fail_the_run_unless_that_is_fine() {
    let world = applied(ApiServer::start(), &config_map("one")).await;
    let both = format!("{}{}", config_map("one"), config_map("two"));
    let world = world.file("k8s/a.yaml", &both);
    let run = delete(&world, &[]).await;
    assert_eq!(run.exit, Exit::Failed);
    assert_eq!(run.error(), "1 of 2 objects not found");
    assert_eq!(
        run.stdout,
        "configmap/two not found\nconfigmap/one deleted\n"
    );
    assert!(
        run.events
            .contains("error: configmap/two (k8s/a.yaml:9): not found\n"),
        "{}",
        run.events
    );
    let again = delete(&world, &["--ignore-not-found"]).await;
    assert_eq!(again.error(), "");
    assert_eq!(
        again.stdout,
        "configmap/one not found\nconfigmap/two not found\n"
    );
    // A kind that is not there has no objects.
    let world = world.file("k8s/a.yaml", &thing("first"));
    assert_eq!(
        delete(&world, &["--ignore-not-found"]).await.stdout,
        "thing.x.io/first not found\n"
    );
}

#[tokio::test]
async fn nothing_happens_without_consent() {
    let mut world = applied(ApiServer::start(), &config_map("one")).await;
    world.agreed = false;
    let run = delete(&world, &[]).await;
    assert_eq!(run.exit, Exit::Usage);
    assert_eq!(
        run.error(),
        "no terminal to ask: delete 1 object from fake?"
    );
    assert_eq!(world.server.count("DELETE"), 0);
}

#[tokio::test]
async fn dry_runs_delete_nothing() {
    let mut world = applied(ApiServer::start(), &config_map("one")).await;
    world.agreed = false;
    let run = delete(&world, &["--dry-run=client"]).await;
    assert_eq!(
        run.stdout,
        "configmap/one would be deleted (client dry run)\n"
    );
    assert!(world.server.calls().is_empty());
    let run = delete(&world, &["--dry-run=server"]).await;
    assert_eq!(run.error(), "");
    assert_eq!(run.stdout, "configmap/one deleted (server dry run)\n");
    assert_eq!(world.server.deletions()[0].1["dryRun"][0], "All");
    assert!(world.server.object(&format!("{MAPS}/one")).is_some());
}

#[tokio::test]
async fn flags_reach_the_server() {
    let manifests = config_map("one");
    for (flags, field, value) in [
        (
            vec!["--cascade=orphan"],
            "propagationPolicy",
            Value::from("Orphan"),
        ),
        (
            vec!["--cascade", "foreground"],
            "propagationPolicy",
            Value::from("Foreground"),
        ),
        (
            vec!["--grace-period=7"],
            "gracePeriodSeconds",
            Value::from(7),
        ),
        (vec!["--now"], "gracePeriodSeconds", Value::from(1)),
    ] {
        let world = applied(ApiServer::start(), &manifests).await;
        let uid = world.server.object(&format!("{MAPS}/one")).unwrap()["metadata"]["uid"].clone();
        assert_eq!(delete(&world, &flags).await.error(), "");
        let (_, options) = world.server.deletions().pop().unwrap();
        assert_eq!(options[field], value);
        assert_eq!(options["preconditions"], serde_json::json!({ "uid": uid }));
    }
}

#[tokio::test]
async fn many_objects_are_looked_up_with_one_list() {
    let maps: String = (0..50).map(|i| config_map(&format!("map{i}"))).collect();
    let world = applied(ApiServer::start(), &maps).await;
    assert_eq!(delete(&world, &["--parallelism=4"]).await.error(), "");
    assert_eq!(
        world
            .server
            .count("GET /api/v1/namespaces/default/configmaps"),
        1
    );
    assert_eq!(world.server.count("DELETE"), 50);
    assert_eq!(world.server.calls().len(), 53);
}

#[tokio::test]
async fn what_holds_an_object_is_named_and_what_it_needs_stays() {
    let all = format!("{}{}", definition(), thing("held"));
    let world = applied(ApiServer::start(), &all).await;
    let held = "/apis/x.io/v1/namespaces/default/things/held";
    world.server.update(held, |thing| {
        thing["metadata"]["finalizers"] = serde_json::json!(["x.io/cleanup"]);
    });
    let run = delete(&world, &["--timeout=1s", "-o", "json"]).await;
    assert_eq!(run.exit, Exit::TimedOut);
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(json["objects"][0]["result"], "still there");
    assert_eq!(
        json["objects"][0]["error"],
        "its controller has not removed the finalizer `x.io/cleanup`"
    );
    assert_eq!(world.server.deleted(), ["held"]);

    let run = delete(&world, &["--wait=false", "-o", "name"]).await;
    assert_eq!(run.error(), "");
    assert_eq!(
        run.stdout,
        "thing.x.io/held\ncustomresourcedefinition.apiextensions.k8s.io/things.x.io\n"
    );
}

#[tokio::test]
async fn objects_that_take_their_time_are_waited_for() {
    let maps: String = (0..12).map(|i| config_map(&format!("map{i}"))).collect();
    let all = format!("{maps}{}", deployment("web"));
    let server = ApiServer::start().slow_deletion(Duration::from_millis(200));
    let world = applied(server, &all).await;
    let run = delete(&world, &[]).await;
    assert_eq!(run.error(), "");
    assert!(
        run.events.contains(
            "delete workloads: deployment.apps/web (namespace default): the objects that it owns"
        ),
        "{}",
        run.events
    );
    // Few objects are watched one by one, many together.
    assert_eq!(world.server.count("deployments?watch=true"), 1);
    assert_eq!(world.server.count("configmaps?watch=true"), 1);
    let calls = world.server.calls();
    let position = |text: &str| {
        calls
            .iter()
            .position(|call| call.starts_with(text))
            .unwrap()
    };
    assert!(position("DELETE /apis/apps") < position("DELETE /api/v1"));
}

#[tokio::test]
async fn encrypted_files_need_no_key_while_their_names_are_clear() {
    let demo = include_str!("../../../testdata/demo/k8s/credentials.yaml");
    let world = World::new(ApiServer::start()).file("k8s/credentials.yaml", demo);
    let path = "/api/v1/namespaces/demo/secrets/credentials";
    world.server.store(
        path,
        serde_json::json!({ "kind": "Secret", "metadata": { "name": "credentials", "namespace": "demo", "uid": "1" } }),
    );
    let run = delete(&world, &[]).await;
    assert_eq!(run.error(), "");
    assert_eq!(run.stdout, "secret/credentials deleted\n");
    let sealed = demo.replace(
        "name: credentials",
        "name: ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]",
    );
    let world = world.file("k8s/credentials.yaml", &sealed);
    let run = delete(&world, &[]).await;
    assert_eq!(run.error(), "cannot decrypt `k8s/credentials.yaml`");
}

#[tokio::test]
async fn dependencies_that_are_wrong_do_not_keep_from_cleaning_up() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n";
    let world = applied(ApiServer::start(), map).await;
    let depends = format!("{map}  annotations: {{ksail.io/depends-on: Deployment/nowhere}}\n");
    let world = world.file("k8s/a.yaml", &format!("{depends}---\n{map}"));
    let run = delete(&world, &[]).await;
    assert_eq!(run.error(), "");
    assert_eq!(run.stdout, "configmap/one deleted\n");
    assert!(
        run.events
            .contains("dependencies between objects are not considered"),
        "{}",
        run.events
    );
}

#[tokio::test]
async fn a_set_goes_with_its_parent_and_the_parents_namespace() {
    let all = [namespace("apps"), config_map("map"), deployment("web")].concat();
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", &all);
    let run = world.apply(&["--applyset=all", "-n", "apps"]).await;
    assert_eq!(run.error(), "");
    let set = ["--applyset=all", "-n", "apps"];
    let run = delete(&world, &[&set[..], &["--dry-run=client"]].concat()).await;
    assert_eq!(run.error(), "");
    assert_eq!(run.stdout.lines().count(), 4);
    assert_eq!(world.server.count("DELETE"), 0);
    let run = delete(&world, &set).await;
    assert_eq!(run.error(), "");
    assert_eq!(
        run.stdout,
        "deployment.apps/web deleted\nconfigmap/map deleted\nsecret/all deleted\nnamespace/apps deleted\n"
    );
    let run = delete(&world, &set).await;
    assert_eq!(run.exit, Exit::Failed);
    assert_eq!(run.error(), "there is no applyset secret/all");
    let ignoring = [&set[..], &["--ignore-not-found"]].concat();
    assert_eq!(delete(&world, &ignoring).await.error(), "");
}

#[tokio::test]
async fn what_is_marked_survives_its_set() {
    let kept = "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: kept\n  namespace: apps\n  \
                annotations: {ksail.io/prune: disabled}\n";
    let all = [namespace("apps"), config_map("map"), kept.to_owned()].concat();
    let world = World::new(ApiServer::start()).file("k8s/a.yaml", &all);
    let run = world.apply(&["--applyset=all"]).await;
    assert_eq!(run.error(), "");
    let run = delete(&world, &["--applyset=all"]).await;
    assert_eq!(run.error(), "");
    assert_eq!(run.stdout, "configmap/map deleted\nsecret/all deleted\n");
    for line in [
        "warning: configmap/kept (namespace apps) stays: marked `ksail.io/prune: disabled`\n",
        "warning: namespace/apps stays: configmap/kept (namespace apps) stays and would go with it\n",
    ] {
        assert!(run.events.contains(line), "{line}\n{}", run.events);
    }
    assert!(
        world
            .server
            .object("/api/v1/namespaces/apps/configmaps/kept")
            .is_some()
    );
}
