//! What `ksail workload apply` does to objects of a real API server: nothing when nothing changed, replacement on request,
//! and what it says about other managers.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::process::Ended;
use crate::support::shared::{CONTEXT, Tenant};
use crate::support::{ECHO, eventually};

/// A deployment, a job, and what usually stands around them.
fn manifests(command: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: app}}\n---\n\
         apiVersion: v1\nkind: Service\nmetadata: {{name: app}}\nspec: {{selector: {{app: app}}, ports: [{{port: 80}}]}}\n---\n\
         apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: app}}\nspec:\n  replicas: 1\n  selector: {{matchLabels: {{app: app}}}}\n  \
         template:\n    metadata: {{labels: {{app: app}}}}\n    spec: {{containers: [{{name: app, image: '{ECHO}'}}]}}\n---\n\
         apiVersion: batch/v1\nkind: Job\nmetadata: {{name: once}}\nspec:\n  suspend: true\n  template:\n    spec:\n      restartPolicy: Never\n      \
         containers: [{{name: a, image: '{ECHO}', args: ['{command}']}}]\n---\n\
         apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: late\n  annotations: {{ksail.io/depends-on: apps/Deployment/app}}\ndata: {{key: value}}\n"
    )
}

fn apply(tenant: &Tenant, more: &[&str]) -> Ended {
    let namespace = format!("--namespace={}", tenant.namespace);
    let context = format!("--context={CONTEXT}");
    let base = ["workload", "apply", "k8s", &context, &namespace];
    tenant
        .world
        .ksail(base.into_iter().chain(more.iter().copied()))
}

/// A file with this many objects.
fn maps(count: usize) -> String {
    let mut text = String::new();
    for i in 0..count {
        let head = "---\napiVersion: v1\nkind: ConfigMap";
        writeln!(
            text,
            "{head}\nmetadata: {{name: map{i}}}\ndata: {{key: value}}"
        )
        .unwrap();
    }
    text
}

/// Resource versions of everything that was applied, by kind and name.
fn versions(tenant: &Tenant) -> BTreeMap<String, String> {
    let namespace = format!("--namespace={}", tenant.namespace);
    let kinds = "serviceaccounts,services,deployments,jobs,configmaps";
    let items = tenant.world.items(&[kinds, &namespace]);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    items
        .iter()
        .map(|item| {
            let name = format!(
                "{}/{}",
                text(&item["kind"]),
                text(&item["metadata"]["name"])
            );
            (name, text(&item["metadata"]["resourceVersion"]))
        })
        .collect()
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn what_did_not_change_is_left_alone() {
    let tenant = Tenant::claim("live-applying");
    tenant.world.file("k8s/app.yaml", &manifests("one"));
    let first = apply(&tenant, &[]).expect(0);
    assert_eq!(
        first.stdout.matches(" created\n").count(),
        5,
        "{}",
        first.raw()
    );
    assert!(
        first.stdout.ends_with("configmap/late created\n"),
        "{}",
        first.raw()
    );

    let before = versions(&tenant);
    let again = apply(&tenant, &[]).expect(0);
    assert_eq!(
        again.stdout.matches(" unchanged\n").count(),
        5,
        "{}",
        again.raw()
    );
    let dry = apply(&tenant, &["--dry-run=server"]).expect(0);
    assert_eq!(
        dry.stdout.matches(" unchanged (server dry run)\n").count(),
        5,
        "{}",
        dry.raw()
    );
    assert_eq!(versions(&tenant), before);

    // A job's template cannot be changed.
    tenant.world.file("k8s/app.yaml", &manifests("two"));
    let dry = apply(&tenant, &["--dry-run=server", "--replace"]).expect(0);
    assert!(
        dry.stdout
            .contains("job.batch/once replaced (server dry run)\n"),
        "{}",
        dry.raw()
    );
    apply(&tenant, &[]).expect(1).explains(&[
        "job.batch/once",
        "`spec.template.spec` cannot be changed",
        "`--replace`",
    ]);
    let replaced = apply(&tenant, &["--replace"]).expect(0);
    assert!(
        replaced.stdout.contains("job.batch/once replaced\n"),
        "{}",
        replaced.raw()
    );
    assert_eq!(
        replaced.stdout.matches(" unchanged\n").count(),
        4,
        "{}",
        replaced.raw()
    );
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn fields_of_kubectl_are_named() {
    let tenant = Tenant::claim("live-owning");
    let map = |value: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: shared}}\ndata: {{key: {value}}}\n"
        )
    };
    let file = tenant.world.file("k8s/map.yaml", &map("one"));
    let namespace = format!("--namespace={}", tenant.namespace);
    tenant
        .world
        .kubectl(["apply", &namespace, "--filename", &file])
        .expect(0);
    apply(&tenant, &[])
        .expect(0)
        .explains(&["`kubectl apply` without `--server-side` still owns fields of 1 object"]);

    tenant.world.file("k8s/map.yaml", &map("two"));
    apply(&tenant, &["--field-manager=other"])
        .expect(1)
        .explains(&[
            "conflict: ",
            "`.data.key` is managed by `kubectl-client-side-apply`",
            "`--force-conflicts`",
        ]);
    let forced = apply(&tenant, &["--force-conflicts"]).expect(0);
    assert_eq!(forced.stdout, "configmap/shared configured\n");

    // What the warning recommends.
    let hand_over = [
        "apply",
        "--server-side",
        "--force-conflicts",
        "--field-manager=ksail",
        &namespace,
        "--filename",
        &file,
    ];
    tenant.world.kubectl(hand_over).expect(0);
    let after = apply(&tenant, &[]).expect(0);
    assert!(!after.stderr.contains("still owns"), "{}", after.raw());
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn many_objects_are_sent_once_each_and_only_if_something_changes() {
    const MAPS: usize = 1000;
    let tenant = Tenant::claim("live-many");
    let all = maps(MAPS);
    let one_changed = all.replacen("value", "other", 1);
    for (manifests, counts) in [
        (&all, [("created", MAPS), ("unchanged", 0)]),
        (&all, [("created", 0), ("unchanged", MAPS)]),
        (&one_changed, [("configured", 1), ("unchanged", MAPS - 1)]),
    ] {
        tenant.world.file("k8s/maps.yaml", manifests);
        let before = patches(&tenant);
        let ended = apply(&tenant, &[]).expect(0);
        eprintln!("{counts:?}: {:.2?}", ended.took);
        for (word, count) in counts {
            let lines = ended.stdout.matches(&format!(" {word}\n")).count();
            assert_eq!(lines, count, "{word}: {}", ended.stderr);
        }
        assert_eq!(patches(&tenant) - before, counts[0].1);
    }
}

/// How many times the API server was asked to apply a map, by its own count.
fn patches(tenant: &Tenant) -> usize {
    let metrics = tenant
        .world
        .kubectl(["get", "--raw=/metrics"])
        .expect(0)
        .stdout;
    metrics
        .lines()
        .filter(|line| line.starts_with("apiserver_request_total{"))
        .filter(|line| line.contains("verb=\"APPLY\"") && line.contains("resource=\"configmaps\""))
        .map(|line| line.rsplit(' ').next().unwrap().parse::<usize>().unwrap())
        .sum()
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn a_stopped_run_is_completed_by_the_next() {
    const MAPS: usize = 400;
    let tenant = Tenant::claim("live-stopped");
    tenant.world.file("k8s/maps.yaml", &maps(MAPS));
    let namespace = format!("--namespace={}", tenant.namespace);
    let context = format!("--context={CONTEXT}");
    let running = tenant.world.start([
        "workload",
        "apply",
        "k8s",
        &context,
        &namespace,
        "--kube-api-qps=40",
    ]);
    let count = ["get", "configmaps", "--output=name", &namespace];
    eventually(Duration::from_mins(1), || {
        match tenant.world.kubectl(count).stdout.lines().count() {
            few if few < 50 => Err(format!("{few} so far")),
            _ => Ok(()),
        }
    });
    running.signal("INT");
    let stopped = Instant::now();
    let ended = running
        .end_within(Duration::from_mins(1))
        .expect(130)
        .explains(&["interrupted", " not applied"]);
    eprintln!("gone {:.2?} after Ctrl-C", stopped.elapsed());
    let count = |word: &str| ended.stdout.matches(word).count();
    let (created, unknown, not_applied) = (
        count(" created\n"),
        count(" unknown\n"),
        count(" not applied\n"),
    );
    assert_eq!(created + unknown + not_applied, MAPS, "{}", ended.raw());
    assert!(created > 0 && not_applied > 0, "{}", ended.raw());

    let again = apply(&tenant, &[]).expect(0);
    let unchanged = again.stdout.matches(" unchanged\n").count();
    assert!(
        (created..=created + unknown).contains(&unchanged),
        "{created}, {unknown}, then {unchanged}"
    );
    assert_eq!(again.stdout.matches(" created\n").count(), MAPS - unchanged);
}
