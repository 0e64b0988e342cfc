//! A file system of a few pages, to be full.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::run_for;

/// Unmounted when dropped.
pub(crate) struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// Mounts 64 KiB. Only root can do that; for anybody else the test fails.
    #[track_caller]
    pub(crate) fn mount() -> Self {
        let folder = TempDir::with_prefix("ksail-live-disk").unwrap();
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", "size=64k", "ksail-live"]);
        command.arg(folder.path());
        let mounted = run_for(command, Duration::from_secs(10));
        let raw = mounted.raw();
        assert_eq!(
            mounted.code,
            Some(0),
            "a full disk needs root to mount one\n{raw}"
        );
        Self { folder }
    }

    /// Path of a file on it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Names of the files on it, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Fills it to the last byte with a file of this name, which can be removed to make room.
    pub(crate) fn fill(&self, name: &str) {
        let error = fill(&self.path(name)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StorageFull, "{error}");
    }
}

fn fill(path: &Path) -> std::io::Result<()> {
    use std::io::Write;
    let mut file = std::fs::File::create(path)?;
    loop {
        file.write_all(&[b'x'; 512])?;
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(self.folder.path()).status();
        if !unmounted.is_ok_and(|status| status.success()) {
            eprintln!("{} is still mounted", self.folder.path().display());
        }
    }
}
