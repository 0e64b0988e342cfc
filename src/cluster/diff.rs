//! Desired cluster and observed Engine, compared. Pure; what cannot be converged is refused with the reason.

use super::distribution::{Desired, Role};
use super::observed::{Container, Snapshot, State};
use crate::text::List;

/// What has to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Create everything; `leftovers` of an interrupted create are removed first.
    Create {
        /// Containers that carry the cluster's label but never became a cluster.
        leftovers: Vec<Container>,
    },
    /// The cluster is there; start and add what is missing, and wait.
    Converge {
        /// Containers that do not run.
        stopped: Vec<Container>,
        /// Names of workers and helpers that are gone, or were never started.
        missing: Vec<String>,
        /// The containers among them that were never started: nobody knows how far their setup came.
        leftovers: Vec<Container>,
    },
}

/// The existing cluster cannot be turned into the desired one without losing what runs on it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Refusal {
    /// Its nodes are other nodes.
    #[error("cluster `{cluster}` exists with other nodes: {difference}")]
    OtherNodes {
        /// Cluster name.
        cluster: String,
        /// What differs.
        difference: String,
    },
    /// Its nodes run another image.
    #[error(
        "cluster `{cluster}` exists with another image: `{node}` runs `{image}`, wanted `{wanted}`"
    )]
    OtherImage {
        /// Cluster name.
        cluster: String,
        /// Node name.
        node: String,
        /// Image it runs.
        image: String,
        /// Image asked for.
        wanted: String,
    },
}

impl crate::error::Hint for Refusal {
    fn hint(&self) -> Option<std::borrow::Cow<'static, str>> {
        Some("delete the cluster first, or choose another name with `--name`".into())
    }
}

/// Compares the cluster's containers with what they should be. `set_up` tells whether the control plane, if it is
/// there, ever finished its setup.
pub fn compare(desired: &Desired, snapshot: &Snapshot, set_up: bool) -> Result<Change, Refusal> {
    let existing = &snapshot.containers;
    let control_plane = existing
        .iter()
        .find(|found| found.name == desired.control_plane().container.name);
    if control_plane.is_none() || !set_up {
        return Ok(Change::Create {
            leftovers: existing.clone(),
        });
    }
    let wanted = |name: &str| desired.nodes.iter().any(|node| node.container.name == name);
    let leftovers: Vec<Container> = existing
        .iter()
        .filter(|found| found.state == State::Created && wanted(&found.name))
        .cloned()
        .collect();
    let is_there = |name: &str| {
        let found = existing.iter().find(|found| found.name == name);
        found.is_some_and(|found| found.state != State::Created)
    };
    let missing: Vec<String> = desired
        .nodes
        .iter()
        .map(|node| node.container.name.clone())
        .filter(|name| !is_there(name))
        .collect();
    let surplus: Vec<&str> = existing
        .iter()
        .map(|found| found.name.as_str())
        .filter(|name| {
            desired
                .nodes
                .iter()
                .all(|node| node.container.name != *name)
        })
        .collect();
    let lost: Vec<&str> = desired
        .nodes
        .iter()
        .filter(|node| node.role == Role::ControlPlane && missing.contains(&node.container.name))
        .map(|node| node.container.name.as_str())
        .collect();
    let difference = match (lost.is_empty(), surplus.is_empty()) {
        (true, true) => None,
        // What a control plane knew is gone with it.
        (false, _) => Some(format!("{} missing", List::and(lost))),
        (true, false) => Some(format!("{} not wanted", List::and(surplus))),
    };
    if let Some(difference) = difference {
        return Err(Refusal::OtherNodes {
            cluster: desired.cluster.clone(),
            difference,
        });
    }
    for node in &desired.nodes {
        let found = existing
            .iter()
            .find(|found| found.name == node.container.name);
        if let Some(found) = found.filter(|found| found.image != node.container.image) {
            return Err(Refusal::OtherImage {
                cluster: desired.cluster.clone(),
                node: found.name.clone(),
                image: found.image.clone(),
                wanted: node.container.image.clone(),
            });
        }
    }
    let stopped = existing
        .iter()
        .filter(|found| !matches!(found.state, State::Running | State::Created))
        .cloned()
        .collect();
    Ok(Change::Converge {
        stopped,
        missing,
        leftovers,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::cluster::distribution::NodeSpec;
    use crate::cluster::model::{ContainerSpec, NetworkSpec};
    use crate::cluster::observed::{HostFacts, Observed};

    fn desired(names: &[&str]) -> Desired {
        let node = |name: &&str| NodeSpec {
            role: if name.ends_with("control-plane") {
                Role::ControlPlane
            } else {
                Role::Worker
            },
            container: ContainerSpec {
                name: (*name).into(),
                image: "node:1".into(),
                ..ContainerSpec::default()
            },
        };
        Desired {
            cluster: "dev".into(),
            network: NetworkSpec::default(),
            volumes: vec![],
            nodes: names.iter().map(node).collect(),
        }
    }

    fn snapshot(found: &[(&str, &str, State)]) -> Snapshot {
        let container = |(name, image, state): &(&str, &str, State)| Container {
            id: format!("id-{name}"),
            name: (*name).into(),
            image: (*image).into(),
            labels: BTreeMap::new(),
            state: *state,
            status: String::new(),
            created: 0,
            addresses: BTreeMap::new(),
            ports: Vec::new(),
        };
        Snapshot {
            containers: found.iter().map(container).collect(),
            network: Observed::Absent,
            bridges: vec![],
            images: BTreeMap::new(),
            host: HostFacts::default(),
        }
    }

    #[test]
    fn an_empty_engine_means_create() {
        let change = compare(&desired(&["dev-control-plane"]), &snapshot(&[]), false);
        assert_eq!(change, Ok(Change::Create { leftovers: vec![] }));
    }

    #[test]
    fn leftovers_of_an_interrupted_create_are_replaced() {
        let found = snapshot(&[
            ("dev-control-plane", "node:1", State::Created),
            ("dev-worker", "node:1", State::Created),
        ]);
        let change = compare(
            &desired(&["dev-control-plane", "dev-worker"]),
            &found,
            false,
        );
        assert_eq!(
            change,
            Ok(Change::Create {
                leftovers: found.containers.clone()
            })
        );
        let found = snapshot(&[("dev-worker", "node:1", State::Running)]);
        let change = compare(&desired(&["dev-control-plane", "dev-worker"]), &found, true);
        assert_eq!(
            change,
            Ok(Change::Create {
                leftovers: found.containers.clone()
            }),
            "no control plane"
        );
    }

    #[test]
    fn a_complete_cluster_is_converged() {
        let found = snapshot(&[
            ("dev-control-plane", "node:1", State::Running),
            ("dev-worker", "node:1", State::Exited),
        ]);
        let change = compare(&desired(&["dev-control-plane", "dev-worker"]), &found, true);
        assert_eq!(
            change,
            Ok(Change::Converge {
                stopped: vec![found.containers[1].clone()],
                missing: vec![],
                leftovers: vec![],
            })
        );
    }

    #[test]
    fn lost_workers_come_back() {
        let found = snapshot(&[("dev-control-plane", "node:1", State::Running)]);
        let change = compare(&desired(&["dev-control-plane", "dev-worker"]), &found, true);
        assert_eq!(
            change,
            Ok(Change::Converge {
                stopped: vec![],
                missing: vec!["dev-worker".into()],
                leftovers: vec![],
            })
        );
        let found = snapshot(&[
            ("dev-control-plane", "node:1", State::Running),
            ("dev-worker", "node:1", State::Created),
        ]);
        let change = compare(&desired(&["dev-control-plane", "dev-worker"]), &found, true);
        assert_eq!(
            change,
            Ok(Change::Converge {
                stopped: vec![],
                missing: vec!["dev-worker".into()],
                leftovers: vec![found.containers[1].clone()],
            }),
            "never started"
        );
    }

    #[test]
    fn another_shape_is_refused_by_name() {
        let found = snapshot(&[
            ("dev-control-plane", "node:1", State::Running),
            ("dev-worker2", "node:1", State::Running),
        ]);
        let refusal =
            compare(&desired(&["dev-control-plane", "dev-worker"]), &found, true).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "cluster `dev` exists with other nodes: `dev-worker2` not wanted"
        );
        let found = snapshot(&[("dev-control-plane", "node:0", State::Running)]);
        let refusal = compare(&desired(&["dev-control-plane"]), &found, true).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "cluster `dev` exists with another image: `dev-control-plane` runs `node:0`, wanted `node:1`"
        );
    }
}
