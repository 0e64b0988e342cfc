//! The notations of single values that are more than text: what a node could not even read is refused where it is
//! written.

use std::net::{IpAddr, SocketAddr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::schema::Leaf;
use super::url::Url;
use crate::config::cidr::Cidr;
use crate::text::parse_duration;

/// Why a text is none of this kind, as the end of a sentence. Values that may be secret are not repeated.
pub(super) fn check(leaf: &Leaf, text: &str) -> Result<(), String> {
    let fits = match leaf {
        Leaf::Base64 => {
            return STANDARD
                .decode(text)
                .map(drop)
                .map_err(|_| "must be base64 of the usual alphabet, with padding".to_owned());
        }
        Leaf::Endpoint | Leaf::Url => {
            return Url::parse(text).map(drop).map_err(str::to_owned);
        }
        Leaf::Duration => {
            let positive = text.strip_prefix('-').unwrap_or(text);
            return parse_duration(positive)
                .map(drop)
                .map_err(|_| format!("must be a duration such as `90s` or `1h30m`, not `{text}`"));
        }
        Leaf::Size if text.contains('%') => {
            percentage(text).is_some_and(|number| (0.0..=100.0).contains(&number))
        }
        Leaf::Size | Leaf::ByteSize => {
            text.is_empty() || bytes(text.strip_prefix('-').unwrap_or(text)).is_some()
        }
        Leaf::DiskSize => bytes(text).is_some(),
        Leaf::SizeMatch => {
            let text = text.trim();
            let operators = [">=", "<=", "==", ">", "<"];
            let size = operators
                .iter()
                .find_map(|operator| text.strip_prefix(operator));
            bytes(size.unwrap_or(text).trim()).is_some()
        }
        // Nothing is the same as absence to these.
        Leaf::Address | Leaf::Prefix | Leaf::AddressPort | Leaf::HardwareAddress
            if text.is_empty() =>
        {
            true
        }
        Leaf::Address => address(text),
        Leaf::Prefix => text.parse::<Cidr>().is_ok(),
        Leaf::AddressPort => text.parse::<SocketAddr>().is_ok(),
        Leaf::HardwareAddress => hardware_address(text),
        Leaf::PortRange => port_range(text).is_some(),
        Leaf::RoutingTable
        | Leaf::Text
        | Leaf::Bool
        | Leaf::Integer(..)
        | Leaf::Enum(..)
        | Leaf::Pem(_)
        | Leaf::Object(_)
        | Leaf::Argument
        | Leaf::Expression => true,
    };
    if fits {
        return Ok(());
    }
    Err(format!("must be {}, not `{text}`", wanted(leaf)))
}

fn wanted(leaf: &Leaf) -> &'static str {
    match leaf {
        Leaf::Size => "a size such as `100GB`, `2GiB` or `25%`",
        Leaf::ByteSize | Leaf::DiskSize => "a size such as `100GB` or `2GiB`",
        Leaf::SizeMatch => "a size with a comparison before it, such as `>= 100GB`",
        Leaf::Address => "an IP address",
        Leaf::Prefix => "an address with a prefix length such as `10.0.0.0/24`",
        Leaf::AddressPort => "an address with a port such as `10.0.0.1:51820`",
        Leaf::HardwareAddress => "a hardware address such as `02:42:0a:05:00:02`",
        Leaf::PortRange => "a port or a range of ports such as `8000-8100`",
        _ => "something else",
    }
}

/// An address, of IPv6 also one with a zone.
fn address(text: &str) -> bool {
    let plain = match text.split_once('%') {
        Some((address, zone)) if !zone.is_empty() && address.contains(':') => address,
        _ => text,
    };
    plain.parse::<IpAddr>().is_ok()
}

/// The number of bytes that a text names: `100`, `1.5GB`, `2 GiB`, any case.
pub(super) fn bytes(text: &str) -> Option<f64> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: f64 = number.replace(',', "").parse().ok()?;
    let unit = unit.trim().to_ascii_lowercase();
    let unit = unit.strip_suffix('b').unwrap_or(&unit);
    let (base, letter): (f64, &str) = match unit.strip_suffix('i') {
        Some(letter) => (1024.0, letter),
        None => (1000.0, unit),
    };
    let power = match letter {
        "" if base < 1024.0 => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        "p" => 5,
        "e" => 6,
        _ => return None,
    };
    Some(number * base.powi(power)).filter(|bytes| *bytes < 18e18)
}

fn percentage(text: &str) -> Option<f64> {
    let number = text.strip_suffix('%')?;
    number.strip_prefix('-').unwrap_or(number).parse().ok()
}

fn hardware_address(text: &str) -> bool {
    let octets = |separator: char| {
        let parts: Vec<&str> = text.split(separator).collect();
        let hex = |part: &&str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_hexdigit());
        matches!(parts.len(), 6 | 8 | 20) && parts.iter().all(hex)
    };
    octets(':') || octets('-')
}

/// First and last port.
pub(super) fn port_range(text: &str) -> Option<(u16, u16)> {
    let (low, high) = text.split_once('-')?;
    Some((low.parse().ok()?, high.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_all(leaf: &Leaf, good: &[&str], bad: &[&str]) {
        for text in good {
            assert_eq!(check(leaf, text), Ok(()), "{text}");
        }
        for text in bad {
            assert!(check(leaf, text).is_err(), "{text}");
        }
    }

    #[test]
    fn notations() {
        check_all(&Leaf::Base64, &["", "YQ=="], &["YQ", "Y-_="]);
        check_all(&Leaf::Duration, &["5m", "-1h", "0"], &["5", "soon"]);
        let sizes = ["100", "1.5GB", "2 GiB", "1,000kb", "-5MB", "4k"];
        check_all(&Leaf::ByteSize, &sizes, &["lots", "5XB", "GB"]);
        check_all(&Leaf::Size, &["25%", "1GB", ""], &["120%", "x%"]);
        check_all(&Leaf::SizeMatch, &[">= 100GB", "4GB", "<1TB"], &["=> 4GB"]);
        check_all(
            &Leaf::Address,
            &["10.0.0.1", "fe80::1%eth0"],
            &["10.0.0", "1.2.3.4%a"],
        );
        check_all(
            &Leaf::Prefix,
            &["10.0.0.0/8", "fd00::/64"],
            &["10.0.0.0", "10.0.0.0/33"],
        );
        check_all(&Leaf::PortRange, &["1-9"], &["80", "x", "1-", "70000"]);
        let addresses = ["02:42:0a:05:00:02", "02-42-0a-05-00-02"];
        check_all(
            &Leaf::HardwareAddress,
            &addresses,
            &["02:42", "zz:42:0a:05:00:02"],
        );
    }
}
