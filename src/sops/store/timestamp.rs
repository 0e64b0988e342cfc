//! Timestamps as YAML has them.

/// A timestamp in the form that sops encrypts and writes: RFC 3339 with the shortest fraction. Dates alone, and dates
/// and times that are separated by a blank, are in UTC.
pub(super) fn timestamp(text: &str) -> Option<String> {
    let (year, rest) = digits(text, 4, 4)?;
    let (month, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    let (day, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if rest.is_empty() {
        return Some(format!("{date}T00:00:00Z"));
    }
    let separator = rest.chars().next()?;
    let (hour, rest) = digits(&rest[separator.len_utf8()..], 1, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 1, 2)?;
    let (second, rest) = digits(rest.strip_prefix(':')?, 1, 2)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (fraction, rest) = match rest.strip_prefix(['.', ',']) {
        Some(fraction) if fraction.starts_with(|c: char| c.is_ascii_digit()) => {
            let end = fraction
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(fraction.len());
            let (digits, rest) = fraction.split_at(end);
            (digits[..end.min(9)].trim_end_matches('0'), rest)
        }
        _ => ("", rest),
    };
    let offset = match (separator, rest) {
        (' ', "") | ('T' | 't', "Z") => "Z",
        ('T' | 't', offset) => zone(offset)?,
        _ => return None,
    };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!(
        "{date}T{hour:02}:{minute:02}:{second:02}{point}{fraction}{offset}"
    ))
}

/// `+hh:mm`, or `Z` if it is none.
fn zone(offset: &str) -> Option<&str> {
    let (hours, rest) = digits(offset.strip_prefix(['+', '-'])?, 2, 2)?;
    let (minutes, rest) = digits(rest.strip_prefix(':')?, 2, 2)?;
    let fits = rest.is_empty() && hours <= 24 && minutes < 60;
    fits.then_some(if hours + minutes == 0 { "Z" } else { offset })
}

/// Between `least` and `most` digits at the start of a text, and what follows.
fn digits(text: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    let end = text
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    (end >= least).then(|| Some((text[..end].parse().ok()?, &text[end..])))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_written_as_go_writes_them() {
        for (text, expected) in [
            ("2020-01-02", Some("2020-01-02T00:00:00Z")),
            ("2020-1-2", Some("2020-01-02T00:00:00Z")),
            ("2020-01-02 03:04:05.120", Some("2020-01-02T03:04:05.12Z")),
            ("2020-01-02t03:04:05+00:00", Some("2020-01-02T03:04:05Z")),
            (
                "2020-01-02T03:04:05-05:30",
                Some("2020-01-02T03:04:05-05:30"),
            ),
            ("2020-02-30", None),
            ("2020-01-02T03:04:05", None),
            ("2020-01-02 03:04", None),
            ("20200-01-02", None),
        ] {
            assert_eq!(timestamp(text).as_deref(), expected, "{text}");
        }
    }
}
