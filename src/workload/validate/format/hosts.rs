//! Addresses and names of hosts.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use regex::Regex;

/// A name as the API server takes it. In one without a dot, a dash may only be the second character; the last of several
/// labels has letters only.
static HOSTNAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let inner = r"[0-9A-Za-z\p{S}\p{L}]";
    let dashed = r"[-0-9A-Za-z\p{S}\p{L}]";
    let single = format!("{inner}(?:-?{inner}{{0,62}})?");
    let label = format!(r"{inner}(?:{dashed}{{0,61}}{inner})?\.");
    let several = format!(r"(?:{label})+[A-Za-z\p{{L}}]{{2,63}}");
    Regex::new(&format!("^(?:{single}|{several})$")).ok()
});

/// A name of a host.
pub(super) fn is_hostname(text: &str) -> bool {
    text.len() <= 255
        && text.split('.').all(|label| label.len() <= 63)
        && HOSTNAME.as_ref().is_some_and(|names| names.is_match(text))
}

/// An address that is written with dots, be it the end of one of version 6. Zeros before numbers do not count.
pub(super) fn is_ipv4(text: &str) -> bool {
    let plain = without_zeros(text);
    text.contains('.') && (plain.parse::<Ipv4Addr>().is_ok() || plain.parse::<Ipv6Addr>().is_ok())
}

/// An address of version 6.
pub(super) fn is_ipv6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
}

/// An address and the length of its prefix. Zeros before numbers do not count.
pub(super) fn is_cidr(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else {
        return false;
    };
    let address = without_zeros(address);
    let limit = if address.parse::<Ipv4Addr>().is_ok() {
        32
    } else if address.parse::<Ipv6Addr>().is_ok() {
        128
    } else {
        return false;
    };
    length.bytes().all(|byte| byte.is_ascii_digit())
        && length.parse::<u8>().is_ok_and(|length| length <= limit)
}

/// Numbers without zeros before them, as old versions of Go read them.
fn without_zeros(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut inside = false;
    while let Some(character) = rest.next() {
        let more = rest.peek().is_some_and(char::is_ascii_hexdigit);
        if character == '0' && !inside && more {
            continue;
        }
        inside = character.is_ascii_hexdigit();
        plain.push(character);
    }
    plain
}

/// Six, eight or twenty bytes, separated in one of three ways or, as newer servers take it, not at all.
pub(super) fn is_mac(text: &str) -> bool {
    let parts = |separator, width: usize| {
        let parts: Vec<&str> = text.split(separator).collect();
        let hex =
            |part: &&str| part.len() == width && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        parts.iter().all(hex) && [6, 8, 20].contains(&(parts.len() * width / 2))
    };
    let bare = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    parts(':', 2) || parts('-', 2) || parts('.', 4) || (bare && [12, 16, 40].contains(&text.len()))
}
