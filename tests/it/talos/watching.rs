//! The state of a node, followed through everything that happens to its connection.

use std::ops::ControlFlow;
use std::time::Duration;

use futures_util::StreamExt;
use ksail::talos::watch::{self, Sight};
use ksail::talos::{Change, Selection, Stage};

use super::{NODE, connected};
use crate::support::talosapi::{BOOTING, Code, Effect, READY, TalosApi};

#[tokio::test]
async fn states_come_as_they_change() {
    let api = TalosApi::new();
    let client = connected(&api);
    let mut states = client.watch_machine(NODE).await.unwrap();
    assert_eq!(states.next().await.unwrap().unwrap(), None);
    api.machine(NODE, BOOTING);
    let state = states.next().await.unwrap().unwrap().unwrap();
    assert_eq!((state.stage, state.ready), (Stage::Booting, false));
    assert_eq!(state.to_string(), "booting; services: etcd not running");
    api.machine(NODE, READY);
    let state = states.next().await.unwrap().unwrap().unwrap();
    assert_eq!((state.stage, state.ready), (Stage::Running, true));
    api.hush();
    let end = states.next().await;
    assert!(end.is_none_or(|end| end.unwrap_err().is_transient()));
}

#[tokio::test]
async fn any_resource_can_be_watched() {
    let api = TalosApi::new();
    let client = connected(&api);
    let cri = Selection::service("cri");
    let mut changes = client.watch(NODE, cri).await.unwrap();
    let gone = Change::Gone {
        id: "cri".to_owned(),
    };
    assert_eq!(changes.next().await.unwrap().unwrap(), gone);
    api.resource(
        NODE,
        "Services.v1alpha1.talos.dev",
        "cri",
        "running: true\nhealthy: true\n",
    );
    let Change::Seen(resource) = changes.next().await.unwrap().unwrap() else {
        panic!("it was created")
    };
    assert_eq!(resource.spec.expose(), "running: true\nhealthy: true\n");
    assert_eq!(api.calls()[0].node, NODE);
}

#[tokio::test]
async fn a_wait_survives_lost_connections() {
    let api = TalosApi::new()
        .drop_connections(2)
        .fault("Watch", 1, Effect::Reset)
        .fault("Watch", 1, Effect::Refuse(Code::Unavailable, "no upstream"));
    api.machine(NODE, BOOTING);
    let client = connected(&api);
    let mut seen = Vec::new();
    let wait = watch::until(&client, NODE, |sight| {
        match sight {
            Sight::State(state) if state.ready => return ControlFlow::Break(state.stage),
            Sight::State(state) => {
                seen.push(state.to_string());
                api.machine(NODE, READY);
            }
            Sight::None => seen.push("none".to_owned()),
            Sight::Away(error) => seen.push(format!("away: {error}")),
        }
        ControlFlow::Continue(())
    });
    let stage = tokio::time::timeout(Duration::from_secs(20), wait).await;
    assert_eq!(stage.unwrap().unwrap(), Stage::Running);
    let last = seen.pop().unwrap();
    assert_eq!(last, "booting; services: etcd not running");
    assert_eq!(seen.len(), 4, "{seen:#?}");
    assert!(
        seen.iter().all(|sight| sight.starts_with("away: ")),
        "{seen:#?}"
    );
    assert_eq!(api.peak(), 0, "watches are not counted");
}

#[tokio::test]
async fn a_wait_ends_with_what_will_not_pass() {
    let denied = Effect::Refuse(Code::PermissionDenied, "not authorized");
    let api = TalosApi::new().fault("Watch", 1, denied);
    let client = connected(&api);
    let ended = watch::until(&client, NODE, |_| ControlFlow::<()>::Continue(())).await;
    assert!(!ended.unwrap_err().is_transient());
    assert_eq!(api.count("Watch"), 1);
}
