//! Sets of objects that `ksail` and `kubectl apply --prune --applyset` share, on a real API server.

use std::time::Duration;

use serde_json::Value;

use crate::support::process::Ended;
use crate::support::shared::{CONTEXT, Tenant};

const PATIENCE: Duration = Duration::from_mins(1);

fn maps(names: &[&str]) -> String {
    let map = |name: &&str| {
        format!(
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  key: value\n"
        )
    };
    names.iter().map(map).collect()
}

impl Tenant {
    /// Runs a command of `ksail workload` in the namespace.
    #[track_caller]
    fn workload(&self, arguments: &[&str]) -> Ended {
        self.world.ksail(self.line(arguments))
    }

    fn line(&self, arguments: &[&str]) -> Vec<String> {
        let namespace = format!("--namespace={}", self.namespace);
        let context = format!("--context={CONTEXT}");
        let all = ["workload"].iter().chain(arguments).copied();
        all.chain([namespace.as_str(), context.as_str(), "--yes"])
            .map(str::to_owned)
            .collect()
    }

    /// Runs `kubectl apply --prune` on the set `mixed`.
    #[track_caller]
    fn kubectl_prune(&self, file: &str) -> Ended {
        let namespace = format!("--namespace={}", self.namespace);
        let arguments = [
            "apply",
            "--prune",
            "--applyset=mixed",
            "--filename",
            file,
            &namespace,
        ];
        self.world
            .kubectl_with("KUBECTL_APPLYSET", arguments)
            .expect(0)
    }

    #[track_caller]
    fn objects(&self, kind: &str) -> Vec<String> {
        let label = "--selector=applyset.kubernetes.io/part-of";
        let items = self
            .world
            .items(&[kind, "--namespace", self.namespace, label]);
        let name = |item: &Value| item["metadata"]["name"].as_str().unwrap().to_owned();
        items.iter().map(name).collect()
    }

    fn parent(&self) -> Value {
        let found = self
            .world
            .items(&["secret/mixed", "--namespace", self.namespace]);
        found[0]["metadata"]["annotations"].clone()
    }
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn kubectl_prunes_what_we_applied_and_we_prune_what_kubectl_applied() {
    let tenant = Tenant::claim("prune-mixed");
    let three = tenant
        .world
        .file("three.yaml", &maps(&["one", "two", "three"]));
    let one = tenant.world.file("one.yaml", &maps(&["one"]));
    let others = tenant
        .world
        .file("others.yaml", &maps(&["one", "four", "five"]));
    let apply =
        |file: &str| tenant.workload(&["apply", "--prune", "--applyset=mixed", "--filename", file]);

    apply(&three).expect(0);
    assert_eq!(tenant.objects("configmaps"), ["one", "three", "two"]);
    let ours = tenant.parent();
    assert_eq!(
        ours["applyset.kubernetes.io/contains-group-kinds"],
        "ConfigMap"
    );
    assert!(
        ours["applyset.kubernetes.io/tooling"]
            .as_str()
            .unwrap()
            .contains("ksail")
    );

    let pruned = tenant.kubectl_prune(&one);
    for name in ["two", "three"] {
        let line = format!("configmap/{name} pruned");
        assert!(pruned.stdout.contains(&line), "{}", pruned.raw());
    }
    assert_eq!(tenant.objects("configmaps"), ["one"]);
    let theirs = tenant.parent();
    assert_eq!(theirs["applyset.kubernetes.io/tooling"], "kubectl/v1.36.4");

    tenant.kubectl_prune(&others);
    assert_eq!(tenant.objects("configmaps"), ["five", "four", "one"]);
    let pruned = apply(&one).expect(0);
    assert_eq!(
        pruned.lines()[1..],
        ["configmap/five pruned", "configmap/four pruned"]
    );
    assert_eq!(tenant.objects("configmaps"), ["one"]);
    assert_eq!(apply(&one).expect(0).lines(), ["configmap/one unchanged"]);
    // And kubectl once more, after us.
    assert!(tenant.kubectl_prune(&one).stdout.contains("configmap/one"));

    let deleted = tenant.workload(&["delete", "--applyset=mixed"]).expect(0);
    assert_eq!(
        deleted.lines(),
        ["configmap/one deleted", "secret/mixed deleted"]
    );
    let gone = tenant.workload(&["delete", "--applyset=mixed"]).expect(1);
    gone.explains(&["there is no applyset secret/mixed"]);
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn an_interrupted_prune_converges_and_protected_objects_stay() {
    let tenant = Tenant::claim("prune-held");
    let held = maps(&["held"]).replace("\ndata", "\n  finalizers: [\"ksail.io/test\"]\ndata");
    let kept = maps(&["kept"]).replace(
        "\ndata",
        "\n  annotations: {\"ksail.io/prune\": disabled}\ndata",
    );
    let one = maps(&["one"]);
    tenant.world.file("all.yaml", &format!("{one}{held}{kept}"));
    tenant.world.file("one.yaml", &one);
    let line = |file: &'static str| {
        [
            "apply",
            "--prune",
            "--applyset=held",
            "-v",
            "--filename",
            file,
        ]
    };
    tenant.workload(&line("all.yaml")).expect(0);

    let pruning = tenant.world.start(tenant.line(&line("one.yaml")));
    pruning.await_stderr("has not removed the finalizer `ksail.io/test`", PATIENCE);
    pruning.signal("INT");
    let interrupted = pruning.end_within(PATIENCE).expect(130);
    interrupted.explains(&["0 of 1 deleted, 1 perhaps being deleted, 0 not touched"]);

    let patch = r#"{"metadata":{"finalizers":null}}"#;
    let namespace = format!("--namespace={}", tenant.namespace);
    let release = [
        "patch",
        "configmap/held",
        "--type=merge",
        "--patch",
        patch,
        namespace.as_str(),
    ];
    tenant.world.kubectl(release).expect(0);
    let again = tenant.workload(&line("one.yaml")).expect(0);
    assert_eq!(again.lines(), ["configmap/one unchanged"]);
    again.explains(&["keep configmap/kept", "marked `ksail.io/prune: disabled`"]);
    assert_eq!(tenant.objects("configmaps"), ["kept", "one"]);

    let deleted = tenant
        .workload(&["delete", "--filename=all.yaml"])
        .expect(1);
    assert_eq!(
        deleted.lines(),
        [
            "configmap/held not found",
            "configmap/one deleted",
            "configmap/kept deleted"
        ]
    );
}
