//! `apply --prune`: what goes, what stays, and the books of the set.

use serde_json::Value;

use super::*;

const PARENT: &str = "/api/v1/namespaces/default/secrets/ksail-fake";
const MAPS: &str = "/api/v1/namespaces/default/configmaps";

/// A project with a name.
fn project(server: ApiServer, manifests: &str) -> World {
    let mut world = World::new(server).file("k8s/a.yaml", manifests);
    world.applyset = Some("ksail-fake".into());
    world
}

fn parent(world: &World, annotation: &str) -> Value {
    let parent = world.server.object(PARENT).expect("there is no parent");
    parent["metadata"]["annotations"][format!("applyset.kubernetes.io/{annotation}")].clone()
}

fn annotated(name: &str, annotation: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  annotations: {{{annotation}}}\n"
    )
}

fn namespace(name: &str) -> String {
    format!("---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n")
}

#[tokio::test]
async fn what_the_manifests_no_longer_name_goes() {
    let all = format!(
        "{}{}{}",
        config_map("one"),
        config_map("two"),
        deployment("web")
    );
    let world = project(ApiServer::start(), &all);
    let first = world.apply(&["--prune"]).await;
    assert_eq!(first.error(), "");
    assert_eq!(
        first.stdout,
        "configmap/one created\nconfigmap/two created\ndeployment.apps/web created\n"
    );
    let id =
        world.server.object(PARENT).unwrap()["metadata"]["labels"]["applyset.kubernetes.io/id"]
            .clone();
    assert!(id.as_str().unwrap().starts_with("applyset-"));
    let member = world.server.object(&format!("{MAPS}/one")).unwrap();
    assert_eq!(
        member["metadata"]["labels"]["applyset.kubernetes.io/part-of"],
        id
    );
    assert_eq!(
        parent(&world, "contains-group-kinds"),
        "ConfigMap,Deployment.apps"
    );
    assert_eq!(parent(&world, "additional-namespaces"), "");

    let world = world.file("k8s/a.yaml", &config_map("one"));
    let two = world.server.object(&format!("{MAPS}/two")).unwrap();
    world.server.forget();
    let second = world.apply(&["--prune"]).await;
    assert_eq!(second.error(), "");
    assert_eq!(
        second.stdout,
        "configmap/one unchanged\ndeployment.apps/web pruned\nconfigmap/two pruned\n"
    );
    assert!(
        second
            .events
            .contains("note: prune configmap/two (namespace default)\n"),
        "{}",
        second.events
    );
    let (_, options) = world.server.deletions().pop().unwrap();
    assert_eq!(options["propagationPolicy"], "Background");
    assert_eq!(options["preconditions"]["uid"], two["metadata"]["uid"]);
    assert_eq!(
        options["preconditions"]["resourceVersion"],
        two["metadata"]["resourceVersion"]
    );
    // One list for each kind, and the parent is read and written once.
    assert_eq!(world.server.count("labelSelector=applyset"), 2);
    assert_eq!(world.server.count(&format!("GET {PARENT}")), 1);
    assert_eq!(world.server.count(&format!("PATCH {PARENT}")), 1);
    assert_eq!(parent(&world, "contains-group-kinds"), "ConfigMap");

    let before = world.server.versions();
    let third = world.apply(&["--prune"]).await;
    assert_eq!(third.stdout, "configmap/one unchanged\n");
    assert_eq!(world.server.versions(), before);
}

#[tokio::test]
async fn the_parent_knows_of_members_before_they_exist() {
    let world = project(ApiServer::start(), &config_map("one"));
    world.apply(&["--prune"]).await;
    let world = world.file("k8s/a.yaml", &deployment("web"));
    world.server.forget();
    assert_eq!(world.apply(&["--prune"]).await.error(), "");
    let changes: Vec<String> = world
        .server
        .calls()
        .into_iter()
        .filter(|call| !call.starts_with("GET"))
        .map(|call| call.split('?').next().unwrap().to_owned())
        .collect();
    assert_eq!(
        changes,
        [
            format!("PATCH {PARENT}"),
            "PATCH /apis/apps/v1/namespaces/default/deployments/web".to_owned(),
            format!("DELETE {MAPS}/one"),
            format!("PATCH {PARENT}"),
        ]
    );
}

#[tokio::test]
async fn namespaces_definitions_and_what_is_marked_stay() {
    let all = [
        namespace("apps"),
        definition().to_owned(),
        annotated("kept", "ksail.io/prune: disabled"),
        annotated("argo", "argocd.argoproj.io/sync-options: 'Prune=false'"),
        config_map("other"),
    ];
    let world = project(ApiServer::start(), &all.concat());
    assert_eq!(world.apply(&["--prune"]).await.error(), "");
    let world = world.file("k8s/a.yaml", &config_map("other"));
    let run = world.apply(&["--prune"]).await;
    assert_eq!(run.error(), "");
    assert_eq!(run.stdout, "configmap/other unchanged\n");
    for line in [
        "keep namespace/apps: namespaces are protected",
        "keep customresourcedefinition.apiextensions.k8s.io/things.x.io: definitions are protected",
        "keep configmap/kept (namespace default): marked `ksail.io/prune: disabled`",
        "keep configmap/argo (namespace default): marked `argocd.argoproj.io/sync-options: Prune=false`",
    ] {
        assert!(run.events.contains(line), "{line}\n{}", run.events);
    }
    assert_eq!(
        parent(&world, "contains-group-kinds"),
        "ConfigMap,CustomResourceDefinition.apiextensions.k8s.io,Namespace"
    );
    let run = world
        .apply(&["--prune", "--prune-allow=crds,namespaces"])
        .await;
    assert_eq!(run.error(), "");
    assert_eq!(
        run.stdout,
        "configmap/other unchanged\nnamespace/apps pruned\n\
         customresourcedefinition.apiextensions.k8s.io/things.x.io pruned\n"
    );
    assert_eq!(parent(&world, "contains-group-kinds"), "ConfigMap");
}

#[tokio::test]
async fn nothing_happens_without_consent() {
    let mut world = project(ApiServer::start(), &config_map("one"));
    world.apply(&["--prune"]).await;
    world = world.file("k8s/a.yaml", &config_map("two"));
    world.agreed = false;
    world.server.forget();
    let run = world.apply(&["--prune"]).await;
    assert_eq!(run.exit, Exit::Usage);
    assert_eq!(
        run.error(),
        "no terminal to ask: prune 1 object of the applyset secret/ksail-fake?"
    );
    assert_eq!(
        run.events,
        "note: prune configmap/one (namespace default)\n"
    );
    let calls = world.server.calls();
    assert!(
        calls.iter().all(|call| call.starts_with("GET")),
        "{calls:?}"
    );
}

#[tokio::test]
async fn dry_runs_show_the_plan_and_change_nothing() {
    let mut world = project(ApiServer::start(), &config_map("one"));
    world.apply(&["--prune"]).await;
    world = world.file("k8s/a.yaml", &config_map("two"));
    world.agreed = false;
    let before = world.server.versions();
    let client = world.apply(&["--prune", "--dry-run=client"]).await;
    assert_eq!(client.error(), "");
    assert_eq!(
        client.stdout,
        "configmap/two would be applied (client dry run)\nconfigmap/one pruned (client dry run)\n"
    );
    assert_eq!(world.server.count("DELETE"), 0);
    let server = world.apply(&["--prune", "--dry-run=server"]).await;
    assert_eq!(server.error(), "");
    assert_eq!(
        server.stdout,
        "configmap/two created (server dry run)\nconfigmap/one pruned (server dry run)\n"
    );
    assert_eq!(world.server.deletions()[0].1["dryRun"][0], "All");
    assert_eq!(world.server.versions(), before);
}

#[tokio::test]
async fn an_empty_input_is_no_order_to_prune_everything() {
    let world = project(ApiServer::start(), &config_map("one"));
    world.apply(&["--prune"]).await;
    let world = world.file("k8s/a.yaml", "# nothing\n");
    let run = world.apply(&["--prune"]).await;
    assert_eq!(run.exit, Exit::Usage);
    assert_eq!(
        run.error(),
        "no Kubernetes objects found in `k8s`: an empty input does not say that everything is to be pruned"
    );
    let run = world
        .apply(&["--prune", "--allow-empty", "-o", "json"])
        .await;
    assert_eq!(run.error(), "");
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(json["objects"][0]["result"], "pruned");
    assert_eq!(json["summary"]["pruned"], 1);
    assert_eq!(parent(&world, "contains-group-kinds"), "");
}

#[tokio::test]
async fn the_scope_is_never_guessed() {
    let mut world =
        project(ApiServer::start(), &config_map("one")).file("other.yaml", &config_map("two"));
    let run = world.apply(&["--prune", "-f", "other.yaml"]).await;
    assert_eq!(run.exit, Exit::Usage);
    assert_eq!(
        run.error(),
        "`--prune` needs to know which objects belong together: the project's applyset is for its source directory, \
         and something else was named"
    );
    assert!(world.server.calls().is_empty());
    // The source directory is what it is, however it is named.
    assert_eq!(world.apply(&["--prune", "k8s/../k8s"]).await.error(), "");
    assert_eq!(
        world
            .apply(&["--prune", "-f", "other.yaml", "--applyset=cm/others"])
            .await
            .error(),
        ""
    );
    assert!(world.server.object(&format!("{MAPS}/others")).is_some());
    world.applyset = None;
    let run = world.apply(&["--prune"]).await;
    assert!(
        run.error().contains("there is no project here"),
        "{}",
        run.error()
    );
}

#[tokio::test]
async fn a_failed_apply_prunes_nothing() {
    let world = project(ApiServer::start(), &config_map("one"));
    world.apply(&["--prune"]).await;
    let refuse = Effect::Refuse(422, "Invalid", "no");
    let World {
        server,
        directory,
        env,
        ..
    } = world;
    let mut world = World {
        kustomization: None,
        server: server.fault(&format!("PATCH {MAPS}/two"), 9, refuse),
        directory,
        env,
        agreed: true,
        applyset: Some("ksail-fake".into()),
    };
    world = world.file("k8s/a.yaml", &config_map("two"));
    let run = world.apply(&["--prune"]).await;
    assert_eq!(run.exit, Exit::Failed);
    assert!(
        run.events
            .contains("note: 1 object not pruned, as the apply did not come to a good end\n"),
        "{}",
        run.events
    );
    assert_eq!(world.server.count("DELETE"), 0);
}

#[tokio::test]
async fn objects_that_are_no_parents_of_ours_are_left_alone() {
    let world = project(ApiServer::start(), &config_map("one"));
    world.server.store(
        PARENT,
        serde_json::json!({ "metadata": { "name": "ksail-fake" } }),
    );
    let run = world.apply(&["--prune"]).await;
    assert_eq!(run.exit, Exit::Failed);
    assert!(
        run.error().contains("is not the parent of an applyset"),
        "{}",
        run.error()
    );
    world.server.update(PARENT, |parent| {
        parent["metadata"]["annotations"] =
            serde_json::json!({ "applyset.kubernetes.io/tooling": "helm/v3" });
    });
    let run = world.apply(&["--prune"]).await;
    assert_eq!(
        run.error(),
        "the applyset secret/ksail-fake is managed by `helm`"
    );
    assert_eq!(world.server.count("PATCH"), 0);
}

/// Prunes `two` while `one` is slow to apply; `change` is made in between.
async fn prune_while(change: impl Fn(&mut Value)) -> (World, Run) {
    let all = format!("{}{}", config_map("one"), config_map("two"));
    let delay = Effect::Delay(Duration::from_millis(300));
    let server =
        ApiServer::start().fault(&format!("PATCH {MAPS}/one?fieldManager=ksail&"), 2, delay);
    let world = project(server, &all);
    world.apply(&["--prune"]).await;
    let world = world.file("k8s/a.yaml", &config_map("one"));
    world.server.forget();
    let (run, ()) = tokio::join!(world.apply(&["--prune"]), async {
        while world.server.count(&format!("PATCH {MAPS}/one")) == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        world.server.update(&format!("{MAPS}/two"), change);
    });
    (world, run)
}

#[tokio::test]
async fn what_changes_meanwhile_is_looked_at_again() {
    let (world, run) = prune_while(|two| two["data"]["key"] = "changed".into()).await;
    assert_eq!(run.error(), "");
    assert_eq!(
        run.stdout,
        "configmap/one unchanged\nconfigmap/two pruned\n"
    );
    assert_eq!(world.server.count("DELETE"), 2);

    let (world, run) = prune_while(|two| {
        two["metadata"]["annotations"]["ksail.io/prune"] = "disabled".into();
    })
    .await;
    assert_eq!(run.error(), "");
    assert_eq!(run.stdout, "configmap/one unchanged\nconfigmap/two kept\n");
    assert!(world.server.object(&format!("{MAPS}/two")).is_some());

    let (_, run) = prune_while(|two| {
        two["metadata"]["labels"]["applyset.kubernetes.io/part-of"] = "applyset-other-v1".into();
    })
    .await;
    assert!(
        run.events.contains(
            "configmap/two (namespace default) stays: it is not in the applyset any more"
        ),
        "{}",
        run.events
    );
    let (_, run) = prune_while(|two| two["metadata"]["uid"] = "another".into()).await;
    assert_eq!(run.exit, Exit::Failed);
    assert!(run.events.contains("made anew"), "{}", run.events);
}

#[tokio::test]
async fn what_holds_an_object_is_named_and_running_again_goes_on() {
    let all = format!("{}{}{}", definition(), thing("held"), config_map("map"));
    let world = project(ApiServer::start(), &all);
    world.apply(&["--prune"]).await;
    let held = "/apis/x.io/v1/namespaces/default/things/held";
    world.server.update(held, |thing| {
        thing["metadata"]["finalizers"] = serde_json::json!(["x.io/cleanup"]);
    });
    let world = world.file("k8s/a.yaml", definition());
    let run = world.apply(&["--prune", "--timeout=1s"]).await;
    assert_eq!(run.exit, Exit::TimedOut);
    assert_eq!(
        run.error(),
        "timed out after 1.0s: 1 of 2 objects still there; 1 that they may need not touched"
    );
    let why = "thing.x.io/held (namespace default): deleted, but still there: its controller has not removed the \
               finalizer `x.io/cleanup`";
    assert!(run.events.contains(why), "{}", run.events);
    assert_eq!(world.server.deleted(), ["held"]);
    // The books still know of it.
    assert!(
        parent(&world, "contains-group-kinds")
            .as_str()
            .unwrap()
            .contains("Thing.x.io")
    );

    let (run, ()) = tokio::join!(world.apply(&["--prune"]), async {
        while world.server.count("things?watch=true") < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        world.server.remove(held);
    });
    assert_eq!(run.error(), "");
    // It is not deleted a second time.
    assert_eq!(world.server.deleted(), ["held", "map"]);
}

#[tokio::test]
async fn an_interrupted_prune_says_how_far_it_came() {
    let all = format!(
        "{}{}{}",
        config_map("one"),
        config_map("two"),
        deployment("web")
    );
    let server = ApiServer::start().fault(
        &format!("DELETE {MAPS}/two"),
        1,
        Effect::Delay(Duration::from_secs(20)),
    );
    let world = project(server, &all);
    world.apply(&["--prune"]).await;
    let world = world.file("k8s/a.yaml", &config_map("one"));
    let cancel = CancellationToken::new();
    let (run, ()) = tokio::join!(
        world.run_until("apply", &["--prune"], b"", cancel.clone()),
        async {
            while world.server.count("DELETE") < 2 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            cancel.cancel();
        }
    );
    assert_eq!(run.exit, Exit::Interrupted);
    assert!(
        run.events
            .contains("1 of 2 deleted, 1 perhaps being deleted, 0 not touched"),
        "{}",
        run.events
    );
    assert_eq!(
        parent(&world, "contains-group-kinds"),
        "ConfigMap,Deployment.apps"
    );
    let run = world.apply(&["--prune"]).await;
    assert_eq!(run.error(), "");
    assert_eq!(
        run.stdout,
        "configmap/one unchanged\nconfigmap/two pruned\n"
    );
}

#[tokio::test]
async fn a_plain_apply_keeps_the_books_of_a_set_that_exists() {
    let world = project(ApiServer::start(), &config_map("one"));
    assert_eq!(world.apply(&[]).await.error(), "");
    assert!(world.server.object(PARENT).is_none());
    world.apply(&["--prune"]).await;
    let world = world.file("k8s/a.yaml", &deployment("web"));
    let run = world.apply(&[]).await;
    assert_eq!(run.stdout, "deployment.apps/web created\n");
    assert_eq!(
        parent(&world, "contains-group-kinds"),
        "ConfigMap,Deployment.apps"
    );
    let web = world
        .server
        .object("/apis/apps/v1/namespaces/default/deployments/web")
        .unwrap();
    assert!(web["metadata"]["labels"]["applyset.kubernetes.io/part-of"].is_string());
    let run = world.apply(&["--prune"]).await;
    assert_eq!(
        run.stdout,
        "deployment.apps/web unchanged\nconfigmap/one pruned\n"
    );
}

#[tokio::test]
async fn a_set_may_live_in_a_namespace_of_its_own_manifests() {
    let map = config_map("one");
    let world = project(ApiServer::start(), &format!("{}{map}", namespace("apps")));
    let run = world.apply(&["--prune", "-n", "apps"]).await;
    assert_eq!(run.error(), "");
    assert_eq!(
        run.stdout,
        "namespace/apps created\nconfigmap/one created\n"
    );
    let parent = "/api/v1/namespaces/apps/secrets/ksail-fake";
    assert!(world.server.object(parent).is_some());
    let world = world.file("k8s/a.yaml", &map);
    let run = world
        .apply(&["--prune", "-n", "apps", "--prune-allow=namespaces"])
        .await;
    assert!(run.events.contains("it holds the parent"), "{}", run.events);
    assert!(world.server.object("/api/v1/namespaces/apps").is_some());
}

#[tokio::test]
async fn members_are_listed_everywhere_or_namespace_by_namespace() {
    let spread: String = ["a", "b", "c"].map(namespace).concat();
    let maps: String = ["a", "b", "c"]
        .map(|namespace| {
            config_map("map").replace("\ndata", &format!("\n  namespace: {namespace}\ndata"))
        })
        .concat();
    let forbidden = Effect::Refuse(403, "Forbidden", "configmaps is forbidden");
    let world = project(ApiServer::start(), &format!("{spread}{maps}"));
    world.apply(&["--prune"]).await;
    assert_eq!(parent(&world, "additional-namespaces"), "a,b,c");
    world.server.forget();
    let world = world.file("k8s/a.yaml", &spread);
    let World {
        server,
        directory,
        env,
        ..
    } = world;
    let world = World {
        kustomization: None,
        server: server.fault(
            "GET /api/v1/configmaps?limit=500&labelSelector",
            1,
            forbidden,
        ),
        directory,
        env,
        agreed: true,
        applyset: Some("ksail-fake".into()),
    };
    let run = world.apply(&["--prune", "--dry-run=client"]).await;
    assert_eq!(run.error(), "");
    assert_eq!(run.stdout.matches("configmap/map pruned").count(), 3);
    // Namespaces, all config maps in vain, then those of four namespaces.
    assert_eq!(world.server.count("labelSelector"), 6);
    world.server.forget();
    assert_eq!(world.apply(&["--prune"]).await.error(), "");
    assert_eq!(world.server.count("labelSelector"), 2);
    assert_eq!(world.server.count("DELETE"), 3);
}

#[tokio::test]
async fn passing_failures_of_deletions_are_tried_again() {
    for fault in [
        Effect::Refuse(429, "TooManyRequests", "slow down"),
        Effect::Refuse(500, "InternalError", "etcdserver: leader changed"),
        Effect::Reset,
    ] {
        let server = ApiServer::start().fault("DELETE", 2, fault);
        let world = project(server, &config_map("one"));
        world.apply(&["--prune"]).await;
        let world = world.file("k8s/a.yaml", &config_map("two"));
        let run = world.apply(&["--prune"]).await;
        assert_eq!(run.error(), "");
        assert_eq!(world.server.count("DELETE"), 3);
    }
}
