//! Paths of fields, parts separated by dots.

use std::borrow::Cow;

use super::super::dotted;

/// The parts of a path.
pub(super) fn split(path: &str) -> Vec<String> {
    let parts = dotted::parts(path).into_iter();
    parts.map(|part| part.text).collect()
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
