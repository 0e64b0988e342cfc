//! Replaces what differs from run to run, so that output can be compared as text.

use regex::Regex;

/// Texts that vary, longest first; then ids, durations and high ports by their shape.
pub(crate) fn redacted(text: &str, redactions: &[(String, String)]) -> String {
    let mut redactions: Vec<&(String, String)> = redactions.iter().collect();
    redactions.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
    let text = redactions
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    let shapes = [
        (r"\b[0-9a-f]{64}\b", "[ID]"),
        (r"\b\d+m\d{2}s\b|\b\d+(\.\d+)?(ms|µs|s)\b", "[TIME]"),
        (
            r"\b((?:127\.0\.0\.1|0\.0\.0\.0|localhost|\[::1\]):)[3-6]\d{4}\b",
            "${1}[PORT]",
        ),
    ];
    shapes.iter().fold(text, |text, (pattern, to)| {
        let pattern = Regex::new(pattern).unwrap();
        pattern.replace_all(&text, *to).into_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_is_replaced_by_its_shape() {
        let id = "0123456789abcdef".repeat(4);
        let text = format!(
            "{id} took 4.2s, 850ms or 2m03s at https://127.0.0.1:41234 in /tmp/a/b and /tmp/a"
        );
        let redactions = [("/tmp/a", "[A]"), ("/tmp/a/b", "[B]")]
            .map(|(from, to)| (from.to_owned(), to.to_owned()));
        assert_eq!(
            redacted(&text, &redactions),
            "[ID] took [TIME], [TIME] or [TIME] at https://127.0.0.1:[PORT] in [B] and [A]"
        );
    }
}
