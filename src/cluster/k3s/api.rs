//! Where the API server of a K3s cluster is published.

use std::net::{IpAddr, Ipv4Addr};

use super::desired::{API_HOST_PORT, API_PORT};
use crate::cluster::blueprint::Facts;
use crate::cluster::model::{PortBinding, Protocol};
use crate::config::k3d::{ApiPort, K3dConfig};

/// Where the API server is published.
pub(super) struct Api {
    /// Name or address in the kubeconfig.
    pub(super) host: String,
    /// Address to listen on.
    pub(super) address: IpAddr,
    /// Port; `None` leaves it to the Engine.
    pub(super) port: Option<u16>,
}

impl Api {
    /// As configured, else as the cluster that exists has it, else a free port.
    pub(super) fn decide(config: &K3dConfig, facts: &Facts<'_>) -> Self {
        let configured = config.api.host_ip.as_ref();
        let address: IpAddr = configured
            .map_or(Ipv4Addr::LOCALHOST, |address| address.value)
            .into();
        let host = config.api.host.as_ref();
        let existing = facts
            .snapshot
            .containers
            .iter()
            .find_map(|node| node.labels.get(API_HOST_PORT)?.parse().ok());
        let port = match config.api.host_port.as_ref().map(|port| port.value) {
            Some(ApiPort::Fixed(port)) => Some(port),
            Some(ApiPort::Random) | None => existing.or_else(|| (facts.free_port)(address)),
        };
        Self {
            host: host.map_or_else(|| address.to_string(), |host| host.value.clone()),
            address,
            port,
        }
    }

    /// The port of the container that publishes it.
    pub(super) fn binding(&self) -> PortBinding {
        PortBinding {
            container_port: API_PORT,
            protocol: Protocol::Tcp,
            host_address: self.address.to_string(),
            host_port: self.port,
        }
    }
}
