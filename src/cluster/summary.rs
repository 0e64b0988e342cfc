//! Clusters as a list shows them: derived from container labels and states alone.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::distribution::LabelKeys;
use super::observed::{Container, State};

/// Whether a cluster can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Status {
    /// All containers run.
    Running,
    /// No container runs.
    Stopped,
    /// Some do.
    Partial,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Status::Running => "Running",
            Status::Stopped => "Stopped",
            Status::Partial => "Partial",
        })
    }
}

/// One node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NodeSummary {
    /// Container name.
    pub name: String,
    /// Value of the role label.
    pub role: String,
    /// Whether it is a Kubernetes node, not a helper such as a load balancer.
    #[serde(skip)]
    pub node: bool,
    /// Whether its container runs.
    pub running: bool,
    /// The Engine's words for its state.
    pub state: String,
    /// Image reference.
    pub image: String,
    /// Address in the cluster's network, if it runs.
    pub address: Option<String>,
}

/// One cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClusterSummary {
    /// Name.
    pub name: String,
    /// Distribution as `ksail.yaml` names it.
    pub distribution: String,
    /// Whether it can be used.
    pub status: Status,
    /// Nodes, control plane first, then helpers.
    pub nodes: Vec<NodeSummary>,
}

impl ClusterSummary {
    /// How many of its Kubernetes nodes run, and how many there are.
    pub fn count(&self) -> (usize, usize) {
        let nodes = || self.nodes.iter().filter(|node| node.node);
        (nodes().filter(|node| node.running).count(), nodes().count())
    }
}

/// Groups containers by cluster, sorted by name.
pub fn clusters(keys: &LabelKeys, containers: &[Container]) -> Vec<ClusterSummary> {
    let mut grouped: BTreeMap<&str, Vec<&Container>> = BTreeMap::new();
    for container in containers {
        if let Some(name) = container.labels.get(keys.cluster) {
            grouped.entry(name).or_default().push(container);
        }
    }
    grouped
        .into_iter()
        .map(|(name, containers)| summary(keys, name, &containers))
        .collect()
}

fn summary(keys: &LabelKeys, name: &str, containers: &[&Container]) -> ClusterSummary {
    let mut nodes: Vec<NodeSummary> = containers
        .iter()
        .map(|container| (container, container.labels.get(keys.role)))
        .map(|(container, role)| NodeSummary {
            name: container.name.clone(),
            role: role.cloned().unwrap_or_default(),
            node: role.is_some_and(|role| keys.nodes.contains(&role.as_str())),
            running: container.state == State::Running,
            state: container.status.clone(),
            image: container.image.clone(),
            address: container.addresses.values().next().map(ToString::to_string),
        })
        .collect();
    let rank = |node: &NodeSummary| {
        let rank = keys.nodes.iter().position(|role| *role == node.role);
        rank.unwrap_or(keys.nodes.len())
    };
    nodes.sort_by_key(|node| (rank(node), node.role.clone(), node.name.clone()));
    let running = nodes.iter().filter(|node| node.running).count();
    let status = match running {
        0 => Status::Stopped,
        all if all == nodes.len() => Status::Running,
        _ => Status::Partial,
    };
    ClusterSummary {
        name: name.to_owned(),
        distribution: keys.distribution.to_owned(),
        status,
        nodes,
    }
}
