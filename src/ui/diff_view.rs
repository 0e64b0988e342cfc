//! Colours of a unified diff.

/// The text with colours, if there are to be any: names bold, positions cyan, what goes red, what comes green.
pub fn painted(text: &str, color: bool) -> String {
    if !color {
        return text.to_owned();
    }
    text.split_inclusive('\n').map(paint).collect()
}

fn paint(line: &str) -> String {
    let code = match line {
        _ if line.starts_with("diff ") => "1",
        _ if line.starts_with("--- LIVE/") || line.starts_with("+++ MERGED/") => "1",
        _ if line.starts_with("@@") => "36",
        _ if line.starts_with('-') => "31",
        _ if line.starts_with('+') => "32",
        _ => return line.to_owned(),
    };
    let (words, end) = match line.strip_suffix('\n') {
        Some(words) => (words, "\n"),
        None => (line, ""),
    };
    format!("\u{1b}[{code}m{words}\u{1b}[0m{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_coloured_by_what_they_are() {
        let text = "diff LIVE/a MERGED/a\n--- LIVE/a\n+++ MERGED/a\n@@ -1 +1 @@\n a\n-b\n+c\n";
        assert_eq!(painted(text, false), text);
        assert_eq!(
            painted(text, true),
            "\u{1b}[1mdiff LIVE/a MERGED/a\u{1b}[0m\n\u{1b}[1m--- LIVE/a\u{1b}[0m\n\u{1b}[1m+++ MERGED/a\u{1b}[0m\n\
             \u{1b}[36m@@ -1 +1 @@\u{1b}[0m\n a\n\u{1b}[31m-b\u{1b}[0m\n\u{1b}[32m+c\u{1b}[0m\n"
        );
    }
}
