//! Taking clusters away: containers with their volumes, and kubeconfig entries. The network stays, other clusters
//! share it. Works from any partial state, by labels alone.

use std::fmt;

use serde::Serialize;

use super::observed::Container;
use crate::exec::limits::Class;
use crate::exec::plan::{Operation, Plan};

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
    /// The entries of a context in all kubeconfig files.
    RemoveKubeconfig {
        /// Context name.
        context: String,
    },
}

impl fmt::Display for Removal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Removal::RemoveContainer { name, .. } => write!(f, "remove container {name}"),
            Removal::RemoveKubeconfig { context } => {
                write!(f, "remove kubeconfig context {context}")
            }
        }
    }
}

impl Operation for Removal {
    fn class(&self) -> Class {
        match self {
            Removal::RemoveContainer { .. } => Class::Engine,
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

/// Steps that remove every trace of a cluster.
pub fn plan(containers: &[Container], context: &str) -> Plan<Removal> {
    let mut plan = Plan::default();
    plan.push(
        Removal::RemoveKubeconfig {
            context: context.to_owned(),
        },
        [],
    );
    for container in containers {
        plan.push(Removal::of(container), []);
    }
    plan
}
