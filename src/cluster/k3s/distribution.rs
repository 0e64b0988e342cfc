//! K3s's answers to what the shared layers ask of a distribution.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use super::desired::{self, Decided};
use super::node::Expected;
use super::{bring_up, console, files, node};
use crate::cluster::distribution::{
    Access, AccessSource, BroughtUp, Desired, Distribution, Error, Gate, ImageFiles, Lost,
    Machines, Objects, Signal, System,
};
use crate::cluster::family::Family;
use crate::cluster::model::{ContainerSpec, FileSpec, PortBinding};
use crate::cluster::plan::Op;
use crate::config::k3d::K3dConfig;
use crate::exec::event::StepId;
use crate::exec::plan::Plan;

/// Add-ons that are Deployments in `kube-system`.
const DEPLOYMENTS: [&str; 4] = ["coredns", "local-storage", "metrics-server", "traefik"];

/// One K3s cluster to create.
#[derive(Debug)]
pub struct K3sCluster {
    decided: Decided,
    files: BTreeMap<String, Vec<FileSpec>>,
    expected: Expected,
    system: System,
}

impl K3sCluster {
    /// Binds the distribution to one cluster; `read` are the files that the configuration names.
    pub(super) fn new(
        config: &K3dConfig,
        decided: Decided,
        read: &BTreeMap<PathBuf, Vec<u8>>,
    ) -> Result<Self, Error> {
        let arguments = &decided.desired.control_plane().container.command;
        let disabled = disabled(arguments);
        let is_disabled = |addon: &&str| disabled.contains(addon);
        let expected = Expected {
            flannel: value(arguments, "--flannel-backend") != Some("none"),
            cloud_controller: !arguments.iter().any(|arg| {
                arg == "--disable-cloud-controller" || arg == "--disable-cloud-controller=true"
            }) && !is_disabled(&"ccm"),
        };
        let system = System {
            namespaces: super::K3s.system_namespaces(),
            expected: !DEPLOYMENTS.iter().all(is_disabled),
        };
        let files = files::files(config, &decided, read, !is_disabled(&"coredns"))?;
        Ok(Self {
            decided,
            files,
            expected,
            system,
        })
    }

    fn has_files(&self, container: &str) -> bool {
        self.files.contains_key(container)
    }
}

/// The value of `--flag=value` or `--flag value`.
fn value<'a>(arguments: &'a [String], flag: &str) -> Option<&'a str> {
    values(arguments, flag).last()
}

fn values<'a>(arguments: &'a [String], flag: &str) -> impl Iterator<Item = &'a str> {
    let next = arguments.iter().skip(1).map(Some).chain([None]);
    arguments.iter().zip(next).filter_map(move |(arg, next)| {
        if arg == flag {
            return next.map(String::as_str);
        }
        arg.strip_prefix(flag)?.strip_prefix('=')
    })
}

/// The add-ons of all `--disable`.
fn disabled(arguments: &[String]) -> Vec<&str> {
    values(arguments, "--disable")
        .flat_map(|list| list.split(','))
        .collect()
}

impl Distribution for K3sCluster {
    fn desired(&self) -> &Desired {
        &self.decided.desired
    }

    fn warnings(&self) -> &[String] {
        &[]
    }

    fn bring_up(&self, plan: &mut Plan<Op>, created: &[StepId]) -> BroughtUp {
        let has_files = |container: &str| self.has_files(container);
        bring_up::from_scratch(&self.decided.desired, &has_files, plan, created)
    }

    fn bring_back(&self, plan: &mut Plan<Op>, lost: &Lost<'_>) -> BroughtUp {
        let has_files = |container: &str| self.has_files(container);
        bring_up::bring_back(&self.decided.desired, &has_files, plan, lost)
    }

    fn api_port(&self) -> Option<(&ContainerSpec, &PortBinding)> {
        let container = &self.decided.desired.nodes[self.decided.publisher].container;
        let mut ports = container.ports.iter();
        let port = ports.find(|port| port.container_port == desired::API_PORT)?;
        Some((container, port))
    }

    fn image_paths(&self) -> &'static [&'static str] {
        &[]
    }

    fn learn(&self, _: &ImageFiles) -> Result<(), Error> {
        Ok(())
    }

    fn files(&self, container: &str) -> Result<Vec<FileSpec>, Error> {
        Ok(self.files.get(container).cloned().unwrap_or_default())
    }

    fn signal(&self, line: &str) -> Option<Signal> {
        console::signal(line)
    }

    fn remedy(&self, why: &str) -> Option<&'static str> {
        Some(console::remedy(why))
    }

    fn objects(&self) -> Result<Objects, Error> {
        Ok(Objects::default())
    }

    fn node_patch(&self) -> Option<Value> {
        None
    }

    fn lacks(&self, node: &Value) -> Option<String> {
        node::lacks(self.expected, node)
    }

    fn brings_network(&self) -> bool {
        self.expected.flannel
    }

    fn system(&self) -> System {
        self.system.clone()
    }

    fn gate(&self) -> Option<Gate> {
        Some(desired::gate(self.decided.token.clone()))
    }

    fn is_heard(&self) -> bool {
        true
    }

    fn machines(&self) -> Option<&dyn Machines> {
        None
    }

    fn setup_access(&self, _: &str) -> Result<AccessSource, Error> {
        Ok(AccessSource::Written(desired::KUBECONFIG))
    }

    fn user_access(&self, _: &str) -> Result<Option<Access>, Error> {
        Ok(None)
    }

    fn public_host(&self) -> Option<&str> {
        Some(&self.decided.api_host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_in_both_forms() {
        let arguments = [
            "server",
            "--disable",
            "traefik,coredns",
            "--disable=local-storage",
            "--flannel-backend=none",
        ]
        .map(str::to_owned);
        assert_eq!(
            disabled(&arguments),
            ["traefik", "coredns", "local-storage"]
        );
        assert_eq!(value(&arguments, "--flannel-backend"), Some("none"));
        assert_eq!(value(&arguments, "--disable-kube-proxy"), None);
    }
}
