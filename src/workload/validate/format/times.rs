//! Times and durations.

use time::format_description::well_known::Rfc3339;

/// The units that may follow a number in a duration: names that stand alone, and one that may have an ending.
const UNITS: [(&[&str], &str); 8] = [
    (&["ns"], "nano"),
    (&["us", "\u{b5}s"], "micro"),
    (&["ms"], "milli"),
    (&["s"], "sec"),
    (&["m"], "min"),
    (&["h", "hr"], "hour"),
    (&["d"], "day"),
    (&["w", "wk"], "week"),
];

/// RFC 3339, date and time, as Go types read it.
pub(super) fn is_rfc3339(text: &str) -> bool {
    time::OffsetDateTime::parse(text, &Rfc3339).is_ok()
}

/// A day that exists.
pub(super) fn is_date(text: &str) -> bool {
    text.len() == 10 && is_rfc3339(&format!("{text}T00:00:00Z"))
}

/// Date and time as a schema asks for them: offsets may be anything of the right form, and there are no leap seconds.
pub(super) fn is_date_time(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut parts = lower.split('t');
    let (Some(date), Some(time)) = (parts.next(), parts.next()) else {
        return false;
    };
    let Some((clock, rest)) = time.split_at_checked(8) else {
        return false;
    };
    is_date(date) && is_clock(clock) && is_offset(after_fraction(rest))
}

/// `23:59:59`.
fn is_clock(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let within = |part: &str, most: &str| is_two_digits(part) && part <= most;
    matches!(parts.as_slice(), [hour, minute, second]
        if within(hour, "23") && within(minute, "59") && within(second, "59"))
}

/// What follows the part of a second, whose separator may be any character but a line break.
fn after_fraction(text: &str) -> &str {
    let mut rest = text.chars();
    if rest.next().is_none_or(|separator| separator == '\n') {
        return text;
    }
    let digits = rest.as_str();
    let tail = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    // Without digits there is no fraction; `+01:00` itself begins like one.
    if tail.len() == digits.len() || is_offset(text) {
        text
    } else {
        tail
    }
}

/// `z` or `+01:00`.
fn is_offset(text: &str) -> bool {
    let signed = text.strip_prefix(['+', '-']);
    let parts = signed.and_then(|text| text.split_once(':'));
    text == "z"
        || parts.is_some_and(|(hours, minutes)| is_two_digits(hours) && is_two_digits(minutes))
}

fn is_two_digits(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A duration of Go, or any text with a number and a unit in it, such as `3 days`.
pub(super) fn is_duration(text: &str) -> bool {
    is_go_duration(text) || is_spoken(text)
}

/// Numbers with units, as Go's `time.ParseDuration` reads them.
fn is_go_duration(text: &str) -> bool {
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

/// Whether some number has a known unit, with or without space between; a number that is too large spoils all of it.
fn is_spoken(text: &str) -> bool {
    let mut found = false;
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let tail = rest[start..].trim_start_matches(|c: char| c.is_ascii_digit());
        let number = &rest[start..rest.len() - tail.len()];
        let spaced = tail.trim_start_matches(['\t', '\n', '\x0c', '\r', ' ']);
        let after = spaced.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '\u{b5}');
        let unit = &spaced[..spaced.len() - after.len()];
        rest = tail;
        if unit.is_empty() {
            continue;
        }
        if number.parse::<i64>().is_err() {
            return false;
        }
        found |= is_unit(&unit.to_lowercase());
        rest = after;
    }
    found
}

fn is_unit(unit: &str) -> bool {
    UNITS
        .iter()
        .any(|(names, stem)| names.contains(&unit) || unit.starts_with(stem))
}
