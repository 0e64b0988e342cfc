//! The machines of a cluster: how many there are, what they are called, where they are.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::flags::SUBNET;
use crate::cluster::blueprint::Facts;
use crate::cluster::distribution::{Error, Role};
use crate::cluster::observed::Observed;
use crate::cluster::subnet::{self, Subnet};
use crate::config::{self, Cidr, Located};

/// Ranges of the form of talosctl's own to choose from.
const RANGES: u32 = 64;
/// talosctl's own range.
const FIRST: (u32, u32) = (0x0a05_0000, 24);

/// How many machines there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    /// Control planes.
    pub(super) control_planes: u32,
    /// Workers.
    pub(super) workers: u32,
}

impl Counts {
    /// Names of all machines, control planes first.
    pub(super) fn machines(self, cluster: &str) -> Vec<(Role, String)> {
        let named = |role, word: &'static str, count: u32| {
            (1..=count).map(move |number| (role, format!("{cluster}-{word}-{number}")))
        };
        named(Role::ControlPlane, "controlplane", self.control_planes)
            .chain(named(Role::Worker, "worker", self.workers))
            .collect()
    }
}

/// The range of the network: of the one that exists, as configured, or a free one.
pub(super) fn subnet_of(
    configured: Option<&Located<Cidr>>,
    facts: &Facts<'_>,
) -> Result<Subnet, Error> {
    let parse = |text: &str| Subnet::parse(text).filter(|subnet| subnet.capacity() > 0);
    if let Observed::Present(network) = &facts.snapshot.network {
        let found = network.subnets.iter().find_map(|text| parse(text));
        let found = found.ok_or_else(|| Error::Host {
            what: format!("the network `{}` has no IPv4 range", network.name),
            hint: "remove it with `docker network rm`, or choose another name with `--name`",
        })?;
        let other = configured.filter(|wanted| parse(&wanted.value.to_string()) != Some(found));
        return match other {
            None => Ok(found),
            Some(other) => {
                let why = format!(
                    "is `{}`, but the network `{}` exists with {found}; leave it out, or delete the cluster first",
                    other.value, network.name
                );
                Err(config::Error::rule(other.at.clone(), SUBNET, why).into())
            }
        };
    }
    if let Some(found) = configured.and_then(|wanted| parse(&wanted.value.to_string())) {
        return Ok(found);
    }
    let bridges = facts.snapshot.bridges.iter();
    let used = bridges.flat_map(|network| &network.subnets);
    let used = used.chain(facts.routes).map(String::as_str);
    let ranges = (0..RANGES).map(|number| Subnet::new(FIRST.0 + (number << 8), FIRST.1));
    subnet::free(ranges, used).ok_or_else(|| Error::Host {
        what: "all address ranges for a network are taken".into(),
        hint: "remove unused networks with `docker network prune`, or choose a range with `--subnet`",
    })
}

/// The address of every machine: the one it has, else the next that none of them has. In a new cluster they follow one
/// another, as talosctl numbers them.
pub(super) fn addresses(
    machines: &[(Role, String)],
    network: &str,
    subnet: Subnet,
    facts: &Facts<'_>,
) -> Result<BTreeMap<String, IpAddr>, Error> {
    let existing: BTreeMap<&str, IpAddr> = facts
        .snapshot
        .containers
        .iter()
        .filter_map(|found| Some((found.name.as_str(), *found.addresses.get(network)?)))
        .collect();
    let mut free = subnet
        .hosts()
        .filter(|address| existing.values().all(|taken| taken != address));
    let mut addresses = BTreeMap::new();
    for (_, name) in machines {
        let kept = existing.get(name.as_str()).copied();
        let address = kept.or_else(|| free.next()).ok_or_else(|| Error::Host {
            what: format!(
                "the address range {subnet} has room for {} machines only",
                subnet.capacity()
            ),
            hint: "choose a larger one with `--subnet`",
        })?;
        addresses.insert(name.clone(), address);
    }
    Ok(addresses)
}
