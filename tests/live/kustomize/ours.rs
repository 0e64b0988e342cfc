//! ksail's own build: the one place that knows how it is called.

use std::path::PathBuf;

use ksail::workload::{KustomizationOptions, build_kustomization};
use tempfile::TempDir;

use super::case::Case;
use super::oracle::Outcome;

/// A folder in memory if the system has such a place, because thousands of trees are written.
fn scratch() -> TempDir {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}

/// What ksail makes of a case.
pub(super) fn build(case: &Case) -> Outcome {
    let root = scratch();
    for (path, text) in case.texts() {
        let file = root.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let options = KustomizationOptions {
        keep_order: !case.legacy,
        ..KustomizationOptions::default()
    };
    let built = build_kustomization(&root.path().join(&case.target), options);
    built.map_err(|error| {
        let shown = root.path().display().to_string();
        error.to_string().replace(&shown, "")
    })
}
