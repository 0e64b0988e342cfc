//! Durations as Go writes them: `90s`, `1h30m`, `1.5h`, `250ms`.

use std::time::Duration;

/// Nanoseconds per unit; `µ` has two code points in use.
const UNITS: [(&str, f64); 8] = [
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("μs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("m", 60e9),
    ("h", 3600e9),
];
/// Go's durations end here: about 292 years.
const MAX_NANOSECONDS: f64 = 9.2e18;

/// The duration that `text` spells. A negative one is none, because nothing can wait that long.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    spelled(text)
        .ok_or_else(|| format!("`{text}` is not a duration such as `90s`, `5m` or `1h30m`"))
}

fn spelled(text: &str) -> Option<Duration> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest == "0" {
        return Some(Duration::ZERO);
    }
    let mut total = 0.0;
    loop {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let unit = rest[number..]
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .map_or(rest.len(), |length| number + length);
        let count: f64 = rest[..number].parse().ok()?;
        let name = &rest[number..unit];
        let (_, size) = UNITS.iter().find(|(unit, _)| *unit == name)?;
        total += count * size;
        rest = &rest[unit..];
        if rest.is_empty() {
            break;
        }
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the sum is checked to be a non-negative number below the limit"
    )]
    (total <= MAX_NANOSECONDS).then(|| Duration::from_nanos(total.round() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        for (text, milliseconds) in [
            ("0", Some(0)),
            ("5m", Some(300_000)),
            ("1h30m", Some(5_400_000)),
            ("1.5h", Some(5_400_000)),
            ("90s", Some(90_000)),
            ("250ms", Some(250)),
            (".5s", Some(500)),
            ("+1s", Some(1000)),
            ("1m1s1ms", Some(61_001)),
            ("", None),
            ("5", None),
            ("-5s", None),
            ("s", None),
            (".s", None),
            ("5d", None),
            ("5 s", None),
            ("1.2.3s", None),
            ("9999999h", None),
        ] {
            let expected = milliseconds.map(Duration::from_millis);
            assert_eq!(parse_duration(text).ok(), expected, "{text:?}");
        }
    }
}
