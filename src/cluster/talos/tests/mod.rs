//! What patches and flags become: containers, network, machine configurations.

mod choices;
mod configured;
mod containers;
mod family;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::net::IpAddr;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use serde_json::Value;

use super::Talos;
use super::desired::{self, Decided};
use crate::cluster::blueprint::Facts;
use crate::cluster::distribution::Error;
use crate::cluster::family::Family;
use crate::cluster::model::ContainerSpec;
use crate::cluster::observed::{Container, HostFacts, Network, Observed, Snapshot, State};
use crate::config::DistributionFile;
use crate::config::talos::TalosConfig;
use crate::env::EnvMap;
use crate::settings::{Origin, Sourced, Wanted};
use crate::yaml;

/// An Engine without anything, on a host with cgroup v2.
fn nothing() -> Snapshot {
    Snapshot {
        containers: Vec::new(),
        network: Observed::Absent,
        bridges: vec![network("bridge", "172.17.0.0/16")],
        images: BTreeMap::new(),
        host: HostFacts {
            cgroup_version: 2,
            ..HostFacts::default()
        },
    }
}

fn network(name: &str, subnet: &str) -> Network {
    Network {
        id: format!("id-of-{name}"),
        name: name.into(),
        labels: BTreeMap::new(),
        subnets: vec![subnet.into()],
        attached: 0,
    }
}

/// A machine of the cluster `dev` that runs.
fn container(name: &str, role: &str) -> Container {
    let labels = [
        ("talos.owned", "true"),
        ("talos.cluster.name", "dev"),
        ("talos.type", role),
    ];
    Container {
        id: format!("id-of-{name}"),
        name: name.into(),
        image: desired::DEFAULT_IMAGE.into(),
        labels: labels
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        state: State::Running,
        status: "Up 2 seconds".into(),
        created: 0,
        addresses: BTreeMap::new(),
        ports: Vec::new(),
    }
}

/// So many control planes and workers, and these flags.
fn configure(counts: [u32; 2], flags: &[(&'static str, &str)]) -> Result<TalosConfig, String> {
    let count = |count| Some(Sourced::new(count, Origin::Flag("--workers")));
    let wanted = Wanted {
        control_planes: count(counts[0]),
        workers: count(counts[1]),
        flags: flags
            .iter()
            .map(|(flag, value)| (*flag, (*value).to_owned()))
            .collect(),
        directory: PathBuf::from("/work"),
        ..Wanted::default()
    };
    let name = Sourced::new("dev".to_owned(), Origin::Default);
    match Talos.configure(None, &name, &wanted) {
        Ok((DistributionFile::Talos(config), _)) => Ok(*config),
        Ok(_) => panic!("another distribution's"),
        Err(error) => Err(crate::error::chain(&error)),
    }
}

/// Does something with an Engine. Free ports are 40001; the file `/work/a.yaml` labels nodes with `from: file`.
fn with<T>(snapshot: &Snapshot, routes: &[&str], work: impl FnOnce(&Facts<'_>) -> T) -> T {
    let routes: Vec<String> = routes.iter().map(|route| (*route).to_owned()).collect();
    let file = b"machine:\n  nodeLabels:\n    from: file\n".to_vec();
    work(&Facts {
        snapshot,
        env: &EnvMap::default(),
        files: &BTreeMap::from([(PathBuf::from("/work/a.yaml"), file)]),
        recovered: None,
        routes: &routes,
        free_port: &|_: IpAddr| Some(40001),
        random: &|count| vec![7; count],
        now: time::OffsetDateTime::UNIX_EPOCH,
    })
}

fn try_decide(config: &TalosConfig, snapshot: &Snapshot) -> Result<Decided, Error> {
    with(snapshot, &[], |facts| desired::decide("dev", config, facts))
}

fn decide(counts: [u32; 2], flags: &[(&'static str, &str)]) -> Decided {
    try_decide(&configure(counts, flags).unwrap(), &nothing()).unwrap()
}

/// The container of this name.
#[track_caller]
fn spec<'a>(decided: &'a Decided, name: &str) -> &'a ContainerSpec {
    let nodes = &decided.desired.nodes;
    let node = nodes.iter().find(|node| node.container.name == name);
    &node.unwrap().container
}

/// The configuration that a container gets.
fn userdata(spec: &ContainerSpec) -> Value {
    let mut variables = spec.env.iter();
    let packed = variables
        .find_map(|variable| variable.strip_prefix("USERDATA="))
        .unwrap();
    let packed = STANDARD.decode(packed).unwrap();
    let mut text = String::new();
    GzDecoder::new(packed.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    let source = yaml::Source::new("USERDATA");
    yaml::load(&text, &source).unwrap()[0].to_json()
}
