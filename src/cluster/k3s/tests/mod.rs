//! What a `k3d.yaml` becomes: containers, network, files, steps.

mod choices;
mod containers;
mod family;
mod files;
mod steps;
mod words;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::desired::{self, Decided};
use super::distribution::K3sCluster;
use crate::cluster::blueprint::Facts;
use crate::cluster::distribution::Error;
use crate::cluster::model::ContainerSpec;
use crate::cluster::observed::{Container, HostFacts, Network, Observed, Snapshot, State};
use crate::config::k3d::{K3dConfig, check, decode};
use crate::env::EnvMap;
use crate::yaml::{Source, load_untyped, to_yaml};

fn config(body: &str) -> K3dConfig {
    let text = format!("kind: Simple\napiVersion: k3d.io/v1alpha5\n{body}");
    let source = Source::new("k3d.yaml");
    let root = load_untyped(&text, &source).unwrap().remove(0);
    let config = decode(&root, &source, Path::new("/work")).unwrap();
    check(&config, desired::counts(&config)).unwrap();
    config
}

/// An Engine without anything, on a host with cgroup v2.
fn nothing() -> Snapshot {
    Snapshot {
        containers: Vec::new(),
        network: Observed::Absent,
        bridges: vec![network("bridge", &[], "172.17.0.0/16")],
        images: BTreeMap::new(),
        host: HostFacts {
            cgroup_version: 2,
            ..HostFacts::default()
        },
    }
}

fn network(name: &str, labels: &[(&str, &str)], subnet: &str) -> Network {
    Network {
        id: format!("id-of-{name}"),
        name: name.into(),
        labels: map(labels),
        subnets: vec![subnet.into()],
        attached: 0,
    }
}

/// A container of the cluster `dev`.
fn container(name: &str, labels: &[(&str, &str)]) -> Container {
    Container {
        id: format!("id-of-{name}"),
        name: name.into(),
        image: desired::DEFAULT_IMAGE.into(),
        labels: map(labels),
        state: State::Running,
        status: "Up 2 seconds".into(),
        created: 0,
        addresses: BTreeMap::new(),
        ports: Vec::new(),
    }
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let pairs = pairs.iter();
    pairs
        .map(|(key, value)| desired::pair(key, value))
        .collect()
}

/// Does something with the cluster `dev` on an Engine. The free port is 40001, random bytes are all 7.
fn with<T>(snapshot: &Snapshot, routes: &[&str], work: impl FnOnce(&Facts<'_>) -> T) -> T {
    let routes: Vec<String> = routes.iter().map(|route| (*route).to_owned()).collect();
    work(&Facts {
        snapshot,
        env: &EnvMap::default(),
        files: &BTreeMap::from([(PathBuf::from("/work/a.txt"), b"a\n".to_vec())]),
        recovered: None,
        routes: &routes,
        free_port: &|_: IpAddr| Some(40001),
        random: &|count| vec![7; count],
        now: time::OffsetDateTime::UNIX_EPOCH,
    })
}

fn try_decide(body: &str, snapshot: &Snapshot) -> Result<Decided, Error> {
    with(snapshot, &[], |facts| {
        desired::decide("dev", &config(body), facts)
    })
}

fn decide_on(body: &str, snapshot: &Snapshot) -> Decided {
    try_decide(body, snapshot).unwrap()
}

fn decide(body: &str) -> Decided {
    decide_on(body, &nothing())
}

fn cluster(body: &str) -> K3sCluster {
    with(&nothing(), &[], |facts| {
        let decided = desired::decide("dev", &config(body), facts).unwrap();
        K3sCluster::new(&config(body), decided, facts.files).unwrap()
    })
}

/// The container of this name.
#[track_caller]
fn spec<'a>(decided: &'a Decided, name: &str) -> &'a ContainerSpec {
    let nodes = &decided.desired.nodes;
    let node = nodes.iter().find(|node| node.container.name == name);
    &node.unwrap().container
}

/// Its arguments without those that every server gets for speed.
fn arguments(decided: &Decided, name: &str) -> String {
    let all = spec(decided, name).command.iter();
    let own = all.filter(|argument| !argument.starts_with("--kube-controller-manager-arg="));
    own.map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// A container as text, without what is not set and without the program of its entrypoint.
fn shown(spec: &ContainerSpec) -> String {
    let mut value = serde_json::to_value(spec).unwrap();
    value["entrypoint"][2] = "PROGRAM".into();
    let is_set = |value: &serde_json::Value| match value {
        serde_json::Value::Null | serde_json::Value::Bool(false) => false,
        serde_json::Value::Array(items) => !items.is_empty(),
        serde_json::Value::Object(entries) => !entries.is_empty(),
        _ => true,
    };
    value
        .as_object_mut()
        .unwrap()
        .retain(|_, value| is_set(value));
    to_yaml(&value)
}
