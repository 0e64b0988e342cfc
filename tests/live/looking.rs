//! `ksail workload diff`, `wait` and `status` on a real API server, beside kubectl where it has the same command.

use serde_json::Value;

use crate::support::ECHO;
use crate::support::process::Ended;
use crate::support::shared::{CONTEXT, Tenant};

fn workload(tenant: &Tenant, command: &str, more: &[&str]) -> Ended {
    let namespace = format!("--namespace={}", tenant.namespace);
    let context = format!("--context={CONTEXT}");
    let base = ["workload", command, &context, &namespace];
    tenant
        .world
        .ksail(base.into_iter().chain(more.iter().copied()))
}

fn deployment(image: &str, replicas: u32) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: app}}\nspec:\n  replicas: {replicas}\n  \
         selector: {{matchLabels: {{app: app}}}}\n  template:\n    metadata: {{labels: {{app: app}}}}\n    spec:\n      \
         terminationGracePeriodSeconds: 1\n      containers: [{{name: app, image: '{image}', args: [serve]}}]\n"
    )
}

fn map_and_secret(map: &str, password: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings}}\ndata: {{key: {map}, other: same}}\n\
         ---\napiVersion: v1\nkind: Secret\nmetadata: {{name: login}}\nstringData: {{password: {password}, user: constant-user}}\n"
    )
}

/// The lines that a unified diff takes and gives, without names of files, quotes, and what only kubectl shows.
fn changes(diff: &str) -> Vec<String> {
    const NOISE: [&str; 5] = [
        "generation:",
        "uid:",
        "creationTimestamp:",
        "resourceVersion:",
        "data:",
    ];
    let mut lines: Vec<String> = diff
        .lines()
        .filter(|line| line.starts_with(['+', '-']))
        .filter(|line| !line.starts_with("+++") && !line.starts_with("---"))
        .map(|line| {
            format!(
                "{}{}",
                &line[..1],
                line[1..].trim().replace(['"', '\''], "")
            )
        })
        .filter(|line| !NOISE.iter().any(|noise| line[1..].starts_with(noise)))
        .collect();
    lines.sort();
    lines
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn a_diff_shows_what_kubectl_shows() {
    let tenant = Tenant::claim("live-diff");
    let text = |map: &str, password: &str, replicas| {
        format!(
            "{}{}",
            deployment(ECHO, replicas),
            map_and_secret(map, password)
        )
    };
    let file = tenant
        .world
        .file("k8s/app.yaml", &text("one", "old-password", 1));
    workload(&tenant, "apply", &["k8s", "--wait=false"]).expect(0);
    let same = workload(&tenant, "diff", &["k8s", "--exit-code"]).expect(0);
    assert_eq!(same.stdout, "", "{}", same.raw());

    let new = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: fresh}\ndata: {a: b}\n";
    let changed = format!("{}{new}", text("two", "new-password", 3));
    tenant.world.file("k8s/app.yaml", &changed);
    let ours = workload(&tenant, "diff", &["k8s", "--exit-code"]).expect(2);
    let namespace = format!("--namespace={}", tenant.namespace);
    let kubectl = [
        "diff",
        "--server-side",
        "--field-manager=ksail",
        &namespace,
        "--filename",
        &file,
    ];
    let theirs = tenant.world.kubectl(kubectl).expect(1);
    eprintln!(
        "ours ({:.1?}):\n{}theirs ({:.1?}):\n{}",
        ours.took, ours.stdout, theirs.took, theirs.stdout
    );
    let secrets = |line: &String| line.contains("password") || line.contains("***");
    let (ours_plain, theirs_plain): (Vec<_>, Vec<_>) = (
        changes(&ours.stdout)
            .into_iter()
            .filter(|line| !secrets(line))
            .collect(),
        changes(&theirs.stdout)
            .into_iter()
            .filter(|line| !secrets(line))
            .collect(),
    );
    assert_eq!(ours_plain, theirs_plain);
    for line in ["-password: *** (before)", "+password: *** (after)"] {
        assert!(
            changes(&ours.stdout).contains(&line.to_owned()),
            "{}",
            ours.stdout
        );
        assert!(
            changes(&theirs.stdout).contains(&line.to_owned()),
            "{}",
            theirs.stdout
        );
    }
    for secret in [
        "old-password",
        "new-password",
        "constant-user",
        "b2xkLXBhc3N3b3Jk",
    ] {
        assert!(
            !ours.stdout.contains(secret) && !ours.stderr.contains(secret),
            "{}",
            ours.raw()
        );
    }
    // Nothing was stored.
    let again = workload(&tenant, "diff", &["k8s", "-o", "json"])
        .expect(0)
        .json();
    let summary = &again["summary"];
    assert_eq!(
        (&summary["new"], &summary["changed"]),
        (&1.into(), &3.into()),
        "{again:#}"
    );
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn a_diff_of_a_kind_that_is_only_coming() {
    let tenant = Tenant::claim("live-diff-kind");
    let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n\
        metadata: {name: coming.live.ksail.test}\nspec:\n  group: live.ksail.test\n  scope: Namespaced\n  \
        names: {kind: Coming, plural: coming}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    \
        schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}\n\
        ---\napiVersion: live.ksail.test/v1\nkind: Coming\nmetadata: {name: first}\nspec: {a: 1}\n\
        ---\napiVersion: v1\nkind: Namespace\nmetadata: {name: live-diff-other}\n\
        ---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: live-diff-other}\n";
    tenant.world.file("k8s/all.yaml", definition);
    let found = workload(&tenant, "diff", &["k8s", "-o", "json", "--exit-code"])
        .expect(2)
        .json();
    assert_eq!(found["summary"]["new"], 4, "{found:#}");
    assert_eq!(found["summary"]["failed"], 0, "{found:#}");
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn rollouts_jobs_claims_and_balancers_are_waited_for() {
    let tenant = Tenant::claim("live-wait");
    let others = format!(
        "---\napiVersion: batch/v1\nkind: Job\nmetadata: {{name: once}}\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n      \
         containers: [{{name: a, image: '{ECHO}', args: [resolve, localhost]}}]\n\
         ---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: data}}\nspec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1Mi}}}}}}\n\
         ---\napiVersion: v1\nkind: ResourceQuota\nmetadata: {{name: quota}}\nspec: {{hard: {{pods: \"20\"}}}}\n\
         ---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: app}}\nspec: {{minAvailable: 1, selector: {{matchLabels: {{app: app}}}}}}\n"
    );
    tenant
        .world
        .file("k8s/app.yaml", &format!("{}{others}", deployment(ECHO, 2)));
    workload(&tenant, "apply", &["k8s", "--wait=false"]).expect(0);
    let waited = workload(&tenant, "wait", &["k8s", "--timeout=3m"]).expect(0);
    assert_eq!(waited.lines().len(), 5, "{}", waited.raw());
    let status = workload(&tenant, "status", &["k8s", "--exit-code"]).expect(0);
    eprintln!("{}", status.stdout);
    assert!(
        status.stdout.contains("WaitForFirstConsumer"),
        "{}",
        status.raw()
    );
    assert!(status.stdout.contains("completed"), "{}", status.raw());

    // The same through names, as kubectl says it.
    for goal in [
        "--for=condition=Available",
        "--for=jsonpath={.status.readyReplicas}=2",
        "--for=create",
    ] {
        let ours = workload(&tenant, "wait", &["deploy/app", goal]).expect(0);
        let namespace = format!("--namespace={}", tenant.namespace);
        let theirs = tenant
            .world
            .kubectl(["wait", "deploy/app", goal, &namespace])
            .expect(0);
        if goal != "--for=create" {
            assert_eq!(ours.stdout, theirs.stdout);
        }
    }
    workload(
        &tenant,
        "wait",
        &["pods", "--selector=app=app", "--for=condition=Ready"],
    )
    .expect(0);

    // A new revision that cannot start: the time-out names the pod's reason.
    tenant
        .world
        .file("k8s/app.yaml", &deployment("registry.invalid/none:v1", 2));
    workload(&tenant, "apply", &["k8s", "--wait=false"]).expect(0);
    workload(&tenant, "wait", &["k8s", "--timeout=20s"])
        .expect(4)
        .explains(&[
            "deployment.apps/app",
            "1 of 2 replicas updated",
            "pod: container `app`: ",
        ]);

    let balancer = "apiVersion: v1\nkind: Service\nmetadata: {name: lb}\nspec: {type: LoadBalancer, ports: [{port: 80}]}\n";
    tenant.world.file("lb/lb.yaml", balancer);
    workload(&tenant, "apply", &["lb", "--wait=false"]).expect(0);
    workload(&tenant, "wait", &["lb", "--timeout=2s"])
        .expect(4)
        .explains(&["service/lb", "its load balancer has no address"]);
    let namespace = format!("--namespace={}", tenant.namespace);
    let patch = r#"--patch={"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}}"#;
    let address = [
        "patch",
        "service",
        "lb",
        "--subresource=status",
        "--type=merge",
        patch,
        &namespace,
    ];
    tenant.world.kubectl(address).expect(0);
    workload(&tenant, "wait", &["lb"]).expect(0);
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn deletion_and_failure_are_waited_for() {
    let tenant = Tenant::claim("live-wait-end");
    let job = format!(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: fails}}\nspec:\n  backoffLimit: 0\n  template:\n    spec:\n      \
         restartPolicy: Never\n      containers: [{{name: a, image: '{ECHO}', args: [nonsense]}}]\n\
         ---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: held, finalizers: [ksail.test/held]}}\n"
    );
    tenant.world.file("k8s/all.yaml", &job);
    workload(&tenant, "apply", &["k8s", "--wait=false"]).expect(0);
    workload(&tenant, "wait", &["job/fails", "--timeout=2m"])
        .expect(1)
        .explains(&["job.batch/fails: BackoffLimitExceeded"]);
    let namespace = format!("--namespace={}", tenant.namespace);
    let delete = ["delete", "configmap", "held", "--wait=false", &namespace];
    tenant.world.kubectl(delete).expect(0);
    workload(
        &tenant,
        "wait",
        &["cm/held", "--for=delete", "--timeout=2s"],
    )
    .expect(4)
    .explains(&["configmap/held", "held by `ksail.test/held`"]);
    let status = workload(&tenant, "status", &["k8s", "-o", "json"])
        .expect(0)
        .json();
    let held = status["objects"].as_array().unwrap().iter();
    let held: Vec<&Value> = held
        .filter(|row| row["name"] == "held")
        .map(|row| &row["status"])
        .collect();
    assert_eq!(held, ["Terminating"], "{status:#}");
    let free = [
        "patch",
        "configmap",
        "held",
        "--type=merge",
        r#"--patch={"metadata":{"finalizers":null}}"#,
        &namespace,
    ];
    tenant.world.kubectl(free).expect(0);
    let gone = workload(&tenant, "wait", &["cm/held", "--for=delete"]).expect(0);
    assert_eq!(gone.stdout, "configmap/held deleted\n");
}
