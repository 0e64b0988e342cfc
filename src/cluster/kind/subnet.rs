//! Which part of the pod subnet each node gets: the controller manager hands parts out in order, and so does this.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Default size of a node's part, as `kube-controller-manager` has it.
pub const MASK_V4: u8 = 24;
/// Same for IPv6.
pub const MASK_V6: u8 = 64;

/// The `index`-th part of size `/mask` of `subnet` (CIDR notation). `None` if there is no such part.
pub fn part(subnet: &str, mask: u8, index: u32) -> Option<String> {
    let (address, prefix) = subnet.trim().split_once('/')?;
    let prefix: u8 = prefix.parse().ok()?;
    let offset = u128::from(index);
    let fits = |bits: u8| {
        mask >= prefix && mask <= bits && u32::from(mask - prefix) < 128 && {
            mask - prefix >= 32 || offset < 1 << (mask - prefix)
        }
    };
    match address.parse().ok()? {
        IpAddr::V4(address) if fits(32) => {
            let base =
                u128::from(u32::from(address)) >> (32 - prefix.max(1)) << (32 - prefix.max(1));
            let start = u32::try_from(base + (offset << (32 - mask))).ok()?;
            Some(format!("{}/{mask}", Ipv4Addr::from(start)))
        }
        IpAddr::V6(address) if fits(128) => {
            let base = u128::from(address) >> (128 - prefix.max(1)) << (128 - prefix.max(1));
            Some(format!(
                "{}/{mask}",
                Ipv6Addr::from(base + (offset << (128 - mask)))
            ))
        }
        _ => None,
    }
}

/// The first usable address of the first of `subnets`, in brackets if IPv6: where the API server's service is.
pub fn first_address(subnets: Option<&str>) -> String {
    let address = subnets
        .and_then(|subnets| subnets.split([',', '/']).next())
        .and_then(|text| text.trim().parse().ok());
    match address {
        Some(IpAddr::V4(base)) => Ipv4Addr::from(u32::from(base) | 1).to_string(),
        Some(IpAddr::V6(base)) => format!("[{}]", Ipv6Addr::from(u128::from(base) | 1)),
        None => "localhost".into(),
    }
}

/// Parts of a node for a single or dual (comma separated) pod subnet.
pub fn node_parts(subnets: &str, masks: (u8, u8), index: u32) -> Option<Vec<String>> {
    subnets
        .split(',')
        .map(|subnet| {
            part(
                subnet,
                if subnet.contains(':') {
                    masks.1
                } else {
                    masks.0
                },
                index,
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other() {
        assert_eq!(
            part("10.244.0.0/16", 24, 0).as_deref(),
            Some("10.244.0.0/24")
        );
        assert_eq!(
            part("10.244.0.0/16", 24, 255).as_deref(),
            Some("10.244.255.0/24")
        );
        assert_eq!(
            part("fd00:10:244::/56", 64, 2).as_deref(),
            Some("fd00:10:244:2::/64")
        );
    }

    #[test]
    fn there_is_no_part_outside_the_subnet() {
        for (subnet, mask, index) in [
            ("10.244.0.0/16", 24, 256),
            ("10.244.0.0/25", 24, 0),
            ("pods", 24, 0),
        ] {
            assert_eq!(part(subnet, mask, index), None, "{subnet} {mask} {index}");
        }
    }

    #[test]
    fn the_first_address_is_the_api_servers() {
        assert_eq!(first_address(Some("10.96.0.0/16")), "10.96.0.1");
        assert_eq!(
            first_address(Some("fd00:10:96::/112,10.96.0.0/16")),
            "[fd00:10:96::1]"
        );
    }

    #[test]
    fn dual_stack_nodes_get_a_part_of_each() {
        let parts = node_parts("10.244.0.0/16,fd00:10:244::/56", (24, 64), 1).unwrap();
        assert_eq!(parts, ["10.244.1.0/24", "fd00:10:244:1::/64"]);
    }
}
