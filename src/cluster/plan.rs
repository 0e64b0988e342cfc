//! From comparison to plan: which steps make the Engine look like the desired cluster, and which remove one.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use super::diff::Change;
use super::distribution::{BroughtUp, Distribution, Lost};
use super::model::{ContainerSpec, NetworkSpec, VolumeSpec};
use super::observed::{Container, Observed, Snapshot};
use super::removal::Removal;
use crate::exec::event::StepId;
use crate::exec::limits::Class;
use crate::exec::plan::{Operation, Plan};

/// How far `create` waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum WaitFor {
    /// Nodes are set up and add-ons are submitted.
    None,
    /// The API server reports itself ready.
    Api,
    /// Every node is Ready.
    Nodes,
    /// The system Deployments are available too.
    System,
}

/// One step's work. The only interpreter is `perform`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "op", rename_all = "kebab-case")]
pub enum Op {
    /// Pull an image.
    Pull {
        /// Its reference.
        image: String,
    },
    /// Create the network.
    CreateNetwork {
        /// What it should be.
        network: NetworkSpec,
    },
    /// Create a named volume.
    CreateVolume {
        /// What it should be.
        volume: VolumeSpec,
    },
    /// Remove what is left of an earlier attempt.
    Remove(Removal),
    /// Create a container without starting it.
    CreateContainer {
        /// What it should be.
        container: Box<ContainerSpec>,
    },
    /// Read what the node image says about itself.
    ReadImage {
        /// A container of the image.
        container: String,
    },
    /// Upload configuration and certificates.
    Upload {
        /// The container.
        container: String,
    },
    /// Start a container.
    Start {
        /// The container.
        container: String,
    },
    /// Wait until the server takes further nodes.
    AwaitServer,
    /// Wait until one node takes pods.
    AwaitNode {
        /// Its name.
        node: String,
    },
    /// Remove the Node object that a lost container of the same name has left.
    ForgetNode {
        /// Its name.
        node: String,
    },
    /// Create Node objects as soon as the API server takes them.
    RegisterNodes,
    /// Submit network and storage add-ons.
    InstallAddons,
    /// Let the first control plane begin the cluster, as soon as it takes that.
    Bootstrap {
        /// Its container.
        container: String,
    },
    /// Apply the manifests of the first control plane as soon as the API server takes them.
    ApplyManifests {
        /// Its container.
        container: String,
    },
    /// Let no pod be placed on a node before its network runs.
    KeepPodsAway {
        /// Its name.
        node: String,
    },
    /// Merge access to the machines into the talosconfig.
    WriteTalosconfig {
        /// Context name.
        context: String,
    },
    /// Wait until a node has set itself up.
    AwaitSetup {
        /// Its container.
        container: String,
    },
    /// Label the node of a single-node cluster as kind does.
    LabelNode,
    /// Wait until the API server reports itself ready.
    AwaitApi,
    /// Wait until every node is Ready.
    AwaitNodes,
    /// Wait until the system Deployments are available.
    AwaitSystem,
    /// Merge the cluster into the kubeconfig.
    WriteKubeconfig {
        /// Context name.
        context: String,
    },
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Op::Pull { image } => write!(f, "pull image {image}"),
            Op::CreateNetwork { network } => write!(f, "create network {}", network.name),
            Op::CreateVolume { volume } => write!(f, "create volume {}", volume.name),
            Op::Remove(removal) => removal.fmt(f),
            Op::AwaitServer => f.write_str("wait for the server to take nodes"),
            Op::AwaitNode { node } => write!(f, "wait for node {node}"),
            Op::ForgetNode { node } => write!(f, "forget the lost node {node}"),
            Op::CreateContainer { container } => write!(f, "create container {}", container.name),
            Op::ReadImage { container } => write!(f, "read the node image of {container}"),
            Op::Upload { container } => write!(f, "upload configuration to {container}"),
            Op::Start { container } => write!(f, "start {container}"),
            Op::RegisterNodes => f.write_str("register nodes"),
            Op::InstallAddons => f.write_str("install network and storage"),
            Op::AwaitSetup { container } => write!(f, "set up {container}"),
            Op::Bootstrap { container } => write!(f, "bootstrap etcd on {container}"),
            Op::ApplyManifests { container } => write!(f, "apply the manifests of {container}"),
            Op::KeepPodsAway { node } => write!(f, "keep pods away from {node} for now"),
            Op::WriteTalosconfig { context } => write!(f, "write talosconfig context {context}"),
            Op::LabelNode => f.write_str("label the node"),
            Op::AwaitApi => f.write_str("wait for the API server"),
            Op::AwaitNodes => f.write_str("wait for nodes"),
            Op::AwaitSystem => f.write_str("wait for system deployments"),
            Op::WriteKubeconfig { context } => write!(f, "write kubeconfig context {context}"),
        }
    }
}

impl Operation for Op {
    fn class(&self) -> Class {
        match self {
            Op::Pull { .. } => Class::Pull,
            Op::Remove(removal) => removal.class(),
            Op::CreateNetwork { .. }
            | Op::CreateVolume { .. }
            | Op::CreateContainer { .. }
            | Op::ReadImage { .. }
            | Op::Upload { .. }
            | Op::Start { .. } => Class::Engine,
            Op::ApplyManifests { .. }
            | Op::ForgetNode { .. }
            | Op::RegisterNodes
            | Op::InstallAddons
            | Op::LabelNode => Class::Kube,
            Op::AwaitServer
            | Op::AwaitNode { .. }
            | Op::AwaitSetup { .. }
            | Op::AwaitApi
            | Op::AwaitNodes
            | Op::AwaitSystem
            | Op::Bootstrap { .. }
            | Op::KeepPodsAway { .. }
            | Op::WriteTalosconfig { .. }
            | Op::WriteKubeconfig { .. } => Class::Wait,
        }
    }
}

/// What is wanted of a plan besides the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishes {
    /// How far to wait.
    pub wait: WaitFor,
    /// Context to write to the kubeconfig, if any.
    pub context: Option<String>,
}

/// Steps that carry out `change`.
pub fn create(
    distribution: &dyn Distribution,
    snapshot: &Snapshot,
    change: &Change,
    wishes: &Wishes,
) -> Plan<Op> {
    match change {
        Change::Create { leftovers } => from_scratch(distribution, snapshot, leftovers, wishes),
        Change::Converge {
            stopped,
            missing,
            leftovers,
        } => {
            let mut plan = Plan::default();
            let left = remove_all(&mut plan, leftovers);
            resume(
                plan,
                &left,
                distribution,
                snapshot,
                (stopped, missing),
                wishes,
            )
        }
    }
}

fn from_scratch(
    distribution: &dyn Distribution,
    snapshot: &Snapshot,
    leftovers: &[Container],
    wishes: &Wishes,
) -> Plan<Op> {
    let desired = distribution.desired();
    let mut plan = Plan::default();
    let mut before = remove_all(&mut plan, leftovers);
    if snapshot.network == Observed::Absent {
        let network = desired.network.clone();
        before.push(plan.push(Op::CreateNetwork { network }, []));
    }
    for volume in &desired.volumes {
        let volume = volume.clone();
        let left = before[..leftovers.len()].to_vec();
        before.push(plan.push(Op::CreateVolume { volume }, left));
    }
    let containers: Vec<&ContainerSpec> =
        desired.nodes.iter().map(|node| &node.container).collect();
    let created = push_containers(&mut plan, snapshot, &containers, &before);
    let BroughtUp { usable, started } = distribution.bring_up(&mut plan, &created);
    finish(&mut plan, wishes, &usable, &started);
    plan
}

/// Pulls what is not there and creates the containers.
fn push_containers(
    plan: &mut Plan<Op>,
    snapshot: &Snapshot,
    containers: &[&ContainerSpec],
    before: &[StepId],
) -> Vec<StepId> {
    let images: BTreeSet<&String> = containers
        .iter()
        .map(|container| &container.image)
        .collect();
    let mut pulls: Vec<(&String, StepId)> = Vec::new();
    for image in images {
        if !matches!(snapshot.images.get(image), Some(Observed::Present(_))) {
            let op = Op::Pull {
                image: image.clone(),
            };
            pulls.push((image, plan.push(op, [])));
        }
    }
    containers
        .iter()
        .map(|container| {
            let pull = pulls
                .iter()
                .find(|(image, _)| **image == container.image)
                .map(|(_, step)| step.clone());
            let op = Op::CreateContainer {
                container: Box::new((*container).clone()),
            };
            plan.push(op, before.iter().cloned().chain(pull))
        })
        .collect()
}

fn remove_all(plan: &mut Plan<Op>, leftovers: &[Container]) -> Vec<StepId> {
    leftovers
        .iter()
        .map(|left| plan.push(Op::Remove(Removal::of(left)), []))
        .collect()
}

fn resume(
    mut plan: Plan<Op>,
    before: &[StepId],
    distribution: &dyn Distribution,
    snapshot: &Snapshot,
    (stopped, missing): (&[Container], &[String]),
    wishes: &Wishes,
) -> Plan<Op> {
    let containers: Vec<&ContainerSpec> = distribution
        .desired()
        .nodes
        .iter()
        .map(|node| &node.container)
        .filter(|container| missing.contains(&container.name))
        .collect();
    let created = push_containers(&mut plan, snapshot, &containers, before);
    let names = containers.iter().map(|container| container.name.as_str());
    let lost = Lost {
        stopped: stopped.iter().map(|node| node.name.as_str()).collect(),
        created: names.zip(created).collect(),
    };
    let BroughtUp { usable, started } = distribution.bring_back(&mut plan, &lost);
    finish(&mut plan, wishes, &usable, &started);
    plan
}

/// The kubeconfig is written as soon as it is of use: whoever waits for nodes need not wait for us.
fn finish(plan: &mut Plan<Op>, wishes: &Wishes, usable: &[StepId], started: &[StepId]) {
    if let Some(context) = &wishes.context {
        let context = context.clone();
        plan.push(Op::WriteKubeconfig { context }, usable.iter().cloned());
    }
    let all = [usable, started].concat();
    for (level, op, after) in [
        (WaitFor::Api, Op::AwaitApi, usable),
        (WaitFor::Nodes, Op::AwaitNodes, all.as_slice()),
        (WaitFor::System, Op::AwaitSystem, usable),
    ] {
        if wishes.wait >= level {
            plan.push(op, after.iter().cloned());
        }
    }
}
