//! The network of a cluster and the addresses of its containers in it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::desired::{LABELS, OWNER, STATIC_ADDRESS, name};
use crate::cluster::blueprint::Facts;
use crate::cluster::distribution::Error;
use crate::cluster::observed::{Container, Network, Observed};
use crate::cluster::subnet::{self, Subnet};
use crate::config::k3d::{self, K3dConfig, NodeRef};

/// The network is one that k3d or we made for a cluster, so it goes with the cluster.
pub(super) fn is_ours(network: &Network) -> bool {
    network
        .labels
        .get(OWNER.0)
        .is_some_and(|owner| owner == OWNER.1)
}

/// The Engine takes fixed addresses only in networks whose subnet was chosen for it, and does not tell which are. Ours
/// all are; k3d's are where its nodes have fixed addresses.
pub(super) fn takes_fixed_addresses(facts: &Facts<'_>) -> bool {
    let Observed::Present(network) = &facts.snapshot.network else {
        return true;
    };
    let mut nodes = facts.snapshot.containers.iter();
    network.labels.contains_key(LABELS.cluster)
        || nodes.any(|node| node.labels.contains_key(STATIC_ADDRESS))
}

/// The address of every container: the one it has, else the next that no container of the cluster has. In a new cluster
/// they follow one another; one that grows keeps what its load balancer and its nodes know of each other.
pub(super) fn addresses(
    cluster: &str,
    subnet: Subnet,
    all: &[NodeRef],
    network: &str,
    facts: &Facts<'_>,
) -> Result<BTreeMap<NodeRef, IpAddr>, Error> {
    let of = |found: &Container| {
        let fixed = found.labels.get(STATIC_ADDRESS);
        let fixed = fixed.and_then(|address| address.parse().ok());
        fixed.or_else(|| found.addresses.get(network).copied())
    };
    let existing: BTreeMap<&str, IpAddr> = facts
        .snapshot
        .containers
        .iter()
        .filter_map(|found| Some((found.name.as_str(), of(found)?)))
        .collect();
    let mut free = subnet
        .hosts()
        .filter(|address| existing.values().all(|taken| taken != address));
    let mut addresses = BTreeMap::new();
    for node in all {
        let kept = existing.get(name(cluster, *node).as_str()).copied();
        let address = kept.or_else(|| free.next()).ok_or_else(|| Error::Host {
            what: format!(
                "the address range {subnet} has room for {} containers only",
                subnet.capacity()
            ),
            hint: "choose a larger one with `subnet` in the k3d.yaml",
        })?;
        addresses.insert(*node, address);
    }
    Ok(addresses)
}

/// The subnet of the network that exists, as configured, or a free one; `None` where the Engine's is not known.
pub(super) fn subnet_of(
    config: &K3dConfig,
    network: Option<&Network>,
    external: bool,
    facts: &Facts<'_>,
) -> Result<Option<Subnet>, Error> {
    if let Some(network) = network {
        return Ok(network.subnets.iter().find_map(|text| Subnet::parse(text)));
    }
    if external {
        return Err(Error::Host {
            what: format!(
                "there is no bridge network `{}`",
                config.network.as_ref().map_or("", |network| &network.value)
            ),
            hint: "create it with `docker network create`, or leave `network` out for one of the cluster's own",
        });
    }
    if let Some(k3d::Subnet::Range(range)) = config.subnet.as_ref().map(|subnet| subnet.value) {
        return Ok(Subnet::parse(&range.to_string()));
    }
    let used = facts
        .snapshot
        .bridges
        .iter()
        .flat_map(|network| &network.subnets)
        .chain(facts.routes)
        .map(String::as_str);
    subnet::free(subnet::of_docker(), used).map(Some).ok_or_else(|| Error::Host {
        what: "all address ranges for a network are taken".into(),
        hint: "remove unused networks with `docker network prune`, or choose a range with `subnet` in the k3d.yaml",
    })
}
