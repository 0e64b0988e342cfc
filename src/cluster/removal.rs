//! Taking clusters away: containers with their volumes, networks of their own, and kubeconfig entries. Works from any partial state, by labels alone.

use std::fmt;

use serde::Serialize;

use super::observed::Container;
use crate::exec::event::StepId;
use crate::exec::limits::Class;
use crate::exec::plan::{Operation, Plan};
use crate::kubeconfig::Names;

/// One removal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "op", rename_all = "kebab-case")]
pub enum Removal {
    /// A container and its anonymous volumes, running or not.
    RemoveContainer {
        /// Engine id.
        id: String,
        /// Container name.
        name: String,
    },
    /// A network of the cluster's own.
    RemoveNetwork {
        /// Engine id.
        id: String,
        /// Network name.
        name: String,
    },
    /// A named volume of the cluster.
    RemoveVolume {
        /// Volume name.
        name: String,
    },
    /// The entries of a cluster in all kubeconfig files.
    RemoveKubeconfig {
        /// Their names.
        #[serde(rename = "context", serialize_with = "context")]
        names: Names,
    },
}

impl fmt::Display for Removal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Removal::RemoveContainer { name, .. } => write!(f, "remove container {name}"),
            Removal::RemoveNetwork { name, .. } => write!(f, "remove network {name}"),
            Removal::RemoveVolume { name } => write!(f, "remove volume {name}"),
            Removal::RemoveKubeconfig { names } => {
                write!(f, "remove kubeconfig context {}", names.context)
            }
        }
    }
}

impl Operation for Removal {
    fn class(&self) -> Class {
        match self {
            Removal::RemoveContainer { .. }
            | Removal::RemoveNetwork { .. }
            | Removal::RemoveVolume { .. } => Class::Engine,
            Removal::RemoveKubeconfig { .. } => Class::Wait,
        }
    }
}

impl Removal {
    /// Removal of a listed container.
    pub fn of(container: &Container) -> Self {
        Self::RemoveContainer {
            id: container.id.clone(),
            name: container.name.clone(),
        }
    }
}

fn context<S: serde::Serializer>(names: &Names, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&names.context)
}

/// Steps that remove every trace of a cluster, entries of all `names` included: `others` are removed when no container
/// holds them any more.
pub fn plan(
    containers: &[Container],
    others: Vec<Removal>,
    names: impl IntoIterator<Item = Names>,
) -> Plan<Removal> {
    let mut plan = Plan::default();
    for names in names {
        plan.push(Removal::RemoveKubeconfig { names }, []);
    }
    let removed: Vec<StepId> = containers
        .iter()
        .map(|container| plan.push(Removal::of(container), []))
        .collect();
    for other in others {
        plan.push(other, removed.iter().cloned());
    }
    plan
}
