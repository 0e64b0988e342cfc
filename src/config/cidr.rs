//! Address ranges in CIDR notation.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An address and the length of its network prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cidr {
    /// The address as written; bits after the prefix may be set.
    pub address: IpAddr,
    /// Bits of the network part.
    pub prefix: u8,
}

/// A text that is no address range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an address range such as `10.244.0.0/16` or `fd00:10:244::/56`")]
pub struct NotCidr;

impl Cidr {
    /// The number that the network part makes, and the width of the address family.
    fn network(self) -> (u128, u8) {
        let (bits, width) = match self.address {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        let shift = u32::from(width - self.prefix);
        (bits.checked_shr(shift).unwrap_or(0), width)
    }

    /// Whether the two ranges share an address.
    pub fn overlaps(self, other: Self) -> bool {
        let prefix = self.prefix.min(other.prefix);
        Self { prefix, ..self }.network() == Self { prefix, ..other }.network()
            && self.address.is_ipv4() == other.address.is_ipv4()
    }
}

impl FromStr for Cidr {
    type Err = NotCidr;

    fn from_str(text: &str) -> Result<Self, NotCidr> {
        let (address, prefix) = text.split_once('/').ok_or(NotCidr)?;
        let address: IpAddr = address.parse().map_err(|_| NotCidr)?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        if !prefix.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotCidr);
        }
        match prefix.parse() {
            Ok(prefix) if prefix <= width => Ok(Self { address, prefix }),
            _ => Err(NotCidr),
        }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidr(text: &str) -> Cidr {
        text.parse().unwrap()
    }

    #[test]
    fn reads_and_writes() {
        for text in [
            "10.244.0.0/16",
            "0.0.0.0/0",
            "fd00:10:244::/56",
            "10.0.0.1/32",
        ] {
            assert_eq!(cidr(text).to_string(), text);
        }
        for text in [
            "",
            "10.0.0.0",
            "10.0.0.0/33",
            "10.0.0/8",
            "::/129",
            "10.0.0.0/+8",
            "x/8",
            "10.0.0.0/",
        ] {
            assert_eq!(text.parse::<Cidr>(), Err(NotCidr), "{text}");
        }
    }

    #[test]
    fn overlap() {
        for (left, right, expected) in [
            ("10.244.0.0/16", "10.96.0.0/16", false),
            ("10.244.0.0/16", "10.244.7.0/24", true),
            ("10.0.0.0/8", "10.96.0.0/16", true),
            ("0.0.0.0/0", "10.96.0.0/16", true),
            ("0.0.0.0/0", "fd00::/8", false),
            ("::/0", "fd00::/8", true),
            ("fd00:10:244::/56", "fd00:10:96::/112", false),
        ] {
            assert_eq!(cidr(left).overlaps(cidr(right)), expected, "{left} {right}");
            assert_eq!(cidr(right).overlaps(cidr(left)), expected, "{right} {left}");
        }
    }
}
