//! The lock is a file beside the file, the convention of `kubectl` and kind, so that tools wait for each other.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::document::Kind;
use super::error::Error;
use crate::exec::backoff::Backoff;
use crate::fsx;

/// Others hold the lock for milliseconds; whoever needs longer than this is stuck.
const PATIENCE: Duration = Duration::from_secs(10);
/// A lock older than this was left behind by a process that crashed.
const STALE: Duration = Duration::from_mins(1);

/// Held while it lives.
#[derive(Debug)]
pub(super) struct Lock(PathBuf);

impl Lock {
    /// Locks a file, which need not exist, nor its directory.
    pub(super) async fn acquire(path: &Path, kind: &'static Kind) -> Result<Self, Error> {
        let failed = |source| Error::File { kind, source };
        if let Some(directory) = path.parent().filter(|path| !path.as_os_str().is_empty()) {
            fsx::create_dirs_as(directory, kind.directory_mode).map_err(failed)?;
        }
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        let lock = PathBuf::from(name);
        let deadline = Instant::now() + PATIENCE;
        let mut backoff = Backoff::new(Duration::from_millis(5), Duration::from_millis(200));
        loop {
            match fsx::create_exclusive(&lock, 0) {
                Ok(()) => return Ok(Self(lock)),
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(failed(error));
                }
                Err(_) => {}
            }
            let path = path.to_owned();
            if fsx::age(&lock).is_some_and(|age| age > STALE) {
                return Err(Error::Stale { kind, path, lock });
            }
            if Instant::now() > deadline {
                return Err(Error::Locked { kind, path });
            }
            backoff.pause().await;
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Nothing can be done here about a lock that cannot be removed; the next program will name it.
        drop(fsx::remove_optional(&self.0));
    }
}
