//! What can only be checked when the number of nodes is known, and what two parts of a configuration can have against each
//! other.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};

use super::filter::{Counts, NodeRef};
use super::model::{Api, ApiPort, K3dConfig};
use super::place::PortRule;
use crate::cluster::model::Protocol;
use crate::config::error::Error;
use crate::config::ports::PortMapping;

/// Checks a configuration for a cluster of this size: filters, ports, mounts and settings of the load balancer.
pub fn check(config: &K3dConfig, counts: Counts) -> Result<(), Error> {
    balancer_settings(config, counts)?;
    for rule in &config.ports {
        rule.publish(counts)?;
    }
    for rule in &config.env {
        rule.nodes(counts)?;
    }
    for rule in &config.files {
        rule.nodes(counts)?;
    }
    for rule in &config.k3s.extra_args {
        rule.nodes(counts)?;
    }
    for rule in config.k3s.node_labels.iter().chain(&config.runtime.labels) {
        rule.nodes(counts)?;
    }
    mounts(config, counts)?;
    check_ports(&config.ports, &config.api)
}

fn balancer_settings(config: &K3dConfig, counts: Counts) -> Result<(), Error> {
    let why = "is for the load balancer, which is disabled";
    let options = &config.k3d.load_balancer;
    if counts.load_balancer {
        return Ok(());
    }
    if let Some(connections) = &options.worker_connections {
        return Err(connections.rule(why));
    }
    match &options.proxy_timeout {
        Some(timeout) => Err(timeout.rule(why)),
        None => Ok(()),
    }
}

/// Refuses two volumes at one place of a node, which the Engine would refuse when the node is created.
fn mounts(config: &K3dConfig, counts: Counts) -> Result<(), Error> {
    let mut taken: HashMap<(NodeRef, &str), usize> = HashMap::new();
    for (index, rule) in config.volumes.iter().enumerate() {
        let destination = rule.item.value.destination.as_str();
        for node in rule.nodes(counts)? {
            if let Some(old) = taken.insert((node, destination), index) {
                let old = &config.volumes[old].item;
                return Err(rule.item.rule(format!(
                    "mounts at `{destination}`, where `{}` ({}) already mounts in the same node",
                    old.field, old.at
                )));
            }
        }
    }
    Ok(())
}

/// Refuses two users of one host port, the API server included: all nodes share the host.
pub fn check_ports(rules: &[PortRule], api: &Api) -> Result<(), Error> {
    let mut listeners: HashMap<(u16, Protocol), Vec<Listener>> = HashMap::new();
    if let Some(port) = &api.host_port
        && let ApiPort::Fixed(number) = port.value
    {
        let address = api.host_ip.as_ref().map(|address| address.value);
        let listener = Listener {
            address: Some(address.unwrap_or(Ipv4Addr::LOCALHOST).into()),
            owner: format!("the API server ({})", port.at),
        };
        listeners.insert((number, Protocol::Tcp), vec![listener]);
    }
    for rule in rules {
        for mapping in &rule.item.value {
            let Some(port) = mapping.host_port else {
                continue;
            };
            let here = listeners.entry((port, mapping.protocol)).or_default();
            if let Some(old) = here.iter().find(|old| old.clashes(mapping)) {
                return Err(rule.item.rule(format!(
                    "publishes {port}/{} on {}, where {} already listens on {}",
                    mapping.protocol.as_str(),
                    shown(mapping.host_address),
                    old.owner,
                    shown(old.address),
                )));
            }
            here.push(Listener {
                address: mapping.host_address,
                owner: format!("`{}` ({})", rule.item.field, rule.item.at),
            });
        }
    }
    Ok(())
}

struct Listener {
    address: Option<IpAddr>,
    owner: String,
}

impl Listener {
    /// A wildcard clashes with every address: whether `::` also takes IPv4 is up to the host.
    fn clashes(&self, mapping: &PortMapping) -> bool {
        let any = |address: Option<IpAddr>| address.is_none_or(|address| address.is_unspecified());
        self.address == mapping.host_address || any(self.address) || any(mapping.host_address)
    }
}

fn shown(address: Option<IpAddr>) -> String {
    match address {
        Some(address) if !address.is_unspecified() => address.to_string(),
        _ => "every address".to_owned(),
    }
}
