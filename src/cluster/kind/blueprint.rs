//! A Kind cluster as configured.

use std::path::PathBuf;
use std::sync::Arc;

use super::desired;
use super::distribution::KindCluster;
use super::pki::{Authority, KeyedCert, Pki};
use crate::cluster::blueprint::{Blueprint, Defaults, Facts, NetworkNeed};
use crate::cluster::distribution::{Distribution, Error, ImageFiles};
use crate::cluster::observed::{HostFacts, Observed};
use crate::config::kind::{HostPort, KindConfig};
use crate::env::EnvMap;
use crate::pem;
use crate::secret::Secret;

/// The cluster's authority in its control plane.
pub(super) const CA_CERTIFICATE: &str = "/etc/kubernetes/pki/ca.crt";
/// Its key.
pub(super) const CA_KEY: &str = "/etc/kubernetes/pki/ca.key";

/// A Kind cluster as configured.
#[derive(Debug)]
pub struct KindBlueprint {
    /// Cluster name.
    pub cluster: String,
    /// Its final configuration.
    pub config: KindConfig,
}

impl Blueprint for KindBlueprint {
    fn images(&self, _: &EnvMap) -> Vec<String> {
        self.config
            .nodes
            .iter()
            .map(|node| node.image.clone())
            .collect()
    }

    fn network(&self, env: &EnvMap) -> NetworkNeed {
        NetworkNeed::Named(desired::network_name(env).to_owned())
    }

    fn reads(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    fn picks_api_port(&self) -> bool {
        self.config.networking.api_server_port == HostPort::Random
    }

    fn picks_subnet(&self) -> bool {
        false
    }

    fn notices(&self, host: &HostFacts) -> Vec<String> {
        let v1 = "the Engine's host runs cgroup v1: kubelets are told to accept it (`failCgroupV1: false`)";
        if host.cgroup_version == 1 {
            vec![v1.to_owned()]
        } else {
            Vec::new()
        }
    }

    fn defaults(&self) -> Defaults {
        Defaults::default()
    }

    fn bind(&self, facts: &Facts<'_>) -> Result<Arc<dyn Distribution>, Error> {
        let wanted = desired::desired(&desired::Input {
            cluster: &self.cluster,
            config: &self.config,
            host: &facts.snapshot.host,
            env: facts.env,
            network: match &facts.snapshot.network {
                Observed::Present(network) => Some(network),
                Observed::Absent => None,
            },
            free_port: facts.free_port,
        });
        let mut pki = Pki::generate(facts.now).map_err(super::error::Error::from)?;
        if let Some(cert) = facts.recovered.and_then(authority) {
            pki.ca = Authority::existing(cert, facts.now);
        }
        Ok(Arc::new(KindCluster::new(
            self.config.clone(),
            wanted,
            facts.snapshot.host.clone(),
            pki,
        )))
    }
}

fn authority(files: &ImageFiles) -> Option<KeyedCert> {
    let text = |wanted: &str| {
        let (_, bytes) = files.iter().find(|(path, _)| path == wanted)?;
        String::from_utf8(bytes.clone()).ok()
    };
    Some(KeyedCert {
        certificate: text(CA_CERTIFICATE)?,
        key: pem::to_pkcs8(&Secret::new(text(CA_KEY)?)),
    })
}
