//! Forms that schemas ask of text: what `format` names.

mod codes;
mod email;
mod hosts;
mod times;
mod uri;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::GeneralPurposeConfig;
use base64::engine::general_purpose::GeneralPurpose;

use super::name;

/// A form of text that is checked. Kubernetes ignores names of forms that it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Base64.
    Byte,
    /// Identifiers of documents in `MongoDB`.
    BsonObjectId,
    /// An address and the length of its prefix.
    Cidr,
    /// A number of a credit card.
    CreditCard,
    /// RFC 3339, the date.
    Date,
    /// RFC 3339, date and time.
    DateTime,
    /// `1h30m`, as Go writes it, and `3 days`.
    Duration,
    /// An address for mail.
    Email,
    /// `#fff` or `#ffffff`.
    HexColor,
    /// A name of a host.
    Hostname,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// A number of a book, old or new.
    Isbn,
    /// A number of a book, of ten digits.
    Isbn10,
    /// A number of a book, of thirteen digits.
    Isbn13,
    /// A DNS subdomain.
    LongName,
    /// A hardware address.
    Mac,
    /// Any text.
    Password,
    /// `rgb(255, 255, 255)`.
    RgbColor,
    /// A DNS label.
    ShortName,
    /// A social security number.
    Ssn,
    /// A URI.
    Uri,
    /// A UUID.
    Uuid,
    /// A UUID of version 3.
    Uuid3,
    /// A UUID of version 4.
    Uuid4,
    /// A UUID of version 5.
    Uuid5,
}

impl Format {
    /// The form that `format` names, if it is one of those above. Dashes in names do not count.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name.replace('-', "").as_str() {
            "byte" => Format::Byte,
            "bsonobjectid" => Format::BsonObjectId,
            "cidr" => Format::Cidr,
            "creditcard" => Format::CreditCard,
            "date" => Format::Date,
            "datetime" => Format::DateTime,
            "duration" => Format::Duration,
            "email" => Format::Email,
            "hexcolor" => Format::HexColor,
            "hostname" => Format::Hostname,
            "ipv4" => Format::Ipv4,
            "ipv6" => Format::Ipv6,
            "isbn" => Format::Isbn,
            "isbn10" => Format::Isbn10,
            "isbn13" => Format::Isbn13,
            "k8slongname" => Format::LongName,
            "k8sshortname" => Format::ShortName,
            "mac" => Format::Mac,
            "password" => Format::Password,
            "rgbcolor" => Format::RgbColor,
            "ssn" => Format::Ssn,
            "uri" => Format::Uri,
            "uuid" => Format::Uuid,
            "uuid3" => Format::Uuid3,
            "uuid4" => Format::Uuid4,
            "uuid5" => Format::Uuid5,
            _ => return None,
        })
    }

    /// Whether Kubernetes knows it only since 1.34.
    pub(super) fn is_since_1_34(self) -> bool {
        matches!(self, Format::ShortName | Format::LongName)
    }

    /// What text without this form is not, for messages.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Format::Byte => "base64",
            Format::BsonObjectId => "an object identifier of 24 hexadecimal digits",
            Format::Cidr => "a range of addresses such as `10.0.0.0/8`",
            Format::CreditCard => "a credit card number",
            Format::Date => "a date such as `2006-01-02`",
            Format::DateTime => "a date and time such as `2006-01-02T15:04:05Z`",
            Format::Duration => "a duration such as `1h30m`",
            Format::Email => "a mail address",
            Format::HexColor => "a colour such as `#fff` or `#1e90ff`",
            Format::Hostname => "a host name",
            Format::Ipv4 => "an IPv4 address",
            Format::Ipv6 => "an IPv6 address",
            Format::Isbn => "an ISBN",
            Format::Isbn10 => "an ISBN of ten digits",
            Format::Isbn13 => "an ISBN of thirteen digits",
            Format::LongName => "a DNS subdomain",
            Format::Mac => "a hardware address",
            Format::Password => "a password",
            Format::RgbColor => "a colour such as `rgb(30, 144, 255)`",
            Format::ShortName => "a DNS label",
            Format::Ssn => "a social security number such as `078-05-1120`",
            Format::Uri => "a URI",
            Format::Uuid => "a UUID",
            Format::Uuid3 => "a UUID of version 3",
            Format::Uuid4 => "a UUID of version 4",
            Format::Uuid5 => "a UUID of version 5",
        }
    }

    /// Whether `text` has the form. Go types, which are `native`, read it themselves, and by other rules.
    pub(super) fn fits(self, text: &str, native: bool) -> bool {
        match self {
            Format::Byte if native => is_decodable(text),
            Format::Byte => is_base64(text),
            Format::BsonObjectId => codes::is_hex(text, 24),
            Format::Cidr => hosts::is_cidr(text),
            Format::CreditCard => codes::is_credit_card(text),
            Format::Date => times::is_date(text),
            Format::DateTime if native => times::is_rfc3339(text),
            Format::DateTime => times::is_date_time(text),
            Format::Duration => times::is_duration(text),
            Format::Email => email::is_address(text),
            Format::HexColor => codes::is_hex_color(text),
            Format::Hostname => hosts::is_hostname(text),
            Format::Ipv4 => hosts::is_ipv4(text),
            Format::Ipv6 => hosts::is_ipv6(text),
            Format::Isbn => codes::is_isbn10(text) || codes::is_isbn13(text),
            Format::Isbn10 => codes::is_isbn10(text),
            Format::Isbn13 => codes::is_isbn13(text),
            Format::LongName => name::dns_subdomain(text).is_none(),
            Format::Mac => hosts::is_mac(text),
            Format::Password => true,
            Format::RgbColor => codes::is_rgb_color(text),
            Format::ShortName => name::dns_label(text).is_none(),
            Format::Ssn => codes::is_ssn(text),
            Format::Uri => uri::is_request_uri(text),
            Format::Uuid => codes::is_uuid(text, None),
            Format::Uuid3 => codes::is_uuid(text, Some('3')),
            Format::Uuid4 => codes::is_uuid(text, Some('4')),
            Format::Uuid5 => codes::is_uuid(text, Some('5')),
        }
    }
}

/// Base64 as Go reads it: padded, line breaks ignored, and bits that the padding leaves over may be set.
fn is_decodable(text: &str) -> bool {
    let compact: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    decodes(&compact)
}

/// Base64 as a schema asks for it: something, and nothing but the characters of it.
fn is_base64(text: &str) -> bool {
    !text.is_empty() && decodes(text)
}

fn decodes(text: &str) -> bool {
    let lenient = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(&STANDARD, lenient).decode(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Verdicts are those of the API server's own code (`k8s.io/kube-openapi`).
    #[test]
    fn every_form_takes_what_it_is_and_nothing_else() {
        let table = include_str!("../../../testdata/validate/formats.txt");
        let (mut count, mut wrong) = (0, Vec::new());
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.splitn(3, ' ');
            let (format, verdict) = (fields.next().unwrap(), fields.next().unwrap());
            let text: String = serde_json::from_str(fields.next().unwrap()).unwrap();
            let fits = Format::named(format).unwrap().fits(&text, false);
            if fits != (verdict == "yes") {
                wrong.push(line);
            }
            count += 1;
        }
        assert_eq!(wrong, [""; 0]);
        assert!(count > 400, "{count}");
    }

    #[test]
    fn go_types_read_what_they_can() {
        for (format, good, bad) in [
            ("byte", "aGVs\nbG8=", "aGVsbG8"),
            ("byte", "", "a"),
            (
                "date-time",
                "2020-01-01T00:00:00.5+01:00",
                "2020-01-01T00:00:00",
            ),
        ] {
            let named = Format::named(format).unwrap();
            assert!(named.fits(good, true), "{format} {good}");
            assert!(!named.fits(bad, true), "{format} {bad}");
        }
    }

    #[test]
    fn dashes_in_names_do_not_count() {
        assert_eq!(Format::named("credit-card"), Some(Format::CreditCard));
        assert_eq!(Format::named("k8s-short-name"), Some(Format::ShortName));
        assert_eq!(Format::named("UUID"), None);
        assert_eq!(Format::named("time"), None);
    }
}
