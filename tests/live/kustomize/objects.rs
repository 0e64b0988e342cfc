//! Objects by chance: few names, so that they refer to each other, and every kind that a transformer treats specially.

use serde_json::{Value, json};

use super::pods;
use crate::reading::texts::Dice;

/// Names of most objects.
pub(super) const NAMES: &[&str] = &["web", "db", "api"];
/// Namespaces.
pub(super) const SPACES: &[&str] = &["east", "west", "default"];
/// Strings that are something else to some readers.
pub(super) const WORDS: &[&str] = &["a", "yes", "0644", "1.5", "", "x y", "null", "a=b:c", "é"];

const KINDS: &[(&str, &str)] = &[
    ("apps/v1", "Deployment"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "ReplicaSet"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    ("v1", "Pod"),
    ("v1", "ReplicationController"),
    ("v1", "Service"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "ServiceAccount"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "PersistentVolume"),
    ("v1", "Namespace"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    ("networking.k8s.io/v1", "Ingress"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("policy/v1", "PodDisruptionBudget"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("storage.k8s.io/v1", "StorageClass"),
    ("scheduling.k8s.io/v1", "PriorityClass"),
    (
        "admissionregistration.k8s.io/v1",
        "ValidatingWebhookConfiguration",
    ),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ("apiregistration.k8s.io/v1", "APIService"),
    ("example.org/v1", "Boat"),
    ("example.org/v1", "Boat"),
];

/// An object.
pub(super) fn object(dice: &mut Dice) -> Value {
    let (api, kind) = KINDS[dice.below(KINDS.len())];
    let mut object = json!({"apiVersion": api, "kind": kind, "metadata": metadata(dice)});
    for (key, value) in body(dice, kind).as_object().cloned().unwrap_or_default() {
        object[key] = value;
    }
    object
}

fn metadata(dice: &mut Dice) -> Value {
    let mut metadata = json!({"name": dice.pick(NAMES)});
    if dice.once_in(6) {
        metadata["namespace"] = dice.pick(SPACES).into();
    }
    if dice.once_in(3) {
        metadata["labels"] = json!({"app": dice.pick(NAMES), "tier": dice.pick(WORDS)});
    }
    if dice.once_in(5) {
        metadata["annotations"] = json!({"note": dice.pick(WORDS), "own": "$(VAR)"});
    }
    metadata
}

fn body(dice: &mut Dice, kind: &str) -> Value {
    let name = dice.pick(NAMES);
    match kind {
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" => workload(dice, kind),
        "ReplicationController" => {
            json!({"spec": {"selector": {"app": name}, "template": pods::template(dice)}})
        }
        "Job" => json!({"spec": {"template": pods::template(dice)}}),
        "CronJob" => json!({"spec": {"schedule": "0 1 * * *",
            "jobTemplate": {"spec": {"template": pods::template(dice)}}}}),
        "Pod" => json!({"spec": pods::spec(dice)}),
        "Service" => service(dice),
        "ConfigMap" => json!({"data": {"a": dice.pick(WORDS), "b": "x:y:z", "name": name}}),
        "Secret" => json!({"type": "Opaque", "data": {"a": "YQ==", "b": "eDp5"}}),
        "ServiceAccount" => json!({"imagePullSecrets": [{"name": dice.pick(pods::SECRETS)}]}),
        "PersistentVolumeClaim" => json!({"spec": {"volumeName": name, "storageClassName": name}}),
        "PersistentVolume" => json!({"spec": {"storageClassName": name}}),
        "Role" | "ClusterRole" => json!({"rules": [{"apiGroups": [""], "verbs": ["get"],
            "resources": ["configmaps"], "resourceNames": [dice.pick(pods::CONFIGS), name]}]}),
        "RoleBinding" | "ClusterRoleBinding" => binding(dice, kind),
        "Ingress" => ingress(dice),
        "NetworkPolicy" => json!({"spec": {"podSelector": {"matchLabels": {"app": name}},
            "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": name}}}, {"ipBlock": {"cidr": "10.0.0.0/8"}}]}]}}),
        "PodDisruptionBudget" => {
            json!({"spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": name}}}})
        }
        "HorizontalPodAutoscaler" => json!({"spec": {"maxReplicas": 3,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}}}),
        "StorageClass" => {
            json!({"provisioner": "p", "parameters": {"secretName": dice.pick(pods::SECRETS)}})
        }
        "PriorityClass" => json!({"value": 10}),
        "ValidatingWebhookConfiguration" => json!({"webhooks": [{"name": "a.example.org",
            "clientConfig": {"service": {"name": name, "namespace": dice.pick(SPACES)}}}]}),
        "APIService" => {
            json!({"spec": {"service": {"name": name, "namespace": dice.pick(SPACES)}}})
        }
        "CustomResourceDefinition" => json!({"spec": {"group": "example.org", "versions": []}}),
        "Boat" => boat(dice),
        _ => json!({}),
    }
}

fn workload(dice: &mut Dice, kind: &str) -> Value {
    let app = dice.pick(NAMES);
    let mut spec =
        json!({"selector": {"matchLabels": {"app": app}}, "template": pods::template(dice)});
    if kind != "DaemonSet" && dice.once_in(2) {
        spec["replicas"] = (dice.below(4)).into();
    }
    if kind == "StatefulSet" {
        spec["serviceName"] = dice.pick(NAMES).into();
        spec["volumeClaimTemplates"] =
            json!([{"metadata": {"name": "v"}, "spec": {"storageClassName": app}}]);
    }
    if kind == "Deployment" && dice.once_in(4) {
        spec["strategy"] = json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}});
    }
    json!({ "spec": spec })
}

fn service(dice: &mut Dice) -> Value {
    let mut ports = vec![json!({"port": 80, "name": "http"})];
    if dice.once_in(2) {
        ports.push(json!({"port": 53, "protocol": "UDP", "name": "dns"}));
        ports.push(json!({"port": 53, "protocol": "TCP", "name": "dns-tcp"}));
    }
    let mut spec = json!({ "ports": ports });
    if !dice.once_in(4) {
        spec["selector"] = json!({"app": dice.pick(NAMES)});
    }
    json!({ "spec": spec })
}

fn binding(dice: &mut Dice, kind: &str) -> Value {
    let role = match kind {
        "RoleBinding" if dice.once_in(2) => "Role",
        _ => "ClusterRole",
    };
    let mut subjects = vec![json!({"kind": "ServiceAccount", "name": dice.pick(NAMES)})];
    if kind == "ClusterRoleBinding" || dice.once_in(2) {
        subjects[0]["namespace"] = dice.pick(SPACES).into();
    }
    if dice.once_in(2) {
        subjects.push(
            json!({"kind": "ServiceAccount", "name": "default", "namespace": dice.pick(SPACES)}),
        );
    }
    if dice.once_in(3) {
        subjects.push(json!({"kind": "User", "name": dice.pick(NAMES), "apiGroup": "rbac.authorization.k8s.io"}));
    }
    json!({"subjects": subjects, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role, "name": dice.pick(NAMES)}})
}

fn ingress(dice: &mut Dice) -> Value {
    let backend = json!({"service": {"name": dice.pick(NAMES), "port": {"number": 80}}});
    let mut spec = json!({"rules": [{"host": "$(VAR).example",
        "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]});
    if dice.once_in(2) {
        spec["tls"] =
            json!([{"secretName": dice.pick(pods::SECRETS), "hosts": ["a.example", "b.example"]}]);
    }
    json!({ "spec": spec })
}

fn boat(dice: &mut Dice) -> Value {
    let mut spec = json!({
        "size": dice.below(9), "engine": dice.pick(pods::IMAGES), "name": dice.pick(NAMES),
        "crew": [{"name": "a", "role": dice.pick(WORDS)}, {"name": "b"}], "deep": {"flags": ["x", "y"]},
        "conf": {"name": dice.pick(pods::CONFIGS)},
    });
    if dice.once_in(2) {
        spec["template"] = pods::template(dice);
    }
    if dice.once_in(3) {
        spec["weight"] = json!(1.5);
        spec["empty"] = json!({});
        spec["nothing"] = Value::Null;
    }
    json!({ "spec": spec })
}
