//! Published ports and their clashes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::model::{HostPort, IpFamily, KindConfig, PortMapping};
use super::network::address;
use crate::cluster::model::Protocol;
use crate::config::error::Error;
use crate::config::fields::Cell;

const PROTOCOLS: &[(&str, Protocol)] = &[
    ("TCP", Protocol::Tcp),
    ("UDP", Protocol::Udp),
    ("SCTP", Protocol::Sctp),
];

/// Reads one entry of `extraPortMappings`.
pub(super) fn decode(cell: &Cell<'_>, family: IpFamily) -> Result<PortMapping, Error> {
    let mut fields = cell.fields()?;
    let container_port = fields.require("containerPort")?;
    let container_port = match port_number(&container_port, 1)? {
        HostPort::Fixed(port) => port,
        HostPort::Random | HostPort::Engine => {
            return Err(container_port.rule("must be a port number"));
        }
    };
    let mapping = PortMapping {
        container_port,
        host_port: fields
            .read("hostPort", host_port)?
            .unwrap_or(HostPort::Random),
        listen_address: fields
            .read("listenAddress", address)?
            .flatten()
            .unwrap_or_else(|| any_address(family)),
        protocol: fields
            .read("protocol", |cell| cell.choice_or_default(PROTOCOLS, true))?
            .flatten()
            .unwrap_or(Protocol::Tcp),
        at: cell.at(),
    };
    fields.finish()?;
    Ok(mapping)
}

/// A host port: a number, 0 for a random one, -1 for the Engine's choice.
pub(super) fn host_port(cell: &Cell<'_>) -> Result<HostPort, Error> {
    port_number(cell, -1)
}

fn port_number(cell: &Cell<'_>, least: i64) -> Result<HostPort, Error> {
    let number = cell.integer(least..=i64::from(u16::MAX))?;
    Ok(match u16::try_from(number) {
        Ok(0) => HostPort::Random,
        Ok(port) => HostPort::Fixed(port),
        Err(_) => HostPort::Engine,
    })
}

fn any_address(family: IpFamily) -> IpAddr {
    match family {
        IpFamily::Ipv4 | IpFamily::Dual => Ipv4Addr::UNSPECIFIED.into(),
        IpFamily::Ipv6 => Ipv6Addr::UNSPECIFIED.into(),
    }
}

/// Refuses two users of one host port anywhere in the cluster, the API server included: all nodes share the host.
pub(super) fn check(config: &KindConfig) -> Result<(), Error> {
    let networking = &config.networking;
    let api_server = fixed(networking.api_server_port).map(|port| Listener {
        address: networking.api_server_address,
        port,
        protocol: Protocol::Tcp,
        owner: "the API server".to_owned(),
    });
    let mut listeners: Vec<Listener> = api_server.into_iter().collect();
    for mapping in config.nodes.iter().flat_map(|node| &node.ports) {
        let Some(port) = fixed(mapping.host_port) else {
            continue;
        };
        let new = Listener {
            address: mapping.listen_address,
            port,
            protocol: mapping.protocol,
            owner: format!("the mapping on line {}", mapping.at.line),
        };
        if let Some(old) = listeners.iter().find(|old| old.clashes(&new)) {
            let why = format!(
                "publishes {}/{} on {}, where {} already listens on {}",
                new.port,
                new.protocol.as_str(),
                new.address,
                old.owner,
                old.address,
            );
            return Err(Error::rule(mapping.at.clone(), "extraPortMappings", why));
        }
        listeners.push(new);
    }
    Ok(())
}

fn fixed(port: HostPort) -> Option<u16> {
    match port {
        HostPort::Fixed(port) => Some(port),
        HostPort::Random | HostPort::Engine => None,
    }
}

struct Listener {
    address: IpAddr,
    port: u16,
    protocol: Protocol,
    owner: String,
}

impl Listener {
    /// A wildcard clashes with every address, as in kind: whether `::` also takes IPv4 is up to the host.
    fn clashes(&self, other: &Self) -> bool {
        self.port == other.port
            && self.protocol == other.protocol
            && (self.address == other.address
                || self.address.is_unspecified()
                || other.address.is_unspecified())
    }
}
