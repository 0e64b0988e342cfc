//! Pods by chance, with every kind of reference.

use serde_json::{Value, json};

use super::objects::{NAMES, WORDS};
use crate::reading::texts::Dice;

/// Images.
pub(super) const IMAGES: &[&str] = &[
    "nginx",
    "nginx:1.2",
    "reg.example:5000/app:v1",
    "reg.example:5000/app",
    "app@sha256:0000000000000000000000000000000000000000000000000000000000000000",
    "app:2",
];
/// Names of config maps.
pub(super) const CONFIGS: &[&str] = &["conf", "env", "web"];
/// Names of secrets.
pub(super) const SECRETS: &[&str] = &["token", "conf", "db"];
/// Names of containers.
pub(super) const CONTAINERS: &[&str] = &["main", "side", "log"];

/// A template of a pod.
pub(super) fn template(dice: &mut Dice) -> Value {
    let mut template =
        json!({"metadata": {"labels": {"app": dice.pick(NAMES)}}, "spec": spec(dice)});
    match dice.below(8) {
        0 => drop(template.as_object_mut().and_then(|t| t.remove("metadata"))),
        1 => template["metadata"]["annotations"] = json!({"note": dice.pick(WORDS)}),
        _ => {}
    }
    template
}

/// What a pod consists of.
pub(super) fn spec(dice: &mut Dice) -> Value {
    let count = 1 + dice.below(CONTAINERS.len());
    let containers: Vec<Value> = CONTAINERS[..count]
        .iter()
        .map(|name| container(dice, name))
        .collect();
    let mut spec = json!({ "containers": containers });
    if dice.once_in(4) {
        spec["initContainers"] = json!([container(dice, "init")]);
    }
    if dice.once_in(2) {
        spec["volumes"] = volumes(dice);
    }
    if dice.once_in(3) {
        spec["serviceAccountName"] = dice.pick(NAMES).into();
    }
    if dice.once_in(5) {
        spec["imagePullSecrets"] = json!([{"name": dice.pick(SECRETS)}]);
    }
    if dice.once_in(6) {
        spec["tolerations"] =
            json!([{"key": "a", "operator": "Exists"}, {"key": "b", "value": "c"}]);
        spec["priorityClassName"] = dice.pick(NAMES).into();
    }
    if dice.once_in(6) {
        let selector = json!({"matchLabels": {"app": dice.pick(NAMES)}});
        spec["affinity"] = json!({"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution":
            [{"weight": 1, "podAffinityTerm": {"topologyKey": "t", "labelSelector": selector}}]}});
        spec["topologySpreadConstraints"] = json!([{"maxSkew": 1, "topologyKey": "z", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": selector}]);
    }
    spec
}

fn container(dice: &mut Dice, name: &str) -> Value {
    let mut container = json!({"name": name, "image": dice.pick(IMAGES)});
    if dice.once_in(2) {
        container["env"] = environment(dice);
    }
    match dice.below(6) {
        0 => container["envFrom"] = json!([{"configMapRef": {"name": dice.pick(CONFIGS)}}]),
        1 => {
            container["envFrom"] =
                json!([{"secretRef": {"name": dice.pick(SECRETS)}, "prefix": "P_"}]);
        }
        _ => {}
    }
    if dice.once_in(3) {
        container["ports"] = json!([{"containerPort": 80, "name": "http"}, {"containerPort": 53, "protocol": "UDP"}]);
    }
    if dice.once_in(3) {
        container["args"] = json!(["--to=$(VAR)", dice.pick(WORDS), "--port=$(PORT)"]);
    }
    if dice.once_in(4) {
        container["volumeMounts"] =
            json!([{"name": "a", "mountPath": "/a"}, {"name": "b", "mountPath": "/b"}]);
    }
    if dice.once_in(5) {
        container["resources"] = json!({"limits": {"cpu": "1", "memory": "1Gi"}});
    }
    container
}

fn environment(dice: &mut Dice) -> Value {
    let mut entries = vec![json!({"name": "A", "value": dice.pick(WORDS)})];
    if dice.once_in(2) {
        let from = json!({"configMapKeyRef": {"name": dice.pick(CONFIGS), "key": "a"}});
        entries.push(json!({"name": "B", "valueFrom": from}));
    }
    if dice.once_in(2) {
        let from = json!({"secretKeyRef": {"name": dice.pick(SECRETS), "key": "a"}});
        entries.push(json!({"name": "C", "valueFrom": from}));
    }
    if dice.once_in(3) {
        entries.push(json!({"name": "D", "value": "http://$(VAR):$(PORT)/$$(VAR)"}));
    }
    json!(entries)
}

fn volumes(dice: &mut Dice) -> Value {
    let source = |dice: &mut Dice| match dice.below(5) {
        0 => json!({"configMap": {"name": dice.pick(CONFIGS)}}),
        1 => json!({"secret": {"secretName": dice.pick(SECRETS)}}),
        2 => json!({"persistentVolumeClaim": {"claimName": dice.pick(NAMES)}}),
        3 => {
            json!({"projected": {"sources": [{"configMap": {"name": dice.pick(CONFIGS)}}, {"secret": {"name": dice.pick(SECRETS)}}]}})
        }
        _ => json!({"emptyDir": {}}),
    };
    let named = |dice: &mut Dice, name: &str| {
        let mut volume = source(dice);
        volume["name"] = name.into();
        volume
    };
    json!([named(dice, "a"), named(dice, "b")])
}
