//! Paths of fields, parts separated by dots.

use std::borrow::Cow;

/// The parts of a path: `\.` is a dot within one, and so are those within brackets. Brackets stay around what selects
/// items of a list (`[name=x]`) and go from around names (`[a.b/c]`).
pub(super) fn split(path: &str) -> Vec<String> {
    let parts = at_dots(path);
    let mut found = Vec::new();
    let mut rest = parts.into_iter();
    while let Some(part) = rest.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            found.push(part);
            continue;
        }
        let mut whole = part;
        for part in rest.by_ref() {
            whole.push('.');
            whole.push_str(&part);
            if part.ends_with(']') {
                break;
            }
        }
        if whole.contains('=') {
            found.push(whole);
        } else {
            found.push(whole.trim_matches(['[', ']']).to_owned());
        }
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

/// What a part of a path leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step<'p> {
    /// The field of a mapping.
    Field(&'p str),
    /// The item of a list at a place.
    Index(usize),
    /// Items of a list with a value in a field; with no field items that are the value.
    Items(&'p str, &'p str),
    /// All items of a list.
    Every,
}

impl<'p> Step<'p> {
    /// Reads a part. The error is a sentence.
    pub(super) fn of(part: &'p str) -> Result<Self, Cow<'static, str>> {
        if let Ok(index) = part.parse() {
            return Ok(Self::Index(index));
        }
        if let Some(inner) = part
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            let (field, value) = inner.split_once('=').ok_or_else(|| {
                Cow::Owned(format!("`{part}` in a path needs the form `[field=value]`"))
            })?;
            return Ok(Self::Items(field, value));
        }
        Ok(match part {
            "*" => Self::Every,
            field => Self::Field(field),
        })
    }

    /// Whether it leads into a list.
    pub(super) fn is_of_list(part: &str) -> bool {
        part.starts_with('[') && part.ends_with(']') || part.parse::<usize>().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_paths() {
        for (path, parts) in [
            ("metadata.name", &["metadata", "name"][..]),
            (".spec.x", &["spec", "x"]),
            ("spec.[name=a.b].x", &["spec", "[name=a.b]", "x"]),
            (
                "metadata.annotations.[a.b/c]",
                &["metadata", "annotations", "a.b/c"],
            ),
            ("data.a\\.b.c", &["data", "a.b", "c"]),
            ("data.[x]", &["data", "[x]"]),
            ("spec.list.0.*", &["spec", "list", "0", "*"]),
            ("a.[b.c", &["a", "b.c"]),
            ("", &[""]),
        ] {
            assert_eq!(split(path), parts, "{path}");
        }
    }

    #[test]
    fn steps() {
        assert_eq!(Step::of("0").unwrap(), Step::Index(0));
        assert_eq!(Step::of("[name=x]").unwrap(), Step::Items("name", "x"));
        assert_eq!(Step::of("[=-jar]").unwrap(), Step::Items("", "-jar"));
        assert_eq!(Step::of("*").unwrap(), Step::Every);
        assert_eq!(Step::of("name").unwrap(), Step::Field("name"));
        assert!(Step::of("[name]").is_err());
    }
}
