//! Paths in configuration files: relative ones start at a directory that the caller knows.

use std::path::{Component, Path, PathBuf};

/// The absolute path without `.` and `..`, resolved by text alone as kind does it.
pub(crate) fn absolute(path: &str, directory: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in directory.join(path).components() {
        match component {
            Component::ParentDir => drop(clean.pop()),
            Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean
}
