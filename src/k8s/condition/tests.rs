use serde_json::json;

use super::*;

#[expect(
    clippy::needless_pass_by_value,
    reason = "cases are written with `json!` in place"
)]
fn judge(api_version: &str, kind: &str, generation: i64, spec: Value, status: Value) -> Readiness {
    let object = json!({
        "apiVersion": api_version, "kind": kind, "metadata": { "name": "x", "generation": generation },
        "spec": spec, "status": status,
    });
    readiness(&object, &Surroundings::default())
}

fn not_yet(why: &str) -> Readiness {
    NotYet(why.into())
}

#[test]
fn deployments() {
    let of = |generation, status| {
        judge(
            "apps/v1",
            "Deployment",
            generation,
            json!({ "replicas": 2 }),
            status,
        )
    };
    let done = json!({ "observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2 });
    assert_eq!(of(1, done.clone()), Ready);
    assert_eq!(
        of(2, done),
        not_yet("its controller has not seen the latest change")
    );
    assert_eq!(
        of(1, json!({})),
        not_yet("its controller has not looked at it yet")
    );
    assert_eq!(
        of(
            1,
            json!({ "observedGeneration": 1, "replicas": 3, "updatedReplicas": 2, "availableReplicas": 3 })
        ),
        not_yet("1 old replicas still run")
    );
    assert_eq!(
        of(
            1,
            json!({ "observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 1 })
        ),
        not_yet("1 of 2 replicas available")
    );
    let stuck = json!({ "observedGeneration": 1, "conditions": [
        { "type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "timed out" }
    ]});
    assert_eq!(
        of(1, stuck),
        Failed("ProgressDeadlineExceeded: timed out".into())
    );
}

#[test]
fn a_deployment_scaled_to_zero_is_ready() {
    let status = json!({ "observedGeneration": 1 });
    assert_eq!(
        judge("apps/v1", "Deployment", 1, json!({ "replicas": 0 }), status),
        Ready
    );
}

#[test]
fn stateful_sets() {
    let of = |spec, status| judge("apps/v1", "StatefulSet", 1, spec, status);
    let status = |updated, current: &str| {
        json!({
            "observedGeneration": 1, "readyReplicas": 2, "updatedReplicas": updated,
            "currentRevision": current, "updateRevision": "b"
        })
    };
    assert_eq!(of(json!({ "replicas": 2 }), status(2, "b")), Ready);
    assert_eq!(
        of(json!({ "replicas": 2 }), status(1, "a")),
        not_yet("1 of 2 replicas updated")
    );
    assert_eq!(
        of(json!({ "replicas": 2 }), status(2, "a")),
        not_yet("the new revision is not current yet")
    );
    let partition =
        json!({ "replicas": 2, "updateStrategy": { "rollingUpdate": { "partition": 1 } } });
    assert_eq!(of(partition, status(1, "a")), Ready);
    let by_hand = json!({ "replicas": 2, "updateStrategy": { "type": "OnDelete" } });
    assert_eq!(of(by_hand, status(0, "a")), Ready);
}

#[test]
fn daemon_and_replica_sets() {
    let status = |updated, available| {
        json!({
            "observedGeneration": 1, "desiredNumberScheduled": 3,
            "updatedNumberScheduled": updated, "numberAvailable": available
        })
    };
    let of = |status| judge("apps/v1", "DaemonSet", 1, json!({}), status);
    assert_eq!(of(status(3, 3)), Ready);
    assert_eq!(of(status(2, 3)), not_yet("2 of 3 pods updated"));
    assert_eq!(of(status(3, 1)), not_yet("1 of 3 pods available"));
    let status = json!({ "observedGeneration": 1, "availableReplicas": 0 });
    assert_eq!(
        judge("apps/v1", "ReplicaSet", 1, json!({}), status),
        not_yet("0 of 1 replicas available")
    );
}

#[test]
fn jobs_wait_for_completion() {
    let of = |spec, status| judge("batch/v1", "Job", 1, spec, status);
    let condition =
        |kind: &str| json!({ "conditions": [{ "type": kind, "status": "True", "reason": "Why" }] });
    assert_eq!(of(json!({}), condition("Complete")), Ready);
    assert_eq!(of(json!({}), condition("Failed")), Failed("Why".into()));
    assert_eq!(
        of(json!({ "completions": 3 }), json!({ "succeeded": 1 })),
        not_yet("1 of 3 pods completed")
    );
    assert_eq!(of(json!({ "suspend": true }), json!({})), Ready);
}

#[test]
fn definitions_services_and_namespaces() {
    let definition = |status| {
        judge(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            1,
            json!({}),
            status,
        )
    };
    let condition = |kind: &str, status: &str| json!({ "conditions": [{ "type": kind, "status": status, "reason": "R" }] });
    assert_eq!(definition(condition("Established", "True")), Ready);
    assert_eq!(
        definition(json!({})),
        not_yet("no condition `Established` yet")
    );
    assert_eq!(
        definition(condition("NamesAccepted", "False")),
        Failed("R".into())
    );
    let api = |status| {
        judge(
            "apiregistration.k8s.io/v1",
            "APIService",
            1,
            json!({}),
            status,
        )
    };
    assert_eq!(api(condition("Available", "False")), not_yet("R"));
    assert_eq!(
        judge(
            "v1",
            "Namespace",
            1,
            json!({}),
            json!({ "phase": "Active" })
        ),
        Ready
    );
    let service = |kind: &str, status| judge("v1", "Service", 1, json!({ "type": kind }), status);
    assert_eq!(service("ClusterIP", json!({})), Ready);
    assert_eq!(
        service("LoadBalancer", json!({})),
        not_yet("its load balancer has no address")
    );
    assert_eq!(
        service(
            "LoadBalancer",
            json!({ "loadBalancer": { "ingress": [{ "ip": "1.2.3.4" }] } })
        ),
        Ready
    );
}

#[test]
fn claims_of_lazy_classes_do_not_block() {
    let claim = |class: &str, phase: &str| {
        let object = json!({
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {},
            "spec": { "storageClassName": class }, "status": { "phase": phase }
        });
        readiness(
            &object,
            &Surroundings {
                lazy_storage_classes: vec!["standard".into()],
            },
        )
    };
    assert_eq!(claim("standard", "Pending"), Ready);
    assert_eq!(claim("other", "Pending"), not_yet("its phase is Pending"));
    assert_eq!(claim("other", "Bound"), Ready);
    assert!(matches!(claim("standard", "Lost"), Failed(_)));
}

#[test]
fn pods_say_what_holds_them_up() {
    let of = |status| judge("v1", "Pod", 1, json!({}), status);
    assert_eq!(of(json!({ "phase": "Succeeded" })), Ready);
    assert_eq!(
        of(json!({ "phase": "Running", "conditions": [{ "type": "Ready", "status": "True" }] })),
        Ready
    );
    assert_eq!(
        of(json!({ "phase": "Pending", "conditions": [
            { "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes" }
        ]})),
        not_yet("Unschedulable: 0/1 nodes")
    );
    assert_eq!(
        of(json!({ "phase": "Pending", "containerStatuses": [
            { "name": "web", "ready": false, "state": { "waiting": { "reason": "ImagePullBackOff", "message": "no" } } }
        ]})),
        not_yet("container `web`: ImagePullBackOff: no")
    );
    assert_eq!(
        of(
            json!({ "phase": "Running", "containerStatuses": [{ "name": "web", "ready": false, "state": {} }] })
        ),
        not_yet("container `web` is not ready")
    );
    assert_eq!(
        of(json!({ "phase": "Failed", "reason": "Evicted" })),
        Failed("it failed: Evicted".into())
    );
}

#[test]
fn custom_resources_go_by_their_ready_condition() {
    let of = |status| judge("x.io/v1", "Thing", 2, json!({}), status);
    let ready = |status: &str, seen: i64| {
        json!({ "conditions": [
            { "type": "Ready", "status": status, "reason": "Busy", "message": "soon", "observedGeneration": seen }
        ]})
    };
    assert_eq!(of(json!({})), Ready);
    assert_eq!(of(ready("True", 2)), Ready);
    assert_eq!(
        of(ready("True", 1)),
        not_yet("its controller has not seen the latest change")
    );
    assert_eq!(of(ready("False", 2)), not_yet("Busy: soon"));
    assert_eq!(
        of(json!({ "observedGeneration": 1 })),
        not_yet("its controller has not seen the latest change")
    );
    let stalled =
        json!({ "conditions": [{ "type": "Stalled", "status": "True", "reason": "Broken" }] });
    assert_eq!(of(stalled), Failed("Broken".into()));
}

#[test]
fn what_is_stored_is_ready_and_what_goes_away_is_not() {
    assert!(!needs_wait("v1", "ConfigMap"));
    assert!(!needs_wait("networking.k8s.io/v1", "Ingress"));
    assert!(needs_wait("x.io/v1", "Thing"));
    assert_eq!(judge("v1", "ConfigMap", 0, json!({}), json!({})), Ready);
    let leaving = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "deletionTimestamp": "now" } });
    assert_eq!(
        readiness(&leaving, &Surroundings::default()),
        not_yet("it is being deleted")
    );
}
