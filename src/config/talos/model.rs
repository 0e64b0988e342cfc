//! What `talos/`, `ksail.yaml` and flags say about a Talos cluster.

use serde_json::Value as Json;

use super::document::MachineConfig;
use super::options::Options;
use super::patch::{Patch, PatchScope};
use super::validate::Warning;
use super::version::{Role, TalosVersion};
use crate::config::error::Error;
use crate::config::fields::Located;
use crate::yaml::{Node, Source};

/// A whole cluster. What no file says is `None`, for flags and defaults to fill.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TalosConfig {
    /// All patches in the order in which they apply: for all nodes, then for control planes, then for workers, each
    /// folder by file name.
    pub patches: Vec<Patch>,
    /// Number of control-plane nodes.
    pub control_planes: Option<Located<u32>>,
    /// Number of worker nodes.
    pub workers: Option<Located<u32>>,
    /// Image of the nodes, whose tag is the version of Talos.
    pub image: Option<Located<String>>,
    /// Version of Kubernetes, without a `v`.
    pub kubernetes_version: Option<Located<String>>,
    /// Containers and network.
    pub options: Options,
}

impl TalosConfig {
    /// Adds the patch of a file: its documents, with variables expanded.
    pub(in crate::config) fn add(
        &mut self,
        folder: &str,
        roots: Vec<Node>,
        source: &Source,
    ) -> Result<(), Error> {
        let scope = match folder {
            "control-planes" => PatchScope::ControlPlanes,
            "workers" => PatchScope::Workers,
            _ => PatchScope::All,
        };
        let patch = Patch::of_documents(roots, source, scope)?;
        if !patch.is_empty() {
            self.patches.push(patch);
        }
        Ok(())
    }

    /// The configuration of a machine: `base` with all patches of its role, checked for this version of Talos.
    ///
    /// # Errors
    ///
    /// With the place in the patch: patches that do not fit, and whatever a node would refuse.
    pub fn machine(
        &self,
        base: &Json,
        role: Role,
        talos: TalosVersion,
    ) -> Result<(MachineConfig, Vec<Warning>), Error> {
        let base = MachineConfig::of_json(base)?;
        let machine = base.patched(role, talos, &self.patches)?;
        let warnings = machine.validate(role, talos)?;
        Ok((machine, warnings))
    }
}
