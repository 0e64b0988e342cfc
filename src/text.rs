//! Small display types: counts, lists, nearest names, durations, sizes.

mod duration;
mod path;

use std::fmt;
use std::time::Duration;

pub use duration::parse_duration;
pub use path::clean_path;

/// `3 objects`, `1 object`.
#[derive(Debug, Clone, Copy)]
pub struct Count<'a>(pub usize, pub &'a str);

impl fmt::Display for Count<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Count(number, noun) = *self;
        write!(f, "{number} {noun}{}", if number == 1 { "" } else { "s" })
    }
}

/// `` `a`, `b`, and `c` `` for any iterator of displayable items.
#[derive(Debug, Clone)]
pub struct List(Vec<String>, &'static str);

impl List {
    /// Items joined by "and".
    pub fn and<T: fmt::Display>(items: impl IntoIterator<Item = T>) -> Self {
        Self(
            items.into_iter().map(|item| format!("`{item}`")).collect(),
            "and",
        )
    }

    /// Items joined by "or".
    pub fn or<T: fmt::Display>(items: impl IntoIterator<Item = T>) -> Self {
        Self(
            items.into_iter().map(|item| format!("`{item}`")).collect(),
            "or",
        )
    }
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(items, word) = self;
        match items.as_slice() {
            [] => f.write_str("nothing"),
            [one] => f.write_str(one),
            [one, two] => write!(f, "{one} {word} {two}"),
            [head @ .., last] => write!(f, "{}, {word} {last}", head.join(", ")),
        }
    }
}

/// The candidate closest to `name` if it is close enough to be a likely typing error.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).max(1) + 1;
    candidates
        .into_iter()
        .map(|candidate| {
            (
                edit_distance(&name.to_lowercase(), &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Optimal string alignment distance: insertions, deletions, substitutions, neighbouring swaps.
fn edit_distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=right.len()).collect()];
    for i in 1..=left.len() {
        let mut row = vec![i];
        for j in 1..=right.len() {
            let substitution = rows[i - 1][j - 1] + usize::from(left[i - 1] != right[j - 1]);
            let mut best = substitution.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

/// `850ms`, `4.2s`, `2m03s`: three significant figures are enough for people.
#[derive(Debug, Clone, Copy)]
pub struct Took(pub Duration);

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64();
        if seconds < 1.0 {
            write!(f, "{}ms", self.0.as_millis())
        } else if seconds < 60.0 {
            write!(f, "{seconds:.1}s")
        } else {
            write!(f, "{}m{:02}s", self.0.as_secs() / 60, self.0.as_secs() % 60)
        }
    }
}

/// `512 B`, `1.2 KiB`, `3.4 MiB`.
#[derive(Debug, Clone, Copy)]
pub struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const KIB: u64 = 1024;
        const MIB: u64 = 1024 * KIB;
        let tenths = |unit: u64| (self.0 / unit, self.0 % unit * 10 / unit);
        match self.0 {
            bytes @ ..KIB => write!(f, "{bytes} B"),
            KIB..MIB => {
                let (whole, tenths) = tenths(KIB);
                write!(f, "{whole}.{tenths} KiB")
            }
            MIB.. => {
                let (whole, tenths) = tenths(MIB);
                write!(f, "{whole}.{tenths} MiB")
            }
        }
    }
}

/// Each item on a line of its own.
pub fn lines<T: fmt::Display>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().fold(String::new(), |mut text, item| {
        text.push_str(&item.to_string());
        text.push('\n');
        text
    })
}

/// One console line without escape sequences: what a terminal would do must not happen to ours.
pub fn plain(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\u{1b}' => skip_escape(&mut rest),
            '\t' => plain.push(' '),
            other if other.is_control() => {}
            other => plain.push(other),
        }
    }
    plain
}

fn skip_escape(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match rest.next() {
        // Control sequence: parameters, then one final byte.
        Some('[') => {
            rest.find(|character| ('@'..='~').contains(character));
        }
        // Operating system command: up to BEL or ESC \.
        Some(']') => {
            while let Some(character) = rest.next() {
                if character == '\u{7}' {
                    break;
                }
                if character == '\u{1b}' {
                    rest.next_if_eq(&'\\');
                    break;
                }
            }
        }
        // Character set selection has one more byte.
        Some('(' | ')') => {
            rest.next();
        }
        _ => {}
    }
}

/// Seconds since the epoch of a time as RFC 3339 writes it.
pub fn epoch(text: &str) -> Option<i64> {
    use time::format_description::well_known::Rfc3339;
    let time = time::OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Some(time.unix_timestamp())
}

/// Seconds since the epoch of a time as HTTP headers write it, e.g. `Sun, 06 Nov 1994 08:49:37 GMT`.
pub fn http_epoch(text: &str) -> Option<i64> {
    use time::format_description::well_known::Rfc2822;
    let time = time::OffsetDateTime::parse(text, &Rfc2822).ok()?;
    Some(time.unix_timestamp())
}

/// A time as RFC 3339 in UTC, in whole seconds.
pub fn rfc3339(time: time::OffsetDateTime) -> String {
    let time = time.to_offset(time::UtcOffset::UTC);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_dates_are_understood() {
        assert_eq!(
            http_epoch("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(784_111_777)
        );
        assert_eq!(http_epoch("soon"), None);
    }

    #[test]
    fn times_are_written_in_utc() {
        let time = time::OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap();
        assert_eq!(rfc3339(time), "2023-11-14T22:13:20Z");
    }

    #[test]
    fn times_of_all_zones_are_understood() {
        assert_eq!(epoch("1970-01-01T00:01:00Z"), Some(60));
        assert_eq!(epoch("1970-01-01T01:01:00.123456789+01:00"), Some(60));
        assert_eq!(epoch("yesterday"), None);
    }

    #[test]
    fn counts_and_lists_read_like_prose() {
        assert_eq!(Count(1, "node").to_string(), "1 node");
        assert_eq!(Count(3, "node").to_string(), "3 nodes");
        assert_eq!(List::and(["a"]).to_string(), "`a`");
        assert_eq!(List::and(["a", "b"]).to_string(), "`a` and `b`");
        assert_eq!(List::or(["a", "b", "c"]).to_string(), "`a`, `b`, or `c`");
    }

    #[test]
    fn nearest_finds_typing_errors_only() {
        let fields = ["nodes", "networking", "featureGates"];
        assert_eq!(nearest("node", fields), Some("nodes"));
        assert_eq!(nearest("netwroking", fields), Some("networking"));
        assert_eq!(nearest("featuregates", fields), Some("featureGates"));
        assert_eq!(nearest("somethingElse", fields), None);
    }

    #[test]
    fn sizes_keep_what_matters() {
        assert_eq!(Bytes(1023).to_string(), "1023 B");
        assert_eq!(Bytes(1280).to_string(), "1.2 KiB");
        assert_eq!(Bytes(3 * 1024 * 1024 + 700_000).to_string(), "3.6 MiB");
    }

    #[test]
    fn durations_keep_what_matters() {
        assert_eq!(Took(Duration::from_millis(850)).to_string(), "850ms");
        assert_eq!(Took(Duration::from_millis(4210)).to_string(), "4.2s");
        assert_eq!(Took(Duration::from_secs(123)).to_string(), "2m03s");
    }

    #[test]
    fn terminal_sequences_are_taken_out() {
        let line = "[\u{1b}[0;32m  OK  \u{1b}[0m] Reached\u{1b}]0;title\u{7}\ta\u{1b}(B\r";
        assert_eq!(plain(line), "[  OK  ] Reached a");
    }
}
