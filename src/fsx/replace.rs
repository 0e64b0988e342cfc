//! Files replaced in one step: the old content or the new one, never half of it.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::{At, Error, options};

/// Replaces a file in one step: a temporary file beside it, flushed, then renamed over it. A symbolic link is
/// followed, so that the link itself survives. On any failure the old content stays and the temporary file is gone.
/// Directories, devices and files that forbid writing are not replaced.
pub fn write_atomic(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    through_temporary(path, bytes, mode, |temporary, target| {
        fs::rename(temporary, target)
    })
}

/// Like [`write_atomic`] for a file that exists: its permissions stay, and its owner where the system allows that.
pub fn rewrite_atomic(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let before = fs::metadata(path).at("write", path)?;
    through_temporary(path, bytes, 0o600, |temporary, target| {
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt, chown};
            let after = fs::metadata(temporary)?;
            if (after.uid(), after.gid()) != (before.uid(), before.gid()) {
                // Only the administrator may give files away; anybody else gets one of their own.
                drop(chown(temporary, Some(before.uid()), Some(before.gid())));
            }
        }
        fs::set_permissions(temporary, before.permissions())?;
        fs::rename(temporary, target)
    })
}

/// Does all of [`write_atomic`] but the last step: fails where that would fail, and leaves no trace.
pub fn rehearse_write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    through_temporary(path, bytes, mode, |temporary, _| fs::remove_file(temporary))
}

/// Refuses what must not be replaced by a file.
pub fn check_replaceable(path: &Path) -> Result<(), Error> {
    replaceable(path).at("write", path)
}

fn replaceable(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) if !found.is_file() => Err(io::Error::other("not a regular file")),
        // Opened and closed: only the system knows who may write.
        Ok(_) => fs::OpenOptions::new().append(true).open(path).map(drop),
    }
}

fn through_temporary(
    path: &Path,
    bytes: &[u8],
    mode: u32,
    last: impl FnOnce(&Path, &Path) -> io::Result<()>,
) -> Result<(), Error> {
    check_replaceable(path)?;
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = target
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let temporary = target.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = (|| {
        let mut file = options(mode).create_new(true).open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        last(&temporary, &target)
    })();
    if written.is_err() {
        drop(fs::remove_file(&temporary));
    }
    written.at("write", path)
}
