//! Paths as messages show them.

use std::fmt;

use crate::text::clean_path;

/// Where a folder is, for people: relative to where the command runs, or behind the URL of its repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    /// Repository and reference; empty for local folders.
    prefix: String,
    path: String,
}

impl Shown {
    /// A local folder or file as the user wrote it.
    pub(super) fn local(path: &str) -> Self {
        Self {
            prefix: String::new(),
            path: clean_path(path),
        }
    }

    /// A folder of a repository.
    pub(super) fn remote(prefix: String, path: &str) -> Self {
        Self {
            prefix,
            path: clean_path(path),
        }
    }

    /// What a path of this folder leads to.
    pub(super) fn join(&self, path: &str) -> Self {
        let path = if path.starts_with('/') {
            clean_path(path)
        } else {
            clean_path(&format!("{}/{path}", self.path))
        };
        Self {
            prefix: self.prefix.clone(),
            path,
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prefix.as_str() {
            "" => f.write_str(&self.path),
            prefix if self.path == "." => f.write_str(prefix),
            prefix => write!(f, "{prefix}//{}", self.path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_without_detours() {
        for (base, path, expected) in [
            ("overlays/prod", "../../base/x.yaml", "base/x.yaml"),
            (".", "../base", "../base"),
            ("../a", "../b", "../b"),
            ("a", "..", "."),
            ("", "x.yaml", "x.yaml"),
            ("/srv/k", "../../..", "/"),
            ("a", "/etc/x", "/etc/x"),
        ] {
            let shown = Shown::local(base).join(path).to_string();
            assert_eq!(shown, expected, "{base} {path}");
        }
        let remote = Shown::remote("https://example.com/o/r@v1".to_owned(), "base");
        assert_eq!(
            remote.join("x.yaml").to_string(),
            "https://example.com/o/r@v1//base/x.yaml"
        );
        assert_eq!(remote.join("..").to_string(), "https://example.com/o/r@v1");
    }
}
