use std::time::{Duration, Instant};

use ksail::cluster::observed::{Observed, State};
use ksail::docker::snapshot::{Networks, Query, list_labelled, networks_by_use, snapshot};
use ksail::docker::{self, ops};
use serde_json::json;

use super::{address, connected};
use crate::support::engine::Engine;

const LABEL: &str = "io.x-k8s.kind.cluster=kind";

fn node(cluster: &str) -> serde_json::Value {
    json!({
        "Image": "kindest/node:v1", "Labels": {"io.x-k8s.kind.cluster": cluster},
        "HostConfig": {"NetworkMode": "kind", "PortBindings": {"6443/tcp": [{"HostIp": "127.0.0.1", "HostPort": "41000"}]}},
    })
}

fn busy() -> Engine {
    Engine::empty()
        .image("kindest/node:v1")
        .network("kind", "172.18.0.0/16")
        .container(
            "kind-worker",
            json!({"Labels": {"io.x-k8s.kind.cluster": "kind"}}),
            false,
        )
        .container("kind-control-plane", node("kind"), true)
        .container(
            "other-control-plane",
            json!({"Labels": {"io.x-k8s.kind.cluster": "other"}}),
            true,
        )
}

#[tokio::test]
async fn a_snapshot_asks_everything_exactly_once() {
    let engine = busy();
    let client = connected(&engine).await;
    let reference = |name: &str| name.to_owned();
    let query = Query {
        label: LABEL.to_owned(),
        networks: Networks::Named("kind".to_owned()),
        images: vec![
            reference("kindest/node:v1"),
            reference("kindest/node:v1"),
            reference("missing:1"),
        ],
    };
    let seen = snapshot(&client, &query).await.unwrap();
    let mut requests = engine.requests();
    requests.sort();
    assert_eq!(
        requests,
        [
            "GET /containers/json",
            "GET /images/kindest/node:v1/json",
            "GET /images/missing:1/json",
            "GET /info",
            "GET /networks/kind",
        ]
    );
    let names: Vec<&str> = seen
        .containers
        .iter()
        .map(|found| found.name.as_str())
        .collect();
    assert_eq!(names, ["kind-control-plane", "kind-worker"]);
    let control_plane = &seen.containers[0];
    assert_eq!(control_plane.state, State::Running);
    assert_eq!(control_plane.ports[0].host_port, 41000);
    assert_eq!(control_plane.addresses["kind"].to_string(), "172.18.0.2");
    assert_eq!(seen.containers[1].state, State::Created);
    let Observed::Present(network) = &seen.network else {
        panic!("no network: {seen:?}");
    };
    assert_eq!(
        (network.attached, network.subnets.as_slice()),
        (1, &["172.18.0.0/16".to_owned()][..])
    );
    assert!(matches!(
        seen.images["kindest/node:v1"],
        Observed::Present(_)
    ));
    assert_eq!(seen.images["missing:1"], Observed::Absent);
    assert_eq!(seen.host.cgroup_version, 2);
}

#[tokio::test]
async fn listing_is_one_call_and_sees_stopped_containers() {
    let engine = busy();
    let client = connected(&engine).await;
    assert_eq!(
        list_labelled(&client, "io.x-k8s.kind.cluster")
            .await
            .unwrap()
            .len(),
        3
    );
    assert_eq!(engine.requests(), ["GET /containers/json"]);
    assert_eq!(engine.calls()[0].query["all"], "true");
}

#[tokio::test]
async fn the_same_network_made_twice_is_settled_by_use() {
    let engine = busy()
        .network("kind", "172.30.0.0/16")
        .network("kind-of", "172.31.0.0/16");
    let client = connected(&engine).await;
    assert_eq!(ops::list_networks(&client, "kind").await.unwrap().len(), 2);
    let networks = networks_by_use(&client, "kind").await.unwrap();
    assert!(networks[0].id <= networks[1].id || networks[0].attached > networks[1].attached);
    let query = Query {
        label: LABEL.to_owned(),
        networks: Networks::Named("kind".to_owned()),
        images: Vec::new(),
    };
    let seen = snapshot(&client, &query).await.unwrap();
    assert_eq!(seen.network, Observed::Present(networks[0].clone()));
}

#[tokio::test]
async fn a_failed_observation_is_an_error_and_not_an_absence() {
    let engine = busy().fail("GET /containers/json", 1, 500, "out of memory");
    let client = connected(&engine).await;
    let error = list_labelled(&client, LABEL).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot list the containers labelled `io.x-k8s.kind.cluster=kind`: out of memory"
    );
}

#[tokio::test]
async fn the_calls_of_a_snapshot_overlap() {
    let delay = Duration::from_millis(60);
    let engine = busy()
        .delay("GET", delay)
        .info(json!({"CgroupVersion": "1"}));
    let client = docker::Engine::connect(address(&engine)).await.unwrap();
    let query = Query {
        label: LABEL.to_owned(),
        networks: Networks::Named("kind".to_owned()),
        images: vec!["kindest/node:v1".to_owned()],
    };
    let begin = Instant::now();
    let seen = snapshot(&client, &query).await.unwrap();
    assert_eq!(seen.host.cgroup_version, 1);
    let took = begin.elapsed();
    assert!(
        took < delay * 3,
        "four calls took {took:?} one after another"
    );
}
