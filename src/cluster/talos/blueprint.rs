//! A Talos cluster as configured.

use std::path::PathBuf;
use std::sync::Arc;

use super::desired;
use super::distribution::TalosCluster;
use super::host;
use crate::cluster::blueprint::{Blueprint, Defaults, Facts, NetworkNeed};
use crate::cluster::distribution::{Distribution, Error};
use crate::cluster::observed::HostFacts;
use crate::config::talos::{FlagPatch, TalosConfig};
use crate::env::EnvMap;

/// A Talos cluster as configured.
#[derive(Debug)]
pub(super) struct TalosBlueprint {
    /// Cluster name.
    pub(super) cluster: String,
    /// Its final configuration.
    pub(super) config: TalosConfig,
}

impl Blueprint for TalosBlueprint {
    fn images(&self, _: &EnvMap) -> Vec<String> {
        vec![desired::image(&self.config).to_owned()]
    }

    fn network(&self, _: &EnvMap) -> NetworkNeed {
        NetworkNeed::OwnSubnet(self.cluster.clone())
    }

    fn reads(&self) -> Vec<PathBuf> {
        let options = &self.config.options;
        let patches = options.patches.iter().filter_map(|patch| match patch {
            FlagPatch::File(_, path) => Some(path),
            FlagPatch::Inline(_) => None,
        });
        patches.chain(&options.secrets).cloned().collect()
    }

    fn picks_api_port(&self) -> bool {
        true
    }

    fn asks_for(&self, port: u16) -> bool {
        let mut ports = self.config.options.ports.iter();
        ports.any(|asked| asked.host_port == Some(port))
    }

    fn picks_subnet(&self) -> bool {
        self.config.options.subnet.is_none()
    }

    fn notices(&self, host: &HostFacts) -> Vec<String> {
        host::notices(host)
    }

    fn defaults(&self) -> Defaults {
        Defaults {
            talosconfig: self.config.options.talosconfig.clone(),
            ..Defaults::default()
        }
    }

    fn bind(&self, facts: &Facts<'_>) -> Result<Arc<dyn Distribution>, Error> {
        host::check(desired::version(&self.config), &facts.snapshot.host)?;
        let decided = desired::decide(&self.cluster, &self.config, facts)?;
        Ok(Arc::new(TalosCluster::new(decided, facts.now)?))
    }
}
