//! What a creation asks of this host: free ports, random bytes, routes.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use crate::docker::{Endpoint, Engine};
use crate::fsx;

/// How many inotify instances a user may have.
const INOTIFY: &str = "/proc/sys/fs/inotify/max_user_instances";
/// The kernel's IPv4 routes.
const ROUTES: &str = "/proc/net/route";

/// A port that is free on this host now; `None` (the Engine picks one) where the address is not this host's.
pub(super) fn free_port(address: IpAddr) -> Option<u16> {
    let listener = std::net::TcpListener::bind((address, 0)).ok()?;
    Some(listener.local_addr().ok()?.port())
}

/// Random bytes of the operating system.
pub(super) fn random(count: usize) -> Vec<u8> {
    use rustls::crypto::ring::default_provider;
    let mut bytes = vec![0; count];
    let filled = default_provider().secure_random.fill(&mut bytes);
    assert!(filled.is_ok(), "the operating system has no random bytes");
    bytes
}

/// Subnets this host routes somewhere, as `address/bits`; none where the kernel does not tell. Only of use if the Engine
/// runs here too, and harmless if not.
pub(super) fn routes() -> Vec<String> {
    let bytes = fsx::read_optional(Path::new(ROUTES))
        .ok()
        .flatten()
        .unwrap_or_default();
    String::from_utf8_lossy(&bytes)
        .lines()
        .skip(1)
        .filter_map(route)
        .collect()
}

/// `fs.inotify.max_user_instances` of this host, where the Engine runs here too.
pub(super) fn inotify_instances(engine: &Engine) -> Option<u64> {
    if !matches!(engine.address().endpoint, Endpoint::Unix(_)) {
        return None;
    }
    let bytes = fsx::read_optional(Path::new(INOTIFY)).ok()??;
    String::from_utf8_lossy(&bytes).trim().parse().ok()
}

/// One line of the kernel's table: interface, destination, …, mask; addresses in hexadecimal, last byte first.
fn route(line: &str) -> Option<String> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let number = |index: usize| u32::from_str_radix(fields.get(index)?, 16).ok();
    let (destination, mask) = (number(1)?.swap_bytes(), number(7)?.swap_bytes());
    // The default route leads everywhere and means nothing.
    (mask != 0).then(|| format!("{}/{}", Ipv4Addr::from(destination), mask.count_ones()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_read_as_the_kernel_writes_them() {
        let line = "docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0";
        assert_eq!(route(line), Some("172.17.0.0/16".into()));
        assert_eq!(
            route("eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0"),
            None
        );
        assert_eq!(route("x"), None);
    }

    #[test]
    fn random_bytes_differ() {
        assert_ne!(random(16), random(16));
    }
}
