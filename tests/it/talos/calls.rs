//! Every procedure, and what nodes refuse.

use std::time::Duration;

use ksail::error::Hint;
use ksail::talos::{Code, Error, Mode, Outcome};

use super::{NODE, connected};
use crate::support::talosapi::{self, Effect, READY, TalosApi};

#[tokio::test]
async fn procedures_reach_the_node_they_name() {
    let api = TalosApi::new();
    let client = connected(&api);
    let version = client.version(NODE).await.unwrap();
    assert_eq!(
        (version.tag.as_str(), version.mode.as_str()),
        ("v1.13.9", "container")
    );
    let services = client.services(NODE).await.unwrap();
    let found: Vec<_> = services
        .iter()
        .map(|service| (service.id.as_str(), service.state.as_str(), service.healthy))
        .collect();
    assert_eq!(
        found,
        [
            ("apid", "Running", Some(true)),
            ("cri", "Running", Some(true)),
            ("etcd", "Waiting", None)
        ]
    );
    client.restart_service(NODE, "kubelet").await.unwrap();
    let config = b"version: v1alpha1\n";
    let applied = client
        .apply_configuration(NODE, config, Mode::NoReboot, true)
        .await
        .unwrap();
    assert_eq!(applied.details, "Applied configuration without a reboot");
    assert!(client.etcd_members(NODE).await.unwrap().is_empty());
    let kubeconfig = client.kubeconfig(NODE).await.unwrap();
    assert!(kubeconfig.expose().starts_with("apiVersion: v1\n"));
    client.reset("10.5.0.3", true).await.unwrap();
    let calls = api.calls();
    let sent: Vec<String> = calls
        .iter()
        .map(|call| format!("{} {}", call.node, call.name))
        .collect();
    assert_eq!(
        sent,
        [
            "10.5.0.2 Version",
            "10.5.0.2 ServiceList",
            "10.5.0.2 ServiceRestart",
            "10.5.0.2 ApplyConfiguration",
            "10.5.0.2 EtcdMemberList",
            "10.5.0.2 Kubeconfig",
            "10.5.0.3 Reset",
        ]
    );
    assert_eq!(calls[2].body, b"\x0a\x07kubelet");
    assert_eq!(
        calls[3].body,
        b"\x0a\x12version: v1alpha1\n\x20\x02\x28\x01"
    );
    assert_eq!(calls[6].body, b"\x08\x01");
    assert_eq!(api.peak(), 1);
}

#[tokio::test]
async fn a_bootstrap_may_be_early_or_late() {
    let api = TalosApi::new().not_yet(2);
    let client = connected(&api);
    for _ in 0..2 {
        let error = client.bootstrap(NODE).await.unwrap_err();
        assert_eq!(error.code(), Some(Code::NotYet));
        assert!(error.is_transient());
        assert_eq!(
            error.to_string(),
            "the Talos API refuses `Bootstrap` of node 10.5.0.2: bootstrap is not available yet"
        );
    }
    // As real nodes: etcd has written nothing yet.
    assert_eq!(client.bootstrap(NODE).await.unwrap(), Outcome::Done);
    assert_eq!(client.bootstrap(NODE).await.unwrap(), Outcome::Done);
    api.machine(NODE, READY);
    assert_eq!(client.bootstrap(NODE).await.unwrap(), Outcome::Already);
    assert_eq!(api.count("Bootstrap"), 5);
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let container = "method is not supported in container mode";
    let denied = "not authorized";
    let api = TalosApi::new()
        .fault(
            "Reset",
            1,
            Effect::Refuse(talosapi::Code::FailedPrecondition, container),
        )
        .fault(
            "Bootstrap",
            1,
            Effect::Refuse(talosapi::Code::PermissionDenied, denied),
        )
        .fault(
            "Version",
            1,
            Effect::Refuse(talosapi::Code::Unknown, "error reading from server: EOF"),
        );
    let client = connected(&api);
    let error = client.reset(NODE, false).await.unwrap_err();
    assert_eq!(
        (error.code(), error.is_transient()),
        (Some(Code::ContainerMode), false)
    );
    let error = client.bootstrap(NODE).await.unwrap_err();
    assert_eq!(
        (error.code(), error.is_transient()),
        (Some(Code::Permission), false)
    );
    assert!(error.hint().unwrap().contains("`os:admin`"));
    assert!(client.version(NODE).await.unwrap_err().is_transient());
    let nothing = client
        .apply_configuration(NODE, b"", Mode::Auto, false)
        .await;
    assert_eq!(nothing.unwrap_err().code(), Some(Code::Invalid));
}

#[tokio::test]
async fn a_lost_connection_is_made_again() {
    let api = TalosApi::new()
        .drop_connections(2)
        .fault("Version", 1, Effect::Reset);
    let client = connected(&api);
    let mut failures = 0;
    while let Err(error) = client.version(NODE).await {
        assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
        assert!(error.is_transient());
        failures += 1;
        assert!(failures < 10, "{error}");
    }
    assert!(failures >= 3, "{failures}");
    api.hush();
    let error = client.version(NODE).await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    let error = client.version(NODE).await.unwrap_err().to_string();
    assert!(error.contains("refused"), "{error}");
}

#[tokio::test]
async fn calls_at_the_same_time_are_counted() {
    let late = Effect::Delay(Duration::from_millis(50));
    let api = TalosApi::new().fault("Version", 3, late);
    let client = connected(&api);
    let (one, two, other) = tokio::join!(
        client.version(NODE),
        client.version(NODE),
        client.version("10.5.0.3")
    );
    one.and(two).and(other).unwrap();
    assert_eq!(api.peak(), 2, "each node is counted for itself");
}
