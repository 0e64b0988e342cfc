//! Taking clusters away: containers with their volumes, networks of their own, and kubeconfig entries. Works from any partial state, by labels alone.

use std::fmt;

use serde::Serialize;

use super::family::Family;
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
    /// The context of a cluster in all talosconfig files.
    RemoveTalosconfig {
        /// Its name.
        context: String,
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
            Removal::RemoveTalosconfig { context } => {
                write!(f, "remove talosconfig context {context}")
            }
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
            Removal::RemoveKubeconfig { .. } | Removal::RemoveTalosconfig { .. } => Class::Wait,
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

/// The entries of a cluster in the user's files.
pub fn entries(family: &dyn Family, cluster: &str, names: Names) -> Vec<Removal> {
    let machines = family.machines().map(|machines| {
        let context = machines.context(cluster);
        Removal::RemoveTalosconfig { context }
    });
    let kubernetes = Removal::RemoveKubeconfig { names };
    [kubernetes].into_iter().chain(machines).collect()
}

fn context<S: serde::Serializer>(names: &Names, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&names.context)
}

/// Steps that remove every trace of a cluster, `entries` in the user's files included: `others` are removed when no
/// container holds them any more.
pub fn plan(
    containers: &[Container],
    others: Vec<Removal>,
    entries: impl IntoIterator<Item = Removal>,
) -> Plan<Removal> {
    let mut plan = Plan::default();
    for entry in entries {
        plan.push(entry, []);
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
