//! Reads, checks and replaces files of the user.

use std::path::{Path, PathBuf};

use super::document::{Document, Kind};
use super::error::Error;
use super::lock::Lock;
use crate::fsx;
use crate::yaml::Source;

const MODE: u32 = 0o600;
/// More bytes than the entries of one cluster take.
const ROOM: usize = 16 * 1024;

/// Outlives every file of the sort.
const fn kind<D: Document>() -> &'static Kind {
    const { &D::KIND }
}

/// Reads a file; one that does not exist has no entries.
pub fn read<D: Document>(path: &Path) -> Result<D, Error> {
    let kind = kind::<D>();
    let bytes = fsx::read_optional(path).map_err(|source| Error::File { kind, source })?;
    let bytes = bytes.unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    D::parse(&text, &Source::file(path).confidential()).map_err(|source| Error::Malformed {
        kind,
        path: path.to_owned(),
        source,
    })
}

/// Reads, changes and replaces one file while holding its lock. `edit` says whether it changed anything; a file that
/// stays the same is not written.
pub async fn change<D: Document>(
    path: &Path,
    edit: impl FnOnce(&mut D) -> bool,
) -> Result<bool, Error> {
    let kind = kind::<D>();
    let _lock = Lock::acquire(path, kind).await?;
    let mut content: D = read(path)?;
    let changed = edit(&mut content);
    if changed {
        let text = content.render();
        fsx::write_atomic(path, text.expose().as_bytes(), MODE)
            .map_err(|source| Error::File { kind, source })?;
    }
    Ok(changed)
}

/// Changes all of these files that exist; returns those that are different now.
pub async fn change_all<D: Document>(
    paths: &[PathBuf],
    edit: impl Fn(&mut D) -> bool,
) -> Result<Vec<PathBuf>, Error> {
    let mut changed = Vec::new();
    for path in paths.iter().filter(|path| fsx::is_file(path)) {
        if change(path, &edit).await? {
            changed.push(path.clone());
        }
    }
    Ok(changed)
}

/// Does everything of [`change`] but the change, so that a file that cannot be written is known before there is
/// something to write. Leaves nothing behind but the file's directory.
pub async fn check_writable<D: Document>(path: &Path) -> Result<(), Error> {
    let kind = kind::<D>();
    let failed = |source| Error::File { kind, source };
    fsx::check_replaceable(path).map_err(failed)?;
    let _lock = Lock::acquire(path, kind).await?;
    let mut content = read::<D>(path)?.render().expose().as_bytes().to_vec();
    content.resize(content.len() + ROOM, b'\n');
    fsx::rehearse_write(path, &content, MODE).map_err(failed)
}
