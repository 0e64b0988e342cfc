//! The `networking` section: families, addresses and ranges that must fit together.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::model::{HostPort, IpFamily, Networking, ProxyMode};
use super::ports::host_port;
use crate::config::cidr::{Cidr, NotCidr};
use crate::config::error::Error;
use crate::config::fields::Cell;

const FAMILIES: &[(&str, IpFamily)] = &[
    ("ipv4", IpFamily::Ipv4),
    ("ipv6", IpFamily::Ipv6),
    ("dual", IpFamily::Dual),
];

const PROXY_MODES: &[(&str, ProxyMode)] = &[
    ("iptables", ProxyMode::Iptables),
    ("ipvs", ProxyMode::Ipvs),
    ("nftables", ProxyMode::Nftables),
    ("none", ProxyMode::None),
];

const POD_SUBNETS: [&str; 2] = ["10.244.0.0/16", "fd00:10:244::/56"];
const SERVICE_SUBNETS: [&str; 2] = ["10.96.0.0/16", "fd00:10:96::/112"];

impl Default for Networking {
    fn default() -> Self {
        Self::of(IpFamily::default())
    }
}

impl Networking {
    /// The defaults for an address family.
    pub fn of(ip_family: IpFamily) -> Self {
        Self {
            ip_family,
            api_server_address: match ip_family {
                IpFamily::Ipv4 | IpFamily::Dual => Ipv4Addr::LOCALHOST.into(),
                IpFamily::Ipv6 => Ipv6Addr::LOCALHOST.into(),
            },
            api_server_port: HostPort::Random,
            pod_subnets: default_subnets(ip_family, POD_SUBNETS),
            service_subnets: default_subnets(ip_family, SERVICE_SUBNETS),
            disable_default_cni: false,
            kube_proxy_mode: ProxyMode::default(),
            dns_search: None,
        }
    }
}

fn default_subnets(family: IpFamily, [ipv4, ipv6]: [&str; 2]) -> Vec<Cidr> {
    let texts = match family {
        IpFamily::Ipv4 => &[ipv4][..],
        IpFamily::Ipv6 => &[ipv6],
        IpFamily::Dual => &[ipv4, ipv6],
    };
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

/// Reads the section; defaults if it is absent.
pub(super) fn decode(cell: Option<Cell<'_>>) -> Result<Networking, Error> {
    let Some(cell) = cell else {
        return Ok(Networking::default());
    };
    let mut fields = cell.fields()?;
    let family = fields.read("ipFamily", |cell| cell.choice_or_default(FAMILIES, false))?;
    let mut found = Networking::of(family.flatten().unwrap_or_default());
    if let Some(address) = fields.read("apiServerAddress", address)?.flatten() {
        found.api_server_address = address;
    }
    if let Some(port) = fields.read("apiServerPort", host_port)? {
        found.api_server_port = port;
    }
    for (name, subnets) in [
        ("podSubnet", &mut found.pod_subnets),
        ("serviceSubnet", &mut found.service_subnets),
    ] {
        let written = fields.read(name, |cell| read_subnets(cell, found.ip_family))?;
        if let Some(written) = written.flatten() {
            *subnets = written;
        }
    }
    found.disable_default_cni = fields
        .read("disableDefaultCNI", Cell::flag)?
        .unwrap_or(false);
    let mode = fields.read("kubeProxyMode", |cell| {
        cell.choice_or_default(PROXY_MODES, false)
    })?;
    if let Some(mode) = mode.flatten() {
        found.kube_proxy_mode = mode;
    }
    found.dns_search = fields.read("dnsSearch", |cell| {
        cell.items()?.iter().map(Cell::filled_text).collect()
    })?;
    fields.finish()?;
    if let Some((pods, services)) = overlap(&found) {
        let why = format!("gives pods {pods}, which overlaps with the services' {services}");
        return Err(cell.rule(why));
    }
    Ok(found)
}

/// An IP address; an empty text means the default.
pub(super) fn address(cell: &Cell<'_>) -> Result<Option<IpAddr>, Error> {
    let text = cell.text()?;
    if text.is_empty() {
        return Ok(None);
    }
    let address = text
        .parse()
        .map_err(|_| cell.rule(format!("must be an IP address, not `{text}`")))?;
    Ok(Some(address))
}

/// One range of the right family; for both families one of each, separated by a comma, or only one as kind allows. An empty text means the default.
fn read_subnets(cell: &Cell<'_>, family: IpFamily) -> Result<Option<Vec<Cidr>>, Error> {
    let text = cell.text()?;
    if text.is_empty() {
        return Ok(None);
    }
    let subnets: Vec<Cidr> = text
        .split(',')
        .map(|part| {
            part.trim()
                .parse()
                .map_err(|error: NotCidr| cell.rule(format!("holds `{part}`, which is {error}")))
        })
        .collect::<Result<_, _>>()?;
    let families: Vec<bool> = subnets
        .iter()
        .map(|subnet| subnet.address.is_ipv4())
        .collect();
    match (family, families.as_slice()) {
        (IpFamily::Ipv4, [true]) | (IpFamily::Ipv6, [false]) | (IpFamily::Dual, [_]) => {
            Ok(Some(subnets))
        }
        (IpFamily::Dual, [left, right]) if left != right => Ok(Some(subnets)),
        (IpFamily::Ipv4, _) => Err(cell.rule("must be one IPv4 range, as `ipFamily` is `ipv4`")),
        (IpFamily::Ipv6, _) => Err(cell.rule("must be one IPv6 range, as `ipFamily` is `ipv6`")),
        (IpFamily::Dual, _) => Err(cell.rule(
            "must be one range, or an IPv4 and an IPv6 range separated by a comma, as `ipFamily` is `dual`",
        )),
    }
}

/// A pod range and a service range that share addresses. The API server would start, but services would not work.
fn overlap(found: &Networking) -> Option<(Cidr, Cidr)> {
    found.pod_subnets.iter().find_map(|pods| {
        let services = found.service_subnets.iter();
        let clash = services.copied().find(|services| services.overlaps(*pods));
        clash.map(|services| (*pods, services))
    })
}
