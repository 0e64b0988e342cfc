//! Forms that schemas ask of text: what `format` names.

use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::GeneralPurposeConfig;
use base64::engine::general_purpose::GeneralPurpose;
use time::format_description::well_known::Rfc3339;

use super::name;

/// A form of text that is checked. Kubernetes ignores names of forms that it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Base64.
    Byte,
    /// RFC 3339, date and time.
    DateTime,
    /// RFC 3339, the date.
    Date,
    /// `1h30m`, as Go writes it.
    Duration,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// An address and the length of its prefix.
    Cidr,
    /// A hardware address.
    Mac,
    /// A UUID.
    Uuid,
    /// A URI.
    Uri,
    /// An address for mail.
    Email,
    /// A name of a host.
    Hostname,
    /// A DNS label.
    ShortName,
    /// A DNS subdomain.
    LongName,
}

impl Format {
    /// The form that `format` names, if it is one of those above.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "byte" => Format::Byte,
            "date-time" | "datetime" => Format::DateTime,
            "date" => Format::Date,
            "duration" => Format::Duration,
            "ipv4" => Format::Ipv4,
            "ipv6" => Format::Ipv6,
            "cidr" => Format::Cidr,
            "mac" => Format::Mac,
            "uuid" | "uuid3" | "uuid4" | "uuid5" => Format::Uuid,
            "uri" => Format::Uri,
            "email" => Format::Email,
            "hostname" => Format::Hostname,
            "k8s-short-name" => Format::ShortName,
            "k8s-long-name" => Format::LongName,
            _ => return None,
        })
    }

    /// What text without this form is not, for messages.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Format::Byte => "base64",
            Format::DateTime => "a date and time such as `2006-01-02T15:04:05Z`",
            Format::Date => "a date such as `2006-01-02`",
            Format::Duration => "a duration such as `1h30m`",
            Format::Ipv4 => "an IPv4 address",
            Format::Ipv6 => "an IPv6 address",
            Format::Cidr => "a range of addresses such as `10.0.0.0/8`",
            Format::Mac => "a hardware address",
            Format::Uuid => "a UUID",
            Format::Uri => "a URI",
            Format::Email => "a mail address",
            Format::Hostname => "a host name",
            Format::ShortName => "a DNS label",
            Format::LongName => "a DNS subdomain",
        }
    }

    /// Whether `text` has the form.
    pub(super) fn fits(self, text: &str) -> bool {
        match self {
            Format::Byte => is_base64(text),
            Format::DateTime => time::OffsetDateTime::parse(text, &Rfc3339).is_ok(),
            Format::Date => {
                time::OffsetDateTime::parse(&format!("{text}T00:00:00Z"), &Rfc3339).is_ok()
            }
            Format::Duration => is_duration(text),
            Format::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Format::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            Format::Cidr => is_cidr(text),
            Format::Mac => is_mac(text),
            Format::Uuid => is_uuid(text),
            Format::Uri => is_uri(text),
            Format::Email => text
                .rsplit_once('@')
                .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty()),
            Format::Hostname => is_hostname(text),
            Format::ShortName => name::dns_label(text).is_none(),
            Format::LongName => name::dns_subdomain(text).is_none(),
        }
    }
}

/// Base64 as Go reads it: padded, line breaks ignored, and bits that the padding leaves over may be set.
fn is_base64(text: &str) -> bool {
    let lenient = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    let compact: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    GeneralPurpose::new(&STANDARD, lenient)
        .decode(compact)
        .is_ok()
}

/// Numbers with units, as Go's `time.ParseDuration` reads them.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (number, tail) = rest.split_at(end);
        let unit = tail
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit);
        let is_number =
            number.bytes().any(|byte| byte.is_ascii_digit()) && number.matches('.').count() <= 1;
        if !is_number || !["ns", "us", "\u{b5}s", "\u{3bc}s", "ms", "s", "m", "h"].contains(&unit) {
            return false;
        }
        rest = tail;
    }
    true
}

fn is_cidr(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else {
        return false;
    };
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

/// Six, eight or twenty bytes in one of three notations.
fn is_mac(text: &str) -> bool {
    let parts = |separator, width: usize| {
        let parts: Vec<&str> = text.split(separator).collect();
        let hex =
            |part: &&str| part.len() == width && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        parts.iter().all(hex) && [6, 8, 20].contains(&(parts.len() * width / 2))
    };
    parts(':', 2) || parts('-', 2) || parts('.', 4)
}

fn is_uuid(text: &str) -> bool {
    let compact: String = text.chars().filter(|c| *c != '-').collect();
    compact.len() == 32 && compact.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A scheme or a path at the front, and nothing that must be escaped.
fn is_uri(text: &str) -> bool {
    let visible = text
        .bytes()
        .all(|byte| byte > b' ' && byte != 0x7f && !b"<>\"{}|\\^`".contains(&byte));
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    let has_scheme = scheme.is_some_and(|scheme| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    });
    visible && (has_scheme || text.starts_with('/'))
}

fn is_hostname(text: &str) -> bool {
    let label = |label: &str| {
        let inner = label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte >= 0x80);
        inner
            && !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 255 && text.strip_suffix('.').unwrap_or(text).split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_takes_what_it_is_and_nothing_else() {
        for (format, good, bad) in [
            ("byte", "aGVsbG8=", "aGVsbG8"),
            ("date-time", "2020-01-01T00:00:00.5+01:00", "2020-01-01"),
            ("date", "2020-02-29", "2021-02-29"),
            ("duration", "-1h1.5m2s", "1"),
            ("duration", "0", "1 h"),
            ("ipv4", "10.0.0.1", "10.0.0.256"),
            ("ipv6", "fd00::1", "10.0.0.1"),
            ("cidr", "10.0.0.0/8", "10.0.0.0/33"),
            ("cidr", "fd00::/64", "fd00::"),
            ("mac", "00:1a:2b:3c:4d:5e", "00:1a:2b:3c:4d"),
            ("mac", "001a.2b3c.4d5e", "001a:2b3c:4d5e"),
            ("uuid", "123e4567-e89b-12d3-a456-426614174000", "123e4567"),
            ("uri", "https://example.com/a?b=c", "not a uri"),
            ("email", "a@example.com", "a"),
            ("hostname", "a.example.com", "-a.example.com"),
            ("k8s-short-name", "a-b", "a.b"),
            ("k8s-long-name", "a.b", "A.b"),
        ] {
            let named = Format::named(format).unwrap();
            assert!(named.fits(good), "{format} {good}");
            assert!(!named.fits(bad), "{format} {bad}");
        }
        assert_eq!(Format::named("isbn"), None);
    }
}
