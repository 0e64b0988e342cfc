//! Commits that nothing has used for long are taken out, so that the store does not grow for ever.

use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::fsx;

/// How long a commit is kept after its last use.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// Whether a commit is there; if so, it counts as used.
pub(super) fn keep(commit: &Path) -> bool {
    // A store that cannot be written is one all the same.
    fsx::set_modified(commit, SystemTime::now()).is_ok() || fsx::is_dir(commit)
}

/// Takes out of the folder of a repository what was not used for long, and what a run that was killed has left. The
/// caller has the lock of the folder. What cannot be removed stays: that is no reason to fail.
pub(super) fn tidy(repository: &Path) {
    for path in fsx::entries(repository).unwrap_or_default() {
        let is_left = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(super::TEMPORARY));
        let is_old = fsx::age(&path).is_some_and(|age| age > KEPT);
        if fsx::is_dir(&path) && (is_left || is_old) {
            drop(fsx::remove_tree(&path));
        }
    }
}
