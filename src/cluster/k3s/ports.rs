//! What of a K3s cluster is published on the host, and what its load balancer forwards.

use super::container::Builder;
use super::desired::{API_PORT, name};
use super::proxy::Route;
use crate::cluster::distribution::Error;
use crate::cluster::model::{PortBinding, Protocol};
use crate::config::k3d::NodeRef;

/// Ports by the container that publishes them.
pub(super) type Published = Vec<(NodeRef, Vec<PortBinding>)>;

impl Builder<'_> {
    /// What the load balancer forwards, and what is published where besides the API server.
    pub(super) fn ports(&self) -> Result<(Vec<Route>, Published), Error> {
        let target = |node: NodeRef| {
            let address = self.addresses.get(&node).copied();
            (name(self.cluster, node), address)
        };
        let servers = (0..self.counts.servers).map(NodeRef::Server);
        let mut routes = vec![Route {
            port: API_PORT,
            protocol: Protocol::Tcp,
            targets: servers.map(target).collect(),
        }];
        let mut published: Published = Vec::new();
        for rule in &self.config.ports {
            for publication in rule.publish(self.counts)? {
                let bindings = publication.mappings.iter().map(|mapping| PortBinding {
                    container_port: mapping.container_port,
                    protocol: mapping.protocol,
                    host_address: mapping
                        .host_address
                        .map(|address| address.to_string())
                        .unwrap_or_default(),
                    host_port: mapping.host_port,
                });
                published.push((publication.on, bindings.collect()));
                for mapping in &publication.mappings {
                    let same = routes.iter_mut().find(|route| {
                        (route.port, route.protocol) == (mapping.container_port, mapping.protocol)
                    });
                    let targets = publication.targets.iter().copied().map(target);
                    match same {
                        _ if publication.targets.is_empty() => {}
                        Some(route) => {
                            for target in targets {
                                if !route.targets.contains(&target) {
                                    route.targets.push(target);
                                }
                            }
                        }
                        None => routes.push(Route {
                            port: mapping.container_port,
                            protocol: mapping.protocol,
                            targets: targets.collect(),
                        }),
                    }
                }
            }
        }
        Ok((routes, published))
    }
}
