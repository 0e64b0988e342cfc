//! Which addresses mean this host.

use std::net::IpAddr;

/// Whether `host`, `host:port` or `https://host:port` is this host by a loopback address.
pub fn is_loopback(address: &str) -> bool {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.split('/').next().unwrap_or_default();
    let host = match rest.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None if rest.matches(':').count() > 1 => rest,
        None => rest.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|host| host.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for (address, expected) in [
            ("127.0.0.1", true),
            ("127.0.0.1:50000", true),
            ("https://127.0.0.1:6443", true),
            ("https://localhost:6443/x", true),
            ("[::1]:50000", true),
            ("::1", true),
            ("10.5.0.2", false),
            ("https://prod.example:6443", false),
            ("", false),
        ] {
            assert_eq!(is_loopback(address), expected, "{address}");
        }
    }
}
