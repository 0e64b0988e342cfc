//! The only user of `std::fs`: every error carries its path, files are replaced atomically.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the module the rule points to"
)]

mod replace;

use std::borrow::Cow;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::error::Hint;

pub use replace::{check_replaceable, rehearse_write, rewrite_atomic, write_atomic};

/// A failed file operation.
#[derive(Debug, thiserror::Error)]
#[error("cannot {verb} `{}`", path.display())]
pub struct Error {
    /// What was tried, e.g. `read`.
    pub verb: &'static str,
    /// The file or directory.
    pub path: PathBuf,
    /// Why it failed.
    #[source]
    pub source: io::Error,
}

impl Error {
    /// The kind of the underlying failure.
    pub fn kind(&self) -> io::ErrorKind {
        self.source.kind()
    }
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self.source.kind() {
            io::ErrorKind::PermissionDenied => {
                Some("check owner and permissions of the path and of its directory".into())
            }
            io::ErrorKind::StorageFull => Some(
                "free some disk space and run the command again; the old file is unchanged".into(),
            ),
            _ => None,
        }
    }
}

trait At<T> {
    fn at(self, verb: &'static str, path: &Path) -> Result<T, Error>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, verb: &'static str, path: &Path) -> Result<T, Error> {
        self.map_err(|source| Error {
            verb,
            path: path.to_owned(),
            source,
        })
    }
}

/// Reads a whole file.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).at("read", path)
}

/// Reads a UTF-8 file.
pub fn read_to_string(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).at("read", path)
}

/// Reads a file that may be missing.
pub fn read_optional(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.at("read", path).map(Some),
    }
}

/// Reads a file that must be a regular one and not longer than `limit`: no pipe or device is opened, and nothing huge
/// gets into memory.
pub fn read_regular(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let read = || {
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(limit)).unwrap_or(0));
        // It may grow, and some files of the system do not say how long they are.
        io::Read::take(fs::File::open(path)?, limit + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            let limit = crate::text::Bytes(limit);
            return Err(io::Error::other(format!("longer than {limit}")));
        }
        Ok(bytes)
    };
    read().at("read", path)
}

/// Whether the path is an existing file, following links.
pub fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// Whether anything exists at the path, following links.
pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// Whether the path is an existing directory, following links.
pub fn is_dir(path: &Path) -> bool {
    path.is_dir()
}

/// Whether the path itself is a symbolic link.
pub fn is_link(path: &Path) -> bool {
    path.is_symlink()
}

/// Whether the path itself is a regular file: no link, no folder.
pub fn is_plain_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file())
}

/// Whether somebody may run the file.
pub fn is_executable(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// Entries of a directory, sorted by name.
pub fn entries(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path).at("list", path)? {
        found.push(entry.at("list", path)?.path());
    }
    found.sort();
    Ok(found)
}

/// The working directory.
pub fn current_dir() -> Result<PathBuf, Error> {
    std::env::current_dir().at("find", Path::new("."))
}

/// The absolute path with links resolved.
pub fn canonical(path: &Path) -> Result<PathBuf, Error> {
    fs::canonicalize(path).at("resolve", path)
}

/// Creates a directory and its parents.
pub fn create_dirs(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).at("create", path)
}

/// Creates a directory and its parents with these permissions, before the user's mask. Existing ones keep theirs.
pub fn create_dirs_as(path: &Path, mode: u32) -> Result<(), Error> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, mode);
    #[cfg(not(unix))]
    let _ = mode;
    builder.recursive(true).create(path).at("create", path)
}

/// Creates a directory that nobody but this user can enter; fails if it exists.
pub fn create_private_dir(path: &Path) -> Result<(), Error> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).at("create", path)
}

/// Removes an empty directory.
pub fn remove_dir(path: &Path) -> Result<(), Error> {
    fs::remove_dir(path).at("remove", path)
}

/// The terminal of this process, whatever its standard streams are connected to.
const TERMINAL: &str = if cfg!(windows) { "CON" } else { "/dev/tty" };

/// Shows a text on the terminal; `None` if there is none.
pub fn show_on_terminal(text: &str) -> Option<()> {
    let mut terminal = fs::OpenOptions::new().write(true).open(TERMINAL).ok()?;
    terminal.write_all(text.as_bytes()).ok()
}

/// One line that somebody types at the terminal, without its end; `None` if there is none.
pub fn line_from_terminal() -> Option<String> {
    let terminal = fs::File::open(TERMINAL).ok()?;
    let mut line = String::new();
    io::BufRead::read_line(&mut io::BufReader::new(terminal), &mut line).ok()?;
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Some(line)
}

/// Removes a file; a missing one is fine.
pub fn remove_optional(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.at("remove", path),
    }
}

/// Creates a new file with these bits and fails if it exists (the client-go lock convention).
pub fn create_exclusive(path: &Path, mode: u32) -> Result<(), Error> {
    options(mode)
        .create_new(true)
        .open(path)
        .map(drop)
        .at("create", path)
}

/// A file that is open for writing and remembers its path.
#[derive(Debug)]
pub struct Output {
    file: fs::File,
    path: PathBuf,
}

impl Output {
    /// Writes everything and closes the file.
    pub fn write(mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).at("write", &self.path)
    }
}

/// Opens a file for output that is written much later, empty until then. Devices and pipes are fine.
pub fn create(path: &Path) -> Result<Output, Error> {
    let file = options(0o644).create(true).truncate(true).open(path);
    Ok(Output {
        file: file.at("write", path)?,
        path: path.to_owned(),
    })
}

/// Time since the file was written; `None` if it is gone or its time lies in the future.
pub fn age(path: &Path) -> Option<Duration> {
    fs::symlink_metadata(path)
        .and_then(|metadata| metadata.modified())
        .ok()?
        .elapsed()
        .ok()
}

/// Creates a directory that only this user can enter, with a name that nobody has.
pub fn create_private_temporary(place: &Path, prefix: &str) -> Result<PathBuf, Error> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let mut number = 0;
    loop {
        let path = place.join(format!("{prefix}{}-{number}", std::process::id()));
        match builder.create(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            other => return other.at("create", &path).map(|()| path),
        }
    }
}

/// Writes a new file that only this user can read; fails if it exists.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let file = options(0o600).create_new(true).open(path);
    let output = Output {
        file: file.at("create", path)?,
        path: path.to_owned(),
    };
    output.write(bytes)
}

/// Makes a file or directory look as if it was written at a time.
pub fn set_modified(path: &Path, time: SystemTime) -> Result<(), Error> {
    fs::File::open(path)
        .and_then(|file| file.set_modified(time))
        .at("touch", path)
}

/// Removes a directory with everything in it.
pub fn remove_tree(path: &Path) -> Result<(), Error> {
    fs::remove_dir_all(path).at("remove", path)
}

/// Gives a file or directory another name, which nothing has that cannot be replaced.
pub fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    fs::rename(from, to).at("rename", from)
}

/// A file that nobody else has locked; dropping it lets others have it.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "it is held, not read")] fs::File);

/// Waits until nobody else has locked the file, which is made if it is missing.
pub fn lock(path: &Path) -> Result<Lock, Error> {
    let file = options(0o600).create(true).open(path).at("lock", path)?;
    file.lock().at("lock", path).map(|()| Lock(file))
}

#[cfg(unix)]
fn options(mode: u32) -> fs::OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = fs::OpenOptions::new();
    options.write(true).mode(mode);
    options
}

#[cfg(not(unix))]
fn options(_mode: u32) -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true);
    options
}

/// A file of a test, with the directories above it.
#[cfg(test)]
pub(crate) fn write_below(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    create_dirs(path.parent().unwrap()).unwrap();
    write_atomic(&path, text.as_bytes(), 0o600).unwrap();
}

#[cfg(test)]
mod tests;
