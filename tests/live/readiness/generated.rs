//! Objects of all combinations of what rules of readiness look at.

use serde_json::{Value, json};

/// Objects of every combination of values, `null` for a field that is absent.
fn combinations(base: &Value, fields: &[(&str, Vec<Value>)]) -> Vec<Value> {
    let Some(((path, values), rest)) = fields.split_first() else {
        return vec![base.clone()];
    };
    values
        .iter()
        .flat_map(|value| {
            let mut object = base.clone();
            if !value.is_null() {
                let mut place = &mut object;
                for part in path.split('.') {
                    place = &mut place[part];
                }
                *place = value.clone();
            }
            combinations(&object, rest)
        })
        .collect()
}

fn base(api_version: &str, kind: &str) -> Value {
    json!({
        "apiVersion": api_version, "kind": kind,
        "metadata": { "name": "x", "generation": 2, "creationTimestamp": "2020-01-01T00:00:00Z" },
        "spec": {}, "status": {}
    })
}

fn numbers(values: &[i64]) -> Vec<Value> {
    let absent = std::iter::once(Value::Null);
    absent
        .chain(values.iter().map(|value| json!(value)))
        .collect()
}

fn conditions(lists: &[&[(&str, &str, &str)]]) -> Vec<Value> {
    let list = |list: &&[(&str, &str, &str)]| -> Value {
        list.iter()
            .map(|(kind, status, reason)| json!({ "type": kind, "status": status, "reason": reason }))
            .collect()
    };
    std::iter::once(Value::Null)
        .chain(lists.iter().map(list))
        .collect()
}

/// Objects of the kinds that kstatus has rules for, and of some that it has not.
#[expect(clippy::too_many_lines, reason = "a table of fields and their values")]
pub(super) fn generated() -> Vec<Value> {
    let seen = || ("status.observedGeneration", numbers(&[1, 2]));
    let few = || numbers(&[1, 2]);
    let mut objects = Vec::new();
    let mut add = |api_version: &str, kind: &str, fields: &[(&str, Vec<Value>)]| {
        objects.extend(combinations(&base(api_version, kind), fields));
    };
    let rollouts: &[&[(&str, &str, &str)]] = &[
        &[("Available", "True", "x")],
        &[
            ("Available", "True", "x"),
            ("Progressing", "True", "NewReplicaSetAvailable"),
        ],
        &[
            ("Available", "False", "x"),
            ("Progressing", "True", "ReplicaSetUpdated"),
        ],
        &[("Progressing", "False", "ProgressDeadlineExceeded")],
        &[
            ("Available", "True", "x"),
            ("Progressing", "Unknown", "DeploymentPaused"),
        ],
        &[("Stalled", "True", "x")],
    ];
    add(
        "apps/v1",
        "Deployment",
        &[
            seen(),
            ("spec.replicas", few()),
            ("spec.paused", vec![Value::Null, json!(true)]),
            ("spec.progressDeadlineSeconds", numbers(&[600])),
            ("status.replicas", few()),
            ("status.updatedReplicas", few()),
            ("status.readyReplicas", few()),
            ("status.availableReplicas", few()),
            ("status.conditions", conditions(rollouts)),
        ],
    );
    add(
        "apps/v1",
        "StatefulSet",
        &[
            seen(),
            ("spec.replicas", few()),
            (
                "spec.updateStrategy.type",
                vec![Value::Null, json!("RollingUpdate"), json!("OnDelete")],
            ),
            (
                "spec.updateStrategy.rollingUpdate.partition",
                numbers(&[0, 1]),
            ),
            ("status.replicas", few()),
            ("status.readyReplicas", few()),
            ("status.currentReplicas", few()),
            ("status.updatedReplicas", few()),
            ("status.updateRevision", vec![Value::Null, json!("b")]),
            ("status.currentRevision", vec![Value::Null, json!("b")]),
        ],
    );
    add(
        "apps/v1",
        "DaemonSet",
        &[
            seen(),
            (
                "spec.updateStrategy.type",
                vec![Value::Null, json!("OnDelete")],
            ),
            ("status.desiredNumberScheduled", numbers(&[0, 1, 2])),
            ("status.currentNumberScheduled", few()),
            ("status.updatedNumberScheduled", few()),
            ("status.numberAvailable", few()),
            ("status.numberReady", few()),
        ],
    );
    for (api_version, kind) in [("apps/v1", "ReplicaSet"), ("v1", "ReplicationController")] {
        add(
            api_version,
            kind,
            &[
                seen(),
                ("spec.replicas", numbers(&[0, 2])),
                ("status.replicas", few()),
                ("status.fullyLabeledReplicas", few()),
                ("status.readyReplicas", few()),
                ("status.availableReplicas", few()),
                (
                    "status.conditions",
                    conditions(&[
                        &[("ReplicaFailure", "True", "x")],
                        &[("ReplicaFailure", "False", "x")],
                    ]),
                ),
            ],
        );
    }
    let waiting =
        |reason: &str| json!([{ "name": "a", "state": { "waiting": { "reason": reason } } }]);
    add(
        "v1",
        "Pod",
        &[
            (
                "status.phase",
                ["Pending", "Running", "Succeeded", "Failed"]
                    .map(|phase| json!(phase))
                    .into_iter()
                    .chain([Value::Null])
                    .collect(),
            ),
            (
                "status.conditions",
                conditions(&[
                    &[("Ready", "True", "x")],
                    &[("Ready", "False", "x")],
                    &[("PodScheduled", "False", "Unschedulable")],
                    &[("PodScheduled", "True", "x")],
                ]),
            ),
            (
                "status.containerStatuses",
                vec![
                    Value::Null,
                    waiting("CrashLoopBackOff"),
                    waiting("ErrImagePull"),
                ],
            ),
        ],
    );
    add(
        "batch/v1",
        "Job",
        &[
            ("spec.completions", few()),
            ("spec.suspend", vec![Value::Null, json!(true)]),
            (
                "status.startTime",
                vec![Value::Null, json!("2020-01-01T00:00:00Z")],
            ),
            ("status.succeeded", few()),
            (
                "status.conditions",
                conditions(&[
                    &[("Complete", "True", "x")],
                    &[("Failed", "True", "x")],
                    &[("Complete", "False", "x"), ("Failed", "False", "x")],
                ]),
            ),
        ],
    );
    add(
        "v1",
        "PersistentVolumeClaim",
        &[
            ("spec.storageClassName", vec![Value::Null, json!("lazy")]),
            (
                "status.phase",
                ["Pending", "Bound", "Lost"]
                    .map(|phase| json!(phase))
                    .into_iter()
                    .chain([Value::Null])
                    .collect(),
            ),
        ],
    );
    add(
        "v1",
        "Service",
        &[
            (
                "spec.type",
                ["ClusterIP", "NodePort", "LoadBalancer"]
                    .map(|kind| json!(kind))
                    .into_iter()
                    .chain([Value::Null])
                    .collect(),
            ),
            ("spec.clusterIP", vec![Value::Null, json!("10.0.0.1")]),
            (
                "status.loadBalancer.ingress",
                vec![Value::Null, json!([]), json!([{ "ip": "192.0.2.1" }])],
            ),
        ],
    );
    add(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        &[
            (
                "status.conditions",
                conditions(&[
                    &[("NamesAccepted", "True", "x"), ("Established", "True", "x")],
                    &[
                        ("NamesAccepted", "True", "x"),
                        ("Established", "False", "Installing"),
                    ],
                    &[
                        ("NamesAccepted", "True", "x"),
                        ("Established", "False", "Odd"),
                    ],
                    &[
                        ("NamesAccepted", "False", "x"),
                        ("Established", "False", "Installing"),
                    ],
                ]),
            ),
            (
                "metadata.deletionTimestamp",
                vec![Value::Null, json!("2020-01-01T00:00:00Z")],
            ),
        ],
    );
    add("policy/v1", "PodDisruptionBudget", &[seen()]);
    let words = ["True", "False", "Unknown"];
    let mut lists: Vec<Vec<(&str, &str, &str)>> = Vec::new();
    for kind in [
        "Ready",
        "Available",
        "Succeeded",
        "Reconciling",
        "Stalled",
        "Odd",
    ] {
        for word in words {
            lists.push(vec![(kind, word, "x")]);
            lists.push(vec![(kind, word, "x"), ("Ready", "True", "x")]);
        }
    }
    let lists: Vec<&[(&str, &str, &str)]> = lists.iter().map(Vec::as_slice).collect();
    for (api_version, kind) in [
        ("x.io/v1", "Thing"),
        ("v1", "ConfigMap"),
        ("networking.k8s.io/v1", "Ingress"),
    ] {
        let conditions = if kind == "Thing" {
            conditions(&lists)
        } else {
            vec![Value::Null]
        };
        add(
            api_version,
            kind,
            &[seen(), ("status.conditions", conditions)],
        );
    }
    objects
}
