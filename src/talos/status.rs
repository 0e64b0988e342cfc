//! What a node says about itself, out of the YAML form of its status.

use std::fmt;

use crate::yaml::{self, Node, Source};

/// Where a node is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    /// It does not say.
    #[default]
    Unknown,
    /// Services start; a control plane waits here for etcd.
    Booting,
    /// It writes itself to a disk.
    Installing,
    /// It waits for a configuration.
    Maintenance,
    /// All that starts once has started.
    Running,
    /// It is about to start again.
    Rebooting,
    /// It ends.
    ShuttingDown,
    /// It forgets everything.
    Resetting,
    /// It replaces itself.
    Upgrading,
}

const STAGES: [(&str, Stage); 8] = [
    ("booting", Stage::Booting),
    ("installing", Stage::Installing),
    ("maintenance", Stage::Maintenance),
    ("running", Stage::Running),
    ("rebooting", Stage::Rebooting),
    ("shutting down", Stage::ShuttingDown),
    ("resetting", Stage::Resetting),
    ("upgrading", Stage::Upgrading),
];

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = STAGES.iter().find(|(_, stage)| stage == self);
        f.write_str(known.map_or("unknown", |(name, _)| name))
    }
}

/// Something a node still waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// What, e.g. `services`.
    pub name: String,
    /// Why it is not there yet.
    pub reason: String,
}

/// The state of a node as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MachineState {
    /// Where it is in its life.
    pub stage: Stage,
    /// Whether nothing is missing: time, network, services, static pods, and the node in Kubernetes.
    pub ready: bool,
    /// What is missing.
    pub unmet: Vec<Unmet>,
}

impl MachineState {
    /// Reads the specification of a `MachineStatus`.
    pub fn from_yaml(text: &str) -> Result<Self, yaml::Error> {
        let roots = yaml::load(text, &Source::new("MachineStatus"))?;
        let root = roots.first();
        let stage = root
            .and_then(|root| root.get("stage"))
            .and_then(Node::as_str);
        let status = root.and_then(|root| root.get("status"));
        let list = status.and_then(|status| status.get("unmetConditions"));
        let words = |node: &Node, key| {
            let text = node.get(key).and_then(Node::as_str);
            text.unwrap_or_default().to_owned()
        };
        Ok(Self {
            stage: STAGES
                .iter()
                .find(|(name, _)| Some(*name) == stage)
                .map(|(_, stage)| *stage)
                .unwrap_or_default(),
            ready: status
                .and_then(|status| status.get("ready"))
                .is_some_and(|ready| ready.value == yaml::Value::Bool(true)),
            unmet: list
                .into_iter()
                .flat_map(Node::items)
                .map(|item| Unmet {
                    name: words(item, "name"),
                    reason: words(item, "reason"),
                })
                .collect(),
        })
    }
}

impl fmt::Display for MachineState {
    /// In one line for people: `booting; services: etcd not running`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stage.fmt(f)?;
        for unmet in &self.unmet {
            write!(f, "; {}: {}", unmet.name, unmet.reason)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_and_shown() {
        let text = "stage: booting\nstatus:\n    ready: false\n    unmetConditions:\n        - name: services\n          reason: etcd not running\n";
        let state = MachineState::from_yaml(text).unwrap();
        assert_eq!(state.stage, Stage::Booting);
        assert!(!state.ready);
        assert_eq!(state.to_string(), "booting; services: etcd not running");
        let text = "stage: running\nstatus:\n    ready: true\n    unmetConditions: []\n";
        let state = MachineState::from_yaml(text).unwrap();
        assert!(state.ready && state.unmet.is_empty());
        assert_eq!(state.to_string(), "running");
        let later = MachineState::from_yaml("stage: dancing\n").unwrap();
        assert_eq!(later, MachineState::default());
    }
}
