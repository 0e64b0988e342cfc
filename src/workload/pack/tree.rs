//! The files of a directory, without what is ignored.

use std::path::{Path, PathBuf};

use super::ignored::{Patterns, is_ignored};
use crate::fsx;
use crate::workload::Error;

const SOURCE_IGNORE: &str = ".sourceignore";
/// What private age identities begin with.
const AGE_IDENTITY: &[u8] = b"AGE-SECRET-KEY-1";

/// One file.
#[derive(Clone, PartialEq, Eq)]
pub struct PackedFile {
    /// Path within the tree, with `/`.
    pub path: String,
    /// Content.
    pub bytes: Vec<u8>,
    /// Somebody may run it.
    pub executable: bool,
}

impl std::fmt::Debug for PackedFile {
    /// Without the content, which may be secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PackedFile").field(&self.path).finish()
    }
}

/// Files, and what could be no part of them.
#[derive(Debug, Default)]
pub struct Tree {
    /// The files, in the order of their paths within each directory.
    pub files: Vec<PackedFile>,
    /// Symbolic links and special files: Flux skips them when it unpacks.
    pub skipped: Vec<PathBuf>,
}

/// Reads a file, or a directory recursively. `shown` is the path as the user wrote it; `ignored` are patterns as git
/// writes them, to which `.sourceignore` files add.
pub fn read_tree(full: &Path, shown: &Path, ignored: &[&str]) -> Result<Tree, Error> {
    let mut tree = Tree::default();
    if fsx::is_file(full) {
        let name = full.file_name().unwrap_or_default();
        add(&mut tree, full, Path::new(name), shown)?;
    } else if fsx::is_dir(full) {
        let patterns = Patterns::new(Path::new(""), ignored.iter().copied());
        let patterns = patterns.map_err(|why| Error::Pattern {
            place: "--ignore-paths".to_owned(),
            why,
        })?;
        read_directory(&mut tree, full, Path::new(""), shown, &mut vec![patterns])?;
    } else {
        return Err(Error::Missing(shown.to_owned()));
    }
    if tree.files.is_empty() {
        return Err(Error::NothingToPush(shown.to_owned()));
    }
    Ok(tree)
}

fn read_directory(
    tree: &mut Tree,
    full: &Path,
    inside: &Path,
    shown: &Path,
    patterns: &mut Vec<Patterns>,
) -> Result<(), Error> {
    let own = fsx::read_optional(&full.join(SOURCE_IGNORE))?;
    if let Some(own) = &own {
        let text = String::from_utf8_lossy(own);
        let own = Patterns::new(inside, text.lines()).map_err(|why| Error::Pattern {
            place: shown.join(SOURCE_IGNORE).display().to_string(),
            why,
        })?;
        patterns.push(own);
    }
    for entry in fsx::entries(full)? {
        let name = entry.file_name().unwrap_or_default();
        let (inside, shown) = (inside.join(name), shown.join(name));
        let link = fsx::is_link(&entry);
        if is_ignored(patterns, &inside, !link && fsx::is_dir(&entry)) {
            continue;
        }
        if link {
            tree.skipped.push(shown);
        } else if fsx::is_dir(&entry) {
            read_directory(tree, &entry, &inside, &shown, patterns)?;
        } else if fsx::is_file(&entry) {
            add(tree, &entry, &inside, &shown)?;
        } else {
            tree.skipped.push(shown);
        }
    }
    if own.is_some() {
        patterns.pop();
    }
    Ok(())
}

fn add(tree: &mut Tree, full: &Path, inside: &Path, shown: &Path) -> Result<(), Error> {
    let bytes = fsx::read(full)?;
    if bytes
        .windows(AGE_IDENTITY.len())
        .any(|window| window == AGE_IDENTITY)
    {
        return Err(Error::Identity(shown.to_owned()));
    }
    let path: Option<Vec<&str>> = inside
        .components()
        .map(|part| part.as_os_str().to_str())
        .collect();
    let path = path.ok_or_else(|| Error::Name(shown.to_owned()))?.join("/");
    tree.files.push(PackedFile {
        path,
        bytes,
        executable: fsx::is_executable(full),
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::DEFAULT_IGNORED;
    use super::*;
    use crate::fsx::write_below as write;

    fn paths(root: &Path, ignored: &[&str]) -> Result<Vec<String>, Error> {
        let tree = read_tree(root, Path::new("k8s"), ignored)?;
        Ok(tree.files.into_iter().map(|file| file.path).collect())
    }

    #[test]
    fn trees_hold_what_is_not_ignored() {
        let dir = tempfile::tempdir().unwrap();
        for path in [
            "a.yaml",
            "b/c.yaml",
            "b/d.png",
            ".git/config",
            "b/e.tmp",
            "b/f/g.tmp",
            "drafts/h.yaml",
        ] {
            write(dir.path(), path, path);
        }
        write(dir.path(), ".sourceignore", "drafts/\n");
        write(dir.path(), "b/.sourceignore", "*.tmp\n!f/*.tmp\n");
        let expected = [
            ".sourceignore",
            "a.yaml",
            "b/.sourceignore",
            "b/c.yaml",
            "b/f/g.tmp",
        ];
        assert_eq!(paths(dir.path(), &DEFAULT_IGNORED).unwrap(), expected);
        let all = paths(dir.path(), &[]).unwrap();
        assert!(all.contains(&".git/config".to_owned()) && all.contains(&"b/d.png".to_owned()));
    }

    #[test]
    fn links_are_told() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "a.yaml", "a");
        std::os::unix::fs::symlink("a.yaml", dir.path().join("b.yaml")).unwrap();
        std::os::unix::fs::symlink(".", dir.path().join("loop")).unwrap();
        let tree = read_tree(dir.path(), Path::new("k8s"), &[]).unwrap();
        assert_eq!(tree.files.len(), 1);
        assert_eq!(
            tree.skipped,
            [PathBuf::from("k8s/b.yaml"), "k8s/loop".into()]
        );
    }

    #[test]
    fn identities_are_never_packed() {
        let dir = tempfile::tempdir().unwrap();
        write(
            dir.path(),
            "keys/age.key",
            "# created\nAGE-SECRET-KEY-1QQQ\n",
        );
        let error = paths(dir.path(), &[]).unwrap_err().to_string();
        assert_eq!(error, "`k8s/keys/age.key` holds a private age identity");
        write(dir.path(), "a.yaml", "a");
        assert_eq!(paths(dir.path(), &["keys/"]).unwrap(), ["a.yaml"]);
    }

    #[test]
    fn a_file_is_a_tree_of_its_own_and_nothing_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "x/a.yaml", "a");
        assert_eq!(
            paths(&dir.path().join("x/a.yaml"), &[]).unwrap(),
            ["a.yaml"]
        );
        let error = paths(&dir.path().join("y"), &[]).unwrap_err();
        assert_eq!(error.to_string(), "no file or directory `k8s`");
        let error = paths(dir.path(), &["*"]).unwrap_err();
        assert_eq!(error.to_string(), "nothing to push in `k8s`");
    }
}
