//! The user's kubeconfig files: which ones they are, and changes to them.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::merge;
use super::model::{Access, Kubeconfig, Names};
use crate::env::EnvMap;
use crate::error::Hint;
use crate::fsx;
use crate::text::{List, nearest};
use crate::userfile::{self, change};

/// Why a kubeconfig was not changed. The file is then as it was.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Neither a file nor a home directory is known.
    #[error("cannot tell where the kubeconfig is")]
    Nowhere,
    /// The file cannot be read, understood, locked or written.
    #[error(transparent)]
    File(#[from] userfile::Error),
    /// Entries of the same names lead elsewhere.
    #[error("`{}` has entries of another cluster `{name}`, at {server}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Name of the cluster.
        name: String,
        /// Where it is.
        server: String,
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
            Self::File(error) => error.hint(),
            Self::Foreign { .. } => Some(
                "choose another name with `--name`, or another file with `--kubeconfig`".into(),
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
    pub async fn check_writable(&self, names: &Names) -> Result<(), Error> {
        let path = self.target();
        change::check_writable::<Kubeconfig>(path).await?;
        match change::read::<Kubeconfig>(path)?.foreign(names) {
            None => Ok(()),
            Some(server) => Err(Error::Foreign {
                path: path.to_owned(),
                name: names.cluster.clone(),
                server: server.to_owned(),
            }),
        }
    }

    /// Adds a cluster, and selects its context if asked to; returns the file that was written.
    pub async fn add(&self, access: &Access, switch: bool) -> Result<PathBuf, Error> {
        let path = self.target().to_owned();
        change::change(&path, |config: &mut Kubeconfig| {
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
        let edit = |config: &mut Kubeconfig| merge::remove(config, names);
        Ok(change::change_all(&self.0, edit).await?)
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
        let edit = |config: &mut Kubeconfig| merge::select(config, context);
        change::change(&path, edit).await?;
        Ok(path)
    }

    /// The selected context: that of the first file that selects one.
    pub fn current_context(&self) -> Result<Option<String>, Error> {
        for path in &self.0 {
            if let Some(name) = change::read::<Kubeconfig>(path)?.current_context() {
                return Ok(Some(name.to_owned()));
            }
        }
        Ok(None)
    }

    /// All contexts of all files, each once.
    pub fn contexts(&self) -> Result<Vec<String>, Error> {
        let mut names: Vec<String> = Vec::new();
        for path in &self.0 {
            for name in change::read::<Kubeconfig>(path)?.contexts() {
                if !names.iter().any(|known| known == name) {
                    names.push(name.to_owned());
                }
            }
        }
        Ok(names)
    }
}
