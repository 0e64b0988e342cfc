//! Ports as Docker writes them: `[ADDRESS:][HOSTPORT:]PORT[/PROTOCOL]`, with ranges.

use std::net::{IpAddr, Ipv6Addr};

use super::notation::Refusal;
use crate::cluster::model::Protocol;

/// One published port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortMapping {
    /// Host address to listen on; `None` = all of them.
    pub host_address: Option<IpAddr>,
    /// Host port; `None` lets the Engine choose.
    pub host_port: Option<u16>,
    /// Port in the node.
    pub container_port: u16,
    /// Protocol of both sides.
    pub protocol: Protocol,
}

/// Reads a port specification. A range makes one mapping for each of its ports.
pub fn parse_ports(text: &str) -> Result<Vec<PortMapping>, Refusal> {
    let (rest, protocol) = match text.split_once('/') {
        None => (text, Protocol::Tcp),
        Some((rest, name)) => (rest, protocol(name)?),
    };
    let (address, ports) = match rest.strip_prefix('[') {
        Some(bracketed) => {
            let (address, ports) = bracketed.split_once("]:").ok_or_else(|| {
                Refusal::rule("has no `]:` behind its address, as in `[::1]:8080:80`")
            })?;
            let parsed: Result<Ipv6Addr, _> = address.parse();
            let address = parsed.map_err(|_| {
                Refusal::rule(format!(
                    "has `{address}` in brackets, which is no IPv6 address"
                ))
            })?;
            if !ports.contains(':') {
                let why = "needs a host port behind its address, as in `[::1]:8080:80`, or `[::1]::80` for any";
                return Err(Refusal::rule(why));
            }
            (Some(IpAddr::V6(address)), ports)
        }
        None => ipv4(rest)?,
    };
    let (host, container) = match ports.split(':').collect::<Vec<_>>().as_slice() {
        [container] => (None, *container),
        [host, container] => (Some(*host).filter(|host| !host.is_empty()), *container),
        _ => return Err(Refusal::rule("has too many `:`")),
    };
    let container = range(container, "a port")?;
    if container.first == 0 {
        return Err(Refusal::rule("must have a port from 1 to 65535 at its end"));
    }
    // Docker takes 0 for any free port.
    let host = host.filter(|host| *host != "0");
    let host = host.map(|host| range(host, "a host port")).transpose()?;
    if let Some(host) = host {
        if host.first == 0 {
            return Err(Refusal::rule("must have host ports from 1 to 65535"));
        }
        if host.length() != container.length() {
            return Err(Refusal::rule(format!(
                "has {} host ports for {} in the node; both ranges must have the same length",
                host.length(),
                container.length()
            )));
        }
    }
    let mappings = (container.first..=container.last).map(|port| PortMapping {
        host_address: address,
        host_port: host.map(|host| host.first + (port - container.first)),
        container_port: port,
        protocol,
    });
    Ok(mappings.collect())
}

/// The address of a text that begins with none in brackets, and the ports behind it.
fn ipv4(text: &str) -> Result<(Option<IpAddr>, &str), Refusal> {
    if text.matches(':').count() < 2 {
        return Ok((None, text));
    }
    if text.parse::<Ipv6Addr>().is_ok() || text.matches(':').count() > 2 {
        let why = "must have its IPv6 address in brackets, as in `[::1]:8080:80`";
        return Err(Refusal::rule(why));
    }
    let (address, ports) = text.split_once(':').unwrap_or_default();
    if address.is_empty() {
        return Ok((None, ports));
    }
    match address.parse() {
        Ok(address) => Ok((Some(address), ports)),
        Err(_) => Err(Refusal::rule(format!(
            "has `{address}` where an IP address such as `127.0.0.1` belongs"
        ))),
    }
}

fn protocol(name: &str) -> Result<Protocol, Refusal> {
    match name.to_ascii_lowercase().as_str() {
        "tcp" => Ok(Protocol::Tcp),
        "udp" => Ok(Protocol::Udp),
        "sctp" => Ok(Protocol::Sctp),
        _ => Err(Refusal::rule(format!(
            "ends in `/{name}`, but the protocol must be `tcp`, `udp`, or `sctp`"
        ))),
    }
}

#[derive(Clone, Copy)]
struct Range {
    first: u16,
    last: u16,
}

impl Range {
    fn length(self) -> u32 {
        u32::from(self.last) - u32::from(self.first) + 1
    }
}

fn range(text: &str, what: &str) -> Result<Range, Refusal> {
    let number = |part: &str| {
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let number = part.parse().ok().filter(|_| digits);
        number.ok_or_else(|| {
            Refusal::rule(format!(
                "has `{text}` where {what} such as `80` or `8000-8010` belongs"
            ))
        })
    };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (number(first)?, number(last)?);
    if last < first {
        let why = format!("has the range `{text}`, which ends before it begins");
        return Err(Refusal::rule(why));
    }
    Ok(Range { first, last })
}
