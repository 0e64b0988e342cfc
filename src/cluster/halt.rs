//! Stopping clusters: their containers stay, with everything in them.

use std::fmt;

use serde::Serialize;

use super::observed::Container;
use crate::exec::limits::Class;
use crate::exec::plan::{Operation, Plan};

/// One container to stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "op", rename = "stop")]
pub struct Stop {
    /// Engine id.
    pub id: String,
    /// Container name.
    pub name: String,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stop {}", self.name)
    }
}

impl Operation for Stop {
    fn class(&self) -> Class {
        // Nearly all of it is waiting for what runs inside.
        Class::Wait
    }
}

/// Steps that stop what runs, all at once.
pub fn plan(containers: &[Container]) -> Plan<Stop> {
    let mut plan = Plan::default();
    for container in containers.iter().filter(|found| found.state.is_up()) {
        let stop = Stop {
            id: container.id.clone(),
            name: container.name.clone(),
        };
        plan.push(stop, []);
    }
    plan
}
