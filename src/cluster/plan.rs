//! From comparison to plan: which steps make the Engine look like the desired cluster, and which remove one.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use super::diff::Change;
use super::distribution::Desired;
use super::model::{ContainerSpec, NetworkSpec};
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
    /// Create Node objects as soon as the API server takes them.
    RegisterNodes,
    /// Submit network and storage add-ons.
    InstallAddons,
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
            Op::Remove(removal) => removal.fmt(f),
            Op::CreateContainer { container } => write!(f, "create container {}", container.name),
            Op::ReadImage { container } => write!(f, "read the node image of {container}"),
            Op::Upload { container } => write!(f, "upload configuration to {container}"),
            Op::Start { container } => write!(f, "start {container}"),
            Op::RegisterNodes => f.write_str("register nodes"),
            Op::InstallAddons => f.write_str("install network and storage"),
            Op::AwaitSetup { container } => write!(f, "set up {container}"),
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
            | Op::CreateContainer { .. }
            | Op::ReadImage { .. }
            | Op::Upload { .. }
            | Op::Start { .. } => Class::Engine,
            Op::RegisterNodes | Op::InstallAddons | Op::LabelNode => Class::Kube,
            Op::AwaitSetup { .. }
            | Op::AwaitApi
            | Op::AwaitNodes
            | Op::AwaitSystem
            | Op::WriteKubeconfig { .. } => Class::Wait,
        }
    }
}

/// Steps that carry out `change`.
pub fn create(
    desired: &Desired,
    snapshot: &Snapshot,
    change: &Change,
    wait: WaitFor,
    context: &str,
) -> Plan<Op> {
    match change {
        Change::Create { leftovers } => from_scratch(desired, snapshot, leftovers, wait, context),
        Change::Converge { stopped } => resume(stopped, wait, context),
    }
}

fn from_scratch(
    desired: &Desired,
    snapshot: &Snapshot,
    leftovers: &[Container],
    wait: WaitFor,
    context: &str,
) -> Plan<Op> {
    let mut plan = Plan::default();
    let mut before: Vec<StepId> = leftovers
        .iter()
        .map(|left| plan.push(Op::Remove(Removal::of(left)), []))
        .collect();
    if snapshot.network == Observed::Absent {
        before.push(plan.push(
            Op::CreateNetwork {
                network: desired.network.clone(),
            },
            [],
        ));
    }
    let images: BTreeSet<&String> = desired
        .nodes
        .iter()
        .map(|node| &node.container.image)
        .collect();
    let pulls: Vec<(&String, StepId)> = images
        .into_iter()
        .filter(|image| !matches!(snapshot.images.get(*image), Some(Observed::Present(_))))
        .map(|image| {
            (
                image,
                plan.push(
                    Op::Pull {
                        image: image.clone(),
                    },
                    [],
                ),
            )
        })
        .collect();
    let created: Vec<StepId> = desired
        .nodes
        .iter()
        .map(|node| {
            let pull = pulls
                .iter()
                .find(|(image, _)| **image == node.container.image)
                .map(|(_, step)| step.clone());
            let op = Op::CreateContainer {
                container: Box::new(node.container.clone()),
            };
            plan.push(op, before.iter().cloned().chain(pull))
        })
        .collect();
    let control_plane = desired.control_plane().container.name.clone();
    let read = plan.push(
        Op::ReadImage {
            container: control_plane.clone(),
        },
        [created[0].clone()],
    );
    let mut setups = Vec::new();
    let mut started = Vec::new();
    for (node, created) in desired.nodes.iter().zip(created) {
        let container = node.container.name.clone();
        let upload = plan.push(
            Op::Upload {
                container: container.clone(),
            },
            [created, read.clone()],
        );
        let start = plan.push(
            Op::Start {
                container: container.clone(),
            },
            [upload],
        );
        setups.push(plan.push(Op::AwaitSetup { container }, [start.clone()]));
        started.push(start);
    }
    let register = plan.push(Op::RegisterNodes, [started[0].clone()]);
    let addons = plan.push(Op::InstallAddons, [register]);
    if desired.nodes.len() == 1 {
        plan.push(Op::LabelNode, [setups[0].clone()]);
    }
    // Written as soon as it is of use: whoever waits for nodes need not wait for us.
    plan.push(
        Op::WriteKubeconfig {
            context: context.to_owned(),
        },
        [addons.clone()],
    );
    push_waits(&mut plan, wait, &[addons]);
    plan
}

fn resume(stopped: &[Container], wait: WaitFor, context: &str) -> Plan<Op> {
    let mut plan = Plan::default();
    let started: Vec<StepId> = stopped
        .iter()
        .map(|node| {
            plan.push(
                Op::Start {
                    container: node.name.clone(),
                },
                [],
            )
        })
        .collect();
    plan.push(
        Op::WriteKubeconfig {
            context: context.to_owned(),
        },
        started.iter().cloned(),
    );
    push_waits(&mut plan, wait, &started);
    plan
}

fn push_waits(plan: &mut Plan<Op>, wait: WaitFor, after: &[StepId]) {
    for (level, op) in [
        (WaitFor::Api, Op::AwaitApi),
        (WaitFor::Nodes, Op::AwaitNodes),
        (WaitFor::System, Op::AwaitSystem),
    ] {
        if wait >= level {
            plan.push(op, after.iter().cloned());
        }
    }
}
