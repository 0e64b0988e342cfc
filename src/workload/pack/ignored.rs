//! What is left out of an artifact: patterns as git writes them, from a list and from `.sourceignore` files.

use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// What `flux push artifact` leaves out when it is not told otherwise.
pub const DEFAULT_IGNORED: [&str; 12] = [
    ".git/",
    ".gitignore",
    ".gitmodules",
    ".gitattributes",
    "*.jpg",
    "*.jpeg",
    "*.gif",
    "*.png",
    "*.wmv",
    "*.flv",
    "*.tar.gz",
    "*.zip",
];

/// Patterns of one directory.
pub(super) struct Patterns(Gitignore);

impl Patterns {
    /// Patterns that count from `directory`, which is relative to the root of the tree. `Err` names a broken one.
    pub(super) fn new<'a>(
        directory: &Path,
        lines: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, String> {
        let mut builder = GitignoreBuilder::new(directory);
        for line in lines {
            builder
                .add_line(None, line)
                .map_err(|error| error.to_string())?;
        }
        builder.build().map(Self).map_err(|error| error.to_string())
    }
}

/// Whether a path is left out; `patterns` are those of its directory and of all above it, outermost first. The patterns of the innermost directory that say anything decide, the last of them first.
pub(super) fn is_ignored(patterns: &[Patterns], path: &Path, is_directory: bool) -> bool {
    for Patterns(patterns) in patterns.iter().rev() {
        match patterns.matched(path, is_directory) {
            Match::Ignore(_) => return true,
            Match::Whitelist(_) => return false,
            Match::None => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_patterns_win_and_count_from_their_directory() {
        let outer = Patterns::new(
            Path::new(""),
            ["# comment", "", "*.tmp", "/only/", "a/b.yaml"],
        );
        let inner = Patterns::new(Path::new("sub"), ["!keep.tmp", "/c.yaml"]);
        let patterns = [outer.unwrap(), inner.unwrap()];
        for (path, directory, expected) in [
            ("x.tmp", false, true),
            ("sub/x.tmp", false, true),
            ("sub/keep.tmp", false, false),
            ("only", true, true),
            ("sub/only", true, false),
            ("a/b.yaml", false, true),
            ("sub/c.yaml", false, true),
        ] {
            let found = is_ignored(&patterns, Path::new(path), directory);
            assert_eq!(found, expected, "{path}");
        }
    }

    #[test]
    fn defaults_leave_out_git_and_pictures() {
        let patterns = [Patterns::new(Path::new(""), DEFAULT_IGNORED).unwrap()];
        assert!(is_ignored(&patterns, Path::new(".git"), true));
        assert!(is_ignored(&patterns, Path::new("docs/a.png"), false));
        assert!(!is_ignored(&patterns, Path::new(".sourceignore"), false));
        assert!(!is_ignored(&patterns, Path::new(".github"), true));
    }
}
