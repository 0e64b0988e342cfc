//! A subnet for a network of the cluster's own: fixed addresses need one that we chose.

use std::net::{IpAddr, Ipv4Addr};

/// An IPv4 network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Subnet {
    base: u32,
    bits: u32,
}

impl Subnet {
    /// Reads `address/bits`; `None` for anything but IPv4.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        let address: Ipv4Addr = address.parse().ok()?;
        let bits: u32 = bits.parse().ok().filter(|bits| *bits <= 32)?;
        Some(Self::new(u32::from(address), bits))
    }

    /// The network of `bits` that an address belongs to.
    pub(crate) fn new(base: u32, bits: u32) -> Self {
        let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
        Self {
            base: base & mask,
            bits,
        }
    }

    /// Whether there are addresses in both.
    pub(crate) fn overlaps(self, other: Self) -> bool {
        let bits = self.bits.min(other.bits);
        Self::new(self.base, bits) == Self::new(other.base, bits)
    }

    /// Addresses that hosts can have, without the gateway.
    pub(crate) fn capacity(self) -> u64 {
        (1u64 << (32 - self.bits)).saturating_sub(3)
    }

    /// The gateway: the first address.
    pub(crate) fn gateway(self) -> Ipv4Addr {
        Ipv4Addr::from(self.base + 1)
    }

    /// The addresses that hosts can have; the first comes after the gateway.
    pub(crate) fn hosts(self) -> impl Iterator<Item = IpAddr> {
        let count = u32::try_from(self.capacity()).unwrap_or(u32::MAX);
        (0..count).map(move |index| IpAddr::V4(Ipv4Addr::from(self.base + 2 + index)))
    }
}

impl std::fmt::Display for Subnet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", Ipv4Addr::from(self.base), self.bits)
    }
}

/// The subnets that Docker itself takes networks from.
pub(crate) fn of_docker() -> impl Iterator<Item = Subnet> {
    let large = (18..32).map(|second| Subnet::new(u32::from(Ipv4Addr::new(172, second, 0, 0)), 16));
    let small =
        (0..16).map(|third| Subnet::new(u32::from(Ipv4Addr::new(192, 168, third * 16, 0)), 20));
    large.chain(small)
}

/// The first of `candidates` that nobody uses; `taken` as `address/bits`.
pub(crate) fn free<'a>(
    mut candidates: impl Iterator<Item = Subnet>,
    taken: impl Iterator<Item = &'a str>,
) -> Option<Subnet> {
    let taken: Vec<Subnet> = taken.filter_map(Subnet::parse).collect();
    candidates.find(|subnet| !taken.iter().any(|taken| taken.overlaps(*subnet)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_left_alone() {
        let found = |taken: &[&str]| {
            free(of_docker(), taken.iter().copied()).map(|found| found.to_string())
        };
        assert_eq!(found(&[]), Some("172.18.0.0/16".into()));
        assert_eq!(
            found(&["172.18.5.0/24", "fc00::/64", "172.19.0.0/16"]),
            Some("172.20.0.0/16".into())
        );
        assert_eq!(found(&["172.16.0.0/12"]), Some("192.168.0.0/20".into()));
        assert_eq!(
            found(&["172.16.0.0/12", "192.168.0.0/19"]),
            Some("192.168.32.0/20".into())
        );
        assert_eq!(found(&["0.0.0.0/0"]), None);
    }

    #[test]
    fn hosts_follow_the_gateway() {
        let subnet = Subnet::parse("172.28.0.5/29").unwrap();
        assert_eq!(subnet.to_string(), "172.28.0.0/29");
        assert_eq!(subnet.gateway().to_string(), "172.28.0.1");
        let hosts: Vec<String> = subnet.hosts().map(|host| host.to_string()).collect();
        assert_eq!(hosts.first().unwrap(), "172.28.0.2");
        assert_eq!(
            hosts.last().unwrap(),
            "172.28.0.6",
            "the broadcast's is next"
        );
        assert_eq!(hosts.len(), 5);
        assert_eq!(Subnet::parse("10.0.0.0/31").unwrap().hosts().count(), 0);
        assert_eq!(Subnet::parse("fc00::/64"), None);
        assert_eq!(Subnet::parse("10.0.0.0/33"), None);
    }
}
