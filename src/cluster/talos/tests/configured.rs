//! The machines' configurations.

use serde_json::{Value, json};

use super::{configure, decide, nothing, spec, try_decide, userdata};
use crate::cluster::observed::Snapshot;
use crate::config::Located;
use crate::yaml::Source;

fn config(counts: [u32; 2], flags: &[(&'static str, &str)], name: &str) -> Value {
    userdata(spec(&decide(counts, flags), name))
}

const PLANE: &str = "dev-controlplane-1";
const WORKER: &str = "dev-worker-1";

#[test]
fn workers_have_no_keys() {
    let decided = decide([1, 1], &[]);
    let [plane, worker] = [PLANE, WORKER].map(|name| userdata(spec(&decided, name)));
    assert_eq!(worker["machine"]["type"], "worker");
    for path in ["/machine/ca", "/cluster/ca"] {
        let part = |config: &Value| config.pointer(path).unwrap().clone();
        assert_eq!(part(&worker)["crt"], part(&plane)["crt"], "{path}");
        assert_ne!(part(&plane)["key"], "");
        assert!(part(&worker).get("key").is_none_or(|key| key == ""));
    }
    for field in [
        "etcd",
        "aggregatorCA",
        "serviceAccount",
        "secretboxEncryptionSecret",
    ] {
        assert!(plane["cluster"].get(field).is_some(), "{field}");
        assert_eq!(worker["cluster"].get(field), None, "{field}");
    }
}

#[test]
fn every_release_takes_both() {
    for minor in 9..=14 {
        for cgroup_version in [1, 2] {
            let mut config =
                configure([3, 1], &[("--registry-mirror", "*=http://10.5.0.1:5000")]).unwrap();
            config.image = Some(Located {
                value: format!("ghcr.io/siderolabs/talos:v1.{minor}.0"),
                at: Source::new("--image").whole(),
            });
            let mut engine = nothing();
            engine.host.cgroup_version = cgroup_version;
            let decided = try_decide(&config, &engine).unwrap();
            for name in [PLANE, WORKER] {
                let config = userdata(spec(&decided, name));
                let extra = &config["machine"]["kubelet"]["extraConfig"];
                let told = extra.get("failCgroupV1").cloned();
                assert_eq!(
                    told,
                    (cgroup_version == 1).then(|| json!(false)),
                    "1.{minor}"
                );
            }
        }
    }
}

#[test]
fn the_balancer_is_for_several_control_planes() {
    let balanced = |planes| {
        let config = config([planes, 1], &[], WORKER);
        config["machine"]["features"]["kubePrism"]["enabled"] == true
    };
    assert!(!balanced(1));
    assert!(balanced(3));
}

#[test]
fn control_planes_take_pods_where_nobody_else_does() {
    let scheduled = |workers| {
        let config = config([1, workers], &[], PLANE);
        config["cluster"]
            .get("allowSchedulingOnControlPlanes")
            .cloned()
    };
    assert_eq!(scheduled(0), Some(json!(true)));
    assert_eq!(scheduled(1), None);
}

#[test]
fn images_are_named_for_a_version_of_kubernetes_only() {
    assert_eq!(
        config([1, 1], &[], PLANE)["machine"]["kubelet"].get("image"),
        None
    );
    let flags = [("--kubernetes-version", "v1.35.1")];
    let plane = config([1, 1], &flags, PLANE);
    for (path, image) in [
        ("/machine/kubelet", "ghcr.io/siderolabs/kubelet"),
        ("/cluster/apiServer", "registry.k8s.io/kube-apiserver"),
        (
            "/cluster/controllerManager",
            "registry.k8s.io/kube-controller-manager",
        ),
        ("/cluster/proxy", "registry.k8s.io/kube-proxy"),
        ("/cluster/scheduler", "registry.k8s.io/kube-scheduler"),
    ] {
        let found = &plane.pointer(path).unwrap()["image"];
        assert_eq!(*found, format!("{image}:v1.35.1"));
    }
    let worker = config([1, 1], &flags, WORKER);
    assert_eq!(
        worker["machine"]["kubelet"]["image"],
        "ghcr.io/siderolabs/kubelet:v1.35.1"
    );
    assert_eq!(worker["cluster"].get("apiServer"), None);
}

#[test]
fn mirrors_of_a_registry_are_tried_in_their_order() {
    let flag = "--registry-mirror";
    let flags = [
        (flag, "docker.io=http://b"),
        (flag, "ghcr.io=https://c"),
        (flag, "docker.io=http://a"),
    ];
    for name in [PLANE, WORKER] {
        assert_eq!(
            config([1, 1], &flags, name)["machine"]["registries"]["mirrors"],
            json!({
                "docker.io": {"endpoints": ["http://b", "http://a"]},
                "ghcr.io": {"endpoints": ["https://c"]},
            })
        );
    }
}

#[test]
fn patches_apply_in_their_order_to_those_they_are_for() {
    let label = |text: &'static str| ("--config-patch", text);
    let flags = [
        label("@a.yaml"),
        label("{\"machine\": {\"nodeLabels\": {\"from\": \"flag\", \"all\": \"yes\"}}}"),
        (
            "--config-patch-controlplanes",
            "machine:\n  nodeLabels: {role: plane}\n",
        ),
        (
            "--config-patch-workers",
            "[{\"op\": \"add\", \"path\": \"/machine/nodeLabels/role\", \"value\": \"worker\"}]",
        ),
    ];
    let labels = |name: &str| config([1, 1], &flags, name)["machine"]["nodeLabels"].clone();
    assert_eq!(labels(PLANE)["role"], "plane");
    assert_eq!(
        labels(WORKER),
        json!({"from": "flag", "all": "yes", "role": "worker"})
    );
    let turned = [flags[1], label("a.yaml")];
    let labels = config([1, 1], &turned, WORKER)["machine"]["nodeLabels"].clone();
    assert_eq!(labels, json!({"from": "file", "all": "yes"}));
}

#[test]
fn ranges_of_patches_count() {
    let patch = "cluster:\n  network:\n    serviceSubnets: [10.5.0.0/16]\n";
    let config = configure([1, 0], &[("--config-patch", patch)]).unwrap();
    let error = try_decide(&config, &nothing()).map(drop).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the network's address range 10.5.0.0/24 overlaps 10.5.0.0/16, the one of services"
    );
}

#[test]
fn secrets_are_those_of_the_cluster_that_exists() {
    let first = decide([1, 0], &[]);
    let text = serde_json::to_string(&userdata(spec(&first, PLANE))).unwrap();
    let recovered = vec![("/system/state/config.yaml".to_owned(), text.into_bytes())];
    let config = configure([1, 1], &[]).unwrap();
    let snapshot: Snapshot = nothing();
    let second = super::with(&snapshot, &[], |facts| {
        let facts = crate::cluster::blueprint::Facts {
            recovered: Some(&recovered),
            ..*facts
        };
        crate::cluster::talos::desired::decide("dev", &config, &facts).unwrap()
    });
    assert!(first.secrets == second.secrets);
}
