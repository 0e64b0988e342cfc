//! The paths that a Rust file mentions, read without a parser: good enough for code that rustfmt has formatted.

use regex::Regex;

/// The part that ships, without comments and the contents of strings.
pub(super) fn shipped(text: &str) -> String {
    let text = text
        .split_once("#[cfg(test)]\nmod tests {")
        .map_or(text, |(before, _)| before);
    let literal = Regex::new(r#""(?:[^"\\\n]|\\.)*""#).unwrap();
    let lines = text.lines().map(|line| {
        let line = literal.replace_all(line, "\"\"");
        line.split("//").next().unwrap().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Every path of shipped code: imports with their groups opened, and paths in expressions and types.
pub(super) fn mentioned(code: &str) -> Vec<String> {
    let import = Regex::new(r"(?m)^\s*(?:pub(?:\([^)]*\))?\s+)?use\s+([^;]+);").unwrap();
    let inline = Regex::new(r"[A-Za-z_][A-Za-z0-9_]*(?:::[A-Za-z_][A-Za-z0-9_]*)+").unwrap();
    let mut found = Vec::new();
    for tree in import.captures_iter(code) {
        let tree: String = tree[1].split_whitespace().collect::<Vec<_>>().join(" ");
        open("", &tree, &mut found);
    }
    let rest = import.replace_all(code, "");
    found.extend(inline.find_iter(&rest).map(|path| path.as_str().to_owned()));
    found
}

/// Opens the groups of one `use` tree.
fn open(prefix: &str, tree: &str, found: &mut Vec<String>) {
    let tree = tree.trim();
    let Some(brace) = tree.find('{') else {
        let path = tree.split(" as ").next().unwrap().trim();
        let path = path.strip_suffix("::self").unwrap_or(path);
        let joined = format!("{prefix}{path}");
        let joined = joined.strip_suffix("::self").unwrap_or(&joined);
        found.push(joined.to_owned());
        return;
    };
    let prefix = format!("{prefix}{}", &tree[..brace]);
    let inner = tree[brace + 1..].trim_end().trim_end_matches('}');
    // Trailing braces of nested groups were cut as well; count them back in while splitting.
    let (mut depth, mut start) = (0, 0);
    for (at, character) in inner.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                open(&prefix, &inner[start..at], found);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !inner[start..].trim().is_empty() {
        open(&prefix, &inner[start..], found);
    }
}
