//! A K3s cluster as configured.

use std::path::PathBuf;
use std::sync::Arc;

use super::distribution::K3sCluster;
use super::{desired, files};
use crate::cluster::blueprint::{Blueprint, Defaults, Facts, NetworkNeed};
use crate::cluster::distribution::{Distribution, Error};
use crate::cluster::observed::HostFacts;
use crate::cluster::plan::WaitFor;
use crate::config::k3d::{ApiPort, K3dConfig, Subnet};
use crate::env::EnvMap;

/// A K3s cluster as configured.
#[derive(Debug)]
pub struct K3sBlueprint {
    /// Cluster name.
    pub cluster: String,
    /// Its final configuration.
    pub config: K3dConfig,
}

impl Blueprint for K3sBlueprint {
    fn images(&self, env: &EnvMap) -> Vec<String> {
        let proxy = desired::counts(&self.config)
            .load_balancer
            .then(|| desired::proxy_image(env));
        [desired::image(&self.config)]
            .into_iter()
            .chain(proxy)
            .collect()
    }

    fn network(&self, _: &EnvMap) -> NetworkNeed {
        NetworkNeed::OwnSubnet(desired::network_name(&self.cluster, &self.config))
    }

    fn reads(&self) -> Vec<PathBuf> {
        files::reads(&self.config)
    }

    fn picks_api_port(&self) -> bool {
        let port = self.config.api.host_port.as_ref().map(|port| port.value);
        !matches!(port, Some(ApiPort::Fixed(_)))
    }

    fn picks_subnet(&self) -> bool {
        let subnet = self.config.subnet.as_ref().map(|subnet| subnet.value);
        !matches!(subnet, Some(Subnet::Range(_)))
    }

    fn notices(&self, host: &HostFacts) -> Vec<String> {
        let v1 = "the Engine's host runs cgroup v1: kubelets are told to accept it (`fail-cgroupv1=false`)";
        if host.cgroup_version == 1 {
            vec![v1.to_owned()]
        } else {
            Vec::new()
        }
    }

    fn defaults(&self) -> Defaults {
        let options = &self.config.k3d;
        let kubeconfig = self.config.kubeconfig;
        // To k3d no time is no end; to us it is no wish.
        let timeout = options.timeout.as_ref().map(|timeout| timeout.value);
        Defaults {
            wait: if options.wait {
                WaitFor::System
            } else {
                WaitFor::None
            },
            timeout: timeout.filter(|timeout| !timeout.is_zero()),
            retain: options.disable_rollback,
            kubeconfig: kubeconfig.update_default,
            switch: kubeconfig.switch_context,
            talosconfig: None,
        }
    }

    fn bind(&self, facts: &Facts<'_>) -> Result<Arc<dyn Distribution>, Error> {
        let decided = desired::decide(&self.cluster, &self.config, facts)?;
        let cluster = K3sCluster::new(&self.config, decided, facts.files)?;
        Ok(Arc::new(cluster))
    }
}
