//! Paths of fields whose parts are separated by dots, as replacements and variables have them.

/// A part of a path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// What it says.
    pub text: String,
    /// Dots within brackets are in it.
    pub joined: bool,
}

/// The parts of a path: `\.` is a dot within one, and so are those within brackets. Brackets stay around what selects
/// items of a list (`[name=x]`) and go from around names (`[a.b/c]`). A dot may stand before everything.
pub(crate) fn parts(path: &str) -> Vec<Part> {
    let mut found = Vec::new();
    let mut rest = at_dots(path).into_iter();
    while let Some(mut text) = rest.next() {
        let joined = text.starts_with('[') && !text.ends_with(']');
        if joined {
            for more in rest.by_ref() {
                text.push('.');
                text.push_str(&more);
                if more.ends_with(']') {
                    break;
                }
            }
        }
        // Without a condition it is a field whose name has dots.
        let is_name = joined && !text.contains('=');
        let text = match text.trim_matches(['[', ']']) {
            name if is_name => name.to_owned(),
            _ => text,
        };
        found.push(Part { text, joined });
    }
    found
}

fn at_dots(path: &str) -> Vec<String> {
    let path = path.strip_prefix('.').unwrap_or(path);
    let mut parts: Vec<String> = Vec::new();
    for piece in path.split('.') {
        match parts.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push('.');
                last.push_str(piece);
            }
            _ => parts.push(piece.to_owned()),
        }
    }
    parts
}
