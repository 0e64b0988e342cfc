//! The table of `testdata/readiness`. `tests/live/readiness.rs` asks kstatus about the same objects.

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Case {
    state: String,
    #[serde(default)]
    why: String,
    remark: Option<String>,
    object: Value,
}

fn cases() -> Vec<(String, Case)> {
    let files = [
        (
            "workloads",
            include_str!("../../../testdata/readiness/workloads.yaml"),
        ),
        (
            "pods",
            include_str!("../../../testdata/readiness/pods.yaml"),
        ),
        (
            "storage",
            include_str!("../../../testdata/readiness/storage.yaml"),
        ),
        (
            "cluster",
            include_str!("../../../testdata/readiness/cluster.yaml"),
        ),
        (
            "network",
            include_str!("../../../testdata/readiness/network.yaml"),
        ),
        (
            "custom",
            include_str!("../../../testdata/readiness/custom.yaml"),
        ),
    ];
    let mut cases = Vec::new();
    for (file, text) in files {
        for (number, document) in (1..).zip(serde_yaml::Deserializer::from_str(text)) {
            let case = Case::deserialize(document).unwrap();
            let kind = case.object["kind"].as_str().unwrap();
            cases.push((format!("{file}, document {number} ({kind})"), case));
        }
    }
    cases
}

fn surroundings() -> Surroundings {
    Surroundings {
        lazy_storage_classes: vec!["lazy".into()],
    }
}

#[test]
fn every_case_of_the_table() {
    let cases = cases();
    assert!(cases.len() > 100, "only {} cases", cases.len());
    for (name, case) in cases {
        let found = readiness(&case.object, &surroundings());
        let expected = match case.state.as_str() {
            "Ready" => Ready,
            "NotYet" => NotYet(case.why),
            "Failed" => Readiness::Failed(case.why),
            other => unreachable!("{name}: {other}"),
        };
        assert_eq!(found, expected, "{name}");
        if found == Ready {
            assert_eq!(remark(&case.object, &surroundings()), case.remark, "{name}");
        }
    }
}

/// Kinds that can be unready have a case for each: ready, and not.
#[test]
fn kinds_with_a_rule_are_in_the_table_both_ways() {
    let mut seen: std::collections::BTreeMap<String, [bool; 2]> =
        std::collections::BTreeMap::default();
    for (_, case) in cases() {
        let kind = case.object["kind"].as_str().unwrap();
        let api_version = case.object["apiVersion"].as_str().unwrap();
        if needs_wait(api_version, kind) {
            let entry = seen.entry(format!("{api_version}/{kind}")).or_default();
            entry[usize::from(case.state == "Ready")] = true;
        }
    }
    assert!(seen.len() > 25, "{seen:?}");
    // Their siblings have both.
    let spared = |kind: &str| kind.ends_with("/ReferenceGrant") || kind.ends_with("/GRPCRoute");
    seen.retain(|kind, [unready, ready]| !(spared(kind) || *unready && *ready));
    let half = seen;
    assert!(half.is_empty(), "{half:?}");
}

#[test]
fn what_is_stored_is_ready() {
    for (api_version, kind, waits) in [
        ("v1", "ConfigMap", false),
        ("networking.k8s.io/v1", "Ingress", false),
        ("batch/v1", "CronJob", false),
        (
            "admissionregistration.k8s.io/v1",
            "MutatingWebhookConfiguration",
            false,
        ),
        ("x.io/v1", "Thing", true),
        ("gateway.networking.k8s.io/v1", "HTTPRoute", true),
        ("metrics.k8s.io/v1beta1", "NodeMetrics", true),
    ] {
        assert_eq!(needs_wait(api_version, kind), waits, "{kind}");
    }
}
