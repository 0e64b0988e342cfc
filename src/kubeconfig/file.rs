//! The user's kubeconfig files: which ones they are, and changes to them under a lock, in one step each.
//!
//! The lock is a file beside the kubeconfig, the convention of `kubectl` and kind, so that tools wait for each other.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::merge;
use super::model::{Access, Kubeconfig, Malformed, Names};
use crate::env::EnvMap;
use crate::error::Hint;
use crate::exec::backoff::Backoff;
use crate::fsx;
use crate::text::{List, nearest};
use crate::yaml::Source;

/// Others hold the lock for milliseconds; whoever needs longer than this is stuck.
const PATIENCE: Duration = Duration::from_secs(10);
/// A lock older than this was left behind by a process that crashed.
const STALE: Duration = Duration::from_mins(1);
const MODE: u32 = 0o600;
/// More bytes than the entries of one cluster take.
const ROOM: usize = 16 * 1024;

/// Why a kubeconfig was not changed. The file is then as it was.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Neither a file nor a home directory is known.
    #[error("cannot tell where the kubeconfig is")]
    Nowhere,
    /// A file operation failed.
    #[error("cannot update the kubeconfig")]
    File(#[from] fsx::Error),
    /// The file is not a kubeconfig.
    #[error("cannot understand the kubeconfig `{}`", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Malformed,
    },
    /// Another process holds the lock.
    #[error("the kubeconfig `{}` is locked by another program", path.display())]
    Locked {
        /// The kubeconfig.
        path: PathBuf,
        /// Its lock.
        lock: PathBuf,
    },
    /// The lock was left behind.
    #[error("the kubeconfig `{}` is locked by a program that is gone", path.display())]
    Stale {
        /// The kubeconfig.
        path: PathBuf,
        /// Its lock.
        lock: PathBuf,
    },
    /// No file defines the context.
    #[error("there is no context `{name}`")]
    NoContext {
        /// The name asked for.
        name: String,
        /// All contexts of all files.
        known: Vec<String>,
    },
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Nowhere => Some("set HOME or KUBECONFIG, or pass --kubeconfig".into()),
            Self::File(source) => source
                .hint()
                .or_else(|| Some("name another file with --kubeconfig or KUBECONFIG".into())),
            Self::Malformed { .. } => {
                Some("repair the file, or use another one with --kubeconfig".into())
            }
            Self::Locked { .. } => Some("run the command again when the other one is done".into()),
            Self::Stale { lock, .. } => Some(
                format!(
                    "if no kubectl or kind is running, remove it: rm {}",
                    lock.display()
                )
                .into(),
            ),
            Self::NoContext { known, .. } if known.is_empty() => None,
            Self::NoContext { name, known } => {
                let similar = nearest(name, known.iter().map(String::as_str));
                Some(similar.map_or_else(
                    || format!("there are {}", List::and(known)).into(),
                    |similar| format!("did you mean `{similar}`?").into(),
                ))
            }
        }
    }
}

/// The kubeconfig files of this user, most important first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files(Vec<PathBuf>);

impl Files {
    /// The file of `--kubeconfig`, else the list in `KUBECONFIG`, else `~/.kube/config`.
    pub fn find(flag: Option<&Path>, env: &EnvMap) -> Result<Self, Error> {
        if let Some(path) = flag {
            return Ok(Self(vec![path.to_owned()]));
        }
        let mut paths: Vec<PathBuf> = Vec::new();
        for path in std::env::split_paths(env.get("KUBECONFIG").unwrap_or_default()) {
            if !path.as_os_str().is_empty() && !paths.contains(&path) {
                paths.push(path);
            }
        }
        if paths.is_empty() {
            let home = env.get("HOME").ok_or(Error::Nowhere)?;
            paths.push(Path::new(home).join(".kube/config"));
        }
        Ok(Self(paths))
    }

    /// The paths, most important first.
    pub fn paths(&self) -> &[PathBuf] {
        &self.0
    }

    /// The file that new entries go to: the first that exists, else the last.
    pub fn target(&self) -> &Path {
        let existing = self.0.iter().find(|path| fsx::is_file(path));
        existing
            .or(self.0.last())
            .map_or(Path::new(""), |path| path)
    }

    /// Does everything of [`Files::add`] but the change, so that a file that cannot be written is known before there is
    /// something to write. Leaves nothing behind but the file's directory.
    pub async fn check_writable(&self) -> Result<(), Error> {
        let path = self.target();
        fsx::check_replaceable(path)?;
        let _lock = lock(path).await?;
        let mut content = read(path)?.render().expose().as_bytes().to_vec();
        content.resize(content.len() + ROOM, b'\n');
        Ok(fsx::rehearse_write(path, &content, MODE)?)
    }

    /// Adds a cluster, and selects its context if asked to; returns the file that was written.
    pub async fn add(&self, access: &Access, switch: bool) -> Result<PathBuf, Error> {
        let path = self.target().to_owned();
        change(&path, |config| {
            let before = config.clone();
            merge::add(config, access);
            if switch {
                merge::select(config, &access.names.context);
            }
            *config != before
        })
        .await?;
        Ok(path)
    }

    /// Removes a cluster from every file; returns those that changed.
    pub async fn remove(&self, names: &Names) -> Result<Vec<PathBuf>, Error> {
        let mut changed = Vec::new();
        for path in self.0.iter().filter(|path| fsx::is_file(path)) {
            if change(path, |config| merge::remove(config, names)).await? {
                changed.push(path.clone());
            }
        }
        Ok(changed)
    }

    /// Selects a context that any of the files defines. Like `kubectl config use-context`, this writes the first
    /// existing file, whose choice overrules the others; returns that file.
    pub async fn switch(&self, context: &str) -> Result<PathBuf, Error> {
        let known = self.contexts()?;
        if !known.iter().any(|name| name == context) {
            return Err(Error::NoContext {
                name: context.to_owned(),
                known,
            });
        }
        let path = self.target().to_owned();
        change(&path, |config| merge::select(config, context)).await?;
        Ok(path)
    }

    /// The selected context: that of the first file that selects one.
    pub fn current_context(&self) -> Result<Option<String>, Error> {
        for path in &self.0 {
            if let Some(name) = read(path)?.current_context() {
                return Ok(Some(name.to_owned()));
            }
        }
        Ok(None)
    }

    /// All contexts of all files, each once.
    pub fn contexts(&self) -> Result<Vec<String>, Error> {
        let mut names: Vec<String> = Vec::new();
        for path in &self.0 {
            for name in read(path)?.contexts() {
                if !names.iter().any(|known| known == name) {
                    names.push(name.to_owned());
                }
            }
        }
        Ok(names)
    }
}

fn read(path: &Path) -> Result<Kubeconfig, Error> {
    let bytes = fsx::read_optional(path)?.unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    Kubeconfig::parse(&text, &Source::file(path).confidential()).map_err(|source| {
        Error::Malformed {
            path: path.to_owned(),
            source,
        }
    })
}

/// Reads, changes and replaces one file while holding its lock. A file that stays the same is not written.
async fn change(path: &Path, edit: impl FnOnce(&mut Kubeconfig) -> bool) -> Result<bool, Error> {
    let _lock = lock(path).await?;
    let mut config = read(path)?;
    let changed = edit(&mut config);
    if changed {
        fsx::write_atomic(path, config.render().expose().as_bytes(), MODE)?;
    }
    Ok(changed)
}

/// Locks a file, which need not exist, nor its directory.
async fn lock(path: &Path) -> Result<Lock, Error> {
    if let Some(directory) = path.parent().filter(|path| !path.as_os_str().is_empty()) {
        fsx::create_dirs(directory)?;
    }
    Lock::acquire(path, PATIENCE).await
}

/// Held while it lives.
#[derive(Debug)]
struct Lock(PathBuf);

impl Lock {
    async fn acquire(path: &Path, patience: Duration) -> Result<Self, Error> {
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        let lock = PathBuf::from(name);
        let deadline = Instant::now() + patience;
        let mut backoff = Backoff::new(Duration::from_millis(5), Duration::from_millis(200));
        loop {
            match fsx::create_exclusive(&lock, 0) {
                Ok(()) => return Ok(Self(lock)),
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(error.into());
                }
                Err(_) => {}
            }
            let path = path.to_owned();
            if fsx::age(&lock).is_some_and(|age| age > STALE) {
                return Err(Error::Stale { path, lock });
            }
            if Instant::now() > deadline {
                return Err(Error::Locked { path, lock });
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
