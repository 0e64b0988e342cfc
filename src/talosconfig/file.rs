//! The user's talosconfig: which file it is, and changes to it.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::merge::{self, Ours};
use super::model::{Access, Talosconfig};
use crate::env::EnvMap;
use crate::error::Hint;
use crate::fsx;
use crate::userfile::{self, change};

/// Why a talosconfig was not changed. The file is then as it was.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Neither a file nor a home directory is known.
    #[error("cannot tell where the talosconfig is")]
    Nowhere,
    /// A context of the same name leads elsewhere.
    #[error("`{}` has a context `{name}` of another cluster", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Name of the context.
        name: String,
    },
    /// The file cannot be read, understood, locked or written.
    #[error(transparent)]
    File(#[from] userfile::Error),
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Nowhere => Some("set HOME or TALOSCONFIG".into()),
            Self::File(error) => error.hint(),
            Self::Foreign { .. } => Some(
                "choose another name with `--name`, or another file with `--talosconfig`".into(),
            ),
        }
    }
}

/// The talosconfig files of this user, most important first. talosctl uses the first that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files(Vec<PathBuf>);

impl Files {
    /// The file of a flag, else that of `TALOSCONFIG`, then `config` in `TALOS_HOME` or `~/.talos`, as talosctl looks for them.
    pub fn find(flag: Option<&Path>, env: &EnvMap) -> Result<Self, Error> {
        if let Some(path) = flag {
            return Ok(Self(vec![path.to_owned()]));
        }
        let named = |name| env.get(name).filter(|path| !path.is_empty());
        let mut paths: Vec<PathBuf> = named("TALOSCONFIG")
            .map(PathBuf::from)
            .into_iter()
            .collect();
        let home = named("TALOS_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| named("HOME").map(|home| Path::new(home).join(".talos")));
        paths.extend(home.map(|home| home.join("config")));
        if paths.is_empty() {
            return Err(Error::Nowhere);
        }
        Ok(Self(paths))
    }

    /// The paths, most important first.
    pub fn paths(&self) -> &[PathBuf] {
        &self.0
    }

    /// The file that new contexts go to: the first that exists, else the first.
    pub fn target(&self) -> &Path {
        let existing = self.0.iter().find(|path| fsx::is_file(path));
        existing
            .or(self.0.first())
            .map_or(Path::new(""), |path| path)
    }

    /// Does everything of [`Files::add`] but the change, so that a file that cannot be written is known before there is
    /// something to write. Leaves nothing behind but the file's directory.
    pub async fn check_writable(&self, context: &str) -> Result<(), Error> {
        let path = self.target();
        change::check_writable::<Talosconfig>(path).await?;
        if change::read::<Talosconfig>(path)?.is_local(context) {
            return Ok(());
        }
        Err(Error::Foreign {
            path: path.to_owned(),
            name: context.to_owned(),
        })
    }

    /// Adds a context, and selects it if asked to; returns the file that was written.
    pub async fn add(&self, access: &Access, switch: bool) -> Result<PathBuf, Error> {
        let path = self.target().to_owned();
        let edit = |config: &mut Talosconfig| {
            let before = config.clone();
            merge::add(config, access);
            if switch {
                merge::select(config, &access.name);
            }
            *config != before
        };
        change::change(&path, edit).await?;
        Ok(path)
    }

    /// Removes our context from every file; returns those that changed.
    pub async fn remove(&self, ours: Ours<'_>) -> Result<Vec<PathBuf>, Error> {
        let edit = |config: &mut Talosconfig| merge::remove(config, ours);
        Ok(change::change_all(&self.0, edit).await?)
    }

    /// Selects a context if a file has it; returns the file that changed. Others decide nothing: talosctl reads only
    /// one.
    pub async fn switch(&self, context: &str) -> Result<Option<PathBuf>, Error> {
        let path = self.target();
        if !fsx::is_file(path) {
            return Ok(None);
        }
        let edit = |config: &mut Talosconfig| {
            config.contexts().any(|name| name == context) && merge::select(config, context)
        };
        let changed = change::change(path, edit).await?;
        Ok(changed.then(|| path.to_owned()))
    }

    /// The selected context of the file that talosctl reads.
    pub fn current_context(&self) -> Result<Option<String>, Error> {
        let config: Talosconfig = change::read(self.target())?;
        Ok(config.current_context().map(str::to_owned))
    }
}
