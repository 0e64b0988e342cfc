//! Ports that a host publishes for nodes, as `ksail.yaml` and variables list them.

use super::error::Error;
use super::fields::{Cell, Fields};
use crate::cluster::model::Protocol;

/// A port of control-plane nodes that the host publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublishedPort {
    /// Port in the node.
    pub container: u16,
    /// Port on the host.
    pub host: u16,
    /// Its protocol.
    pub protocol: Protocol,
}

const PROTOCOLS: &[(&str, Protocol)] = &[("TCP", Protocol::Tcp), ("UDP", Protocol::Udp)];

/// Reads a list of `containerPort`, `hostPort` and `protocol`. A host port that is not set is that of the node.
pub(super) fn read(cell: &Cell<'_>) -> Result<Vec<PublishedPort>, Error> {
    cell.items()?.iter().map(port).collect()
}

fn port(cell: &Cell<'_>) -> Result<PublishedPort, Error> {
    let number = |cell: &Cell<'_>, low: i64| {
        let number = cell.integer(low..=i64::from(u16::MAX))?;
        Ok::<_, Error>(u16::try_from(number).unwrap_or(u16::MAX))
    };
    let mut fields: Fields<'_> = cell.fields()?;
    let container = number(&fields.require("containerPort")?, 1)?;
    let host = fields.read("hostPort", |cell| number(cell, 0))?;
    let protocol = fields.read("protocol", |cell| cell.choice_or_default(PROTOCOLS, true))?;
    fields.finish()?;
    Ok(PublishedPort {
        container,
        host: host.filter(|host| *host > 0).unwrap_or(container),
        protocol: protocol.flatten().unwrap_or(Protocol::Tcp),
    })
}

/// Reads `HOST:NODE[/PROTOCOL]`, several with commas between them.
pub(super) fn parse(text: &str) -> Option<Vec<PublishedPort>> {
    text.split(',').map(|text| parse_one(text.trim())).collect()
}

fn parse_one(text: &str) -> Option<PublishedPort> {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let (host, container) = ports.split_once(':').unwrap_or((ports, ports));
    let mut protocols = PROTOCOLS.iter();
    let known = protocols.find(|(name, _)| name.eq_ignore_ascii_case(protocol));
    let number = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0);
    Some(PublishedPort {
        container: number(container)?,
        host: number(host)?,
        protocol: known?.1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notation_of_variables() {
        let ports = parse("8080:80, 53/udp").unwrap();
        assert_eq!((ports[0].host, ports[0].container), (8080, 80));
        assert_eq!((ports[1].container, ports[1].protocol), (53, Protocol::Udp));
        for wrong in ["", "0:80", "a", "80/sctp", "80:70000"] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
    }
}
