//! Why an operation of a cluster plan failed.

use std::borrow::Cow;

use crate::cluster::distribution;
use crate::error::Hint;
use crate::{docker, k8s, kubeconfig, talos, talosconfig};

/// A failed operation.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The Engine.
    #[error(transparent)]
    Docker(#[from] docker::Error),
    /// The API server.
    #[error(transparent)]
    Kube(#[from] k8s::Error),
    /// The machines' API.
    #[error(transparent)]
    Machine(Box<talos::Error>),
    /// The kubeconfig file.
    #[error(transparent)]
    Kubeconfig(#[from] kubeconfig::Error),
    /// The talosconfig file.
    #[error(transparent)]
    Talosconfig(Box<talosconfig::Error>),
    /// The distribution.
    #[error(transparent)]
    Distribution(#[from] distribution::Error),
    /// The administrator's kubeconfig in the control plane.
    #[error(transparent)]
    Access(#[from] crate::cluster::access::Error),
    /// A node's setup failed inside the node.
    #[error("node `{node}` could not be set up: {step} failed")]
    Setup {
        /// Container name.
        node: String,
        /// What was tried.
        step: String,
        /// Lines that say why.
        lines: Vec<String>,
    },
    /// A node's container ended.
    #[error("node `{node}` stopped")]
    NodeDied {
        /// Container name.
        node: String,
        /// The last lines of its console.
        lines: Vec<String>,
    },
    /// A node says that it cannot go on; it would try for ever.
    #[error("node `{node}` cannot go on: {why}")]
    Stuck {
        /// Container name.
        node: String,
        /// What it says.
        why: String,
        /// What to do.
        remedy: Option<&'static str>,
        /// The last lines of its console.
        lines: Vec<String>,
    },
    /// Something is not there yet, and will be.
    #[error("{0}")]
    NotYet(String),
    /// The deadline passed.
    #[error("timed out: {what}{}", why.as_deref().map(|why| format!("; last seen: {why}")).unwrap_or_default())]
    TimedOut {
        /// What was awaited.
        what: String,
        /// What was last seen.
        why: Option<String>,
        /// The last lines of a node's console, where they help.
        lines: Vec<String>,
    },
}

impl From<talosconfig::Error> for Error {
    fn from(error: talosconfig::Error) -> Self {
        Self::Talosconfig(Box::new(error))
    }
}

impl From<talos::Error> for Error {
    fn from(error: talos::Error) -> Self {
        Self::Machine(Box::new(error))
    }
}

impl Error {
    pub(super) fn timed_out(what: &str, why: Option<String>) -> Self {
        Self::TimedOut {
            what: what.to_owned(),
            why,
            lines: Vec::new(),
        }
    }

    /// While a cluster starts, its API server is unreachable, then unready, then without permissions and namespaces.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Kube(error) => {
                error.is_transient() || matches!(error.code(), Some(401 | 403 | 404))
            }
            Self::Machine(error) => error.is_transient(),
            Self::NotYet(_) => true,
            _ => false,
        }
    }

    /// Lines of a node's log that explain the failure.
    pub fn lines(&self) -> &[String] {
        match self {
            Self::Setup { lines, .. }
            | Self::NodeDied { lines, .. }
            | Self::Stuck { lines, .. }
            | Self::TimedOut { lines, .. } => lines,
            _ => &[],
        }
    }

    /// The deadline passed, as opposed to a failure.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::TimedOut { .. })
    }
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Docker(error) => error.hint(),
            Self::Kube(error) => error.hint(),
            Self::Machine(error) => error.hint(),
            Self::Kubeconfig(error) => error.hint(),
            Self::Talosconfig(error) => error.hint(),
            Self::Distribution(error) => error.hint(),
            Self::Access(error) => error.hint(),
            Self::Stuck { remedy, .. } => remedy.map(Cow::Borrowed),
            Self::NotYet(_) => None,
            Self::Setup { .. } => Some("run again with `--retain` to keep the node and look at `/kind/ksail/bootstrap.log` in it".into()),
            Self::NodeDied { lines, .. } if lines.iter().any(|line| line.contains("Too many open files")) => {
                Some("raise the host's limits: `sysctl fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288`".into())
            }
            Self::NodeDied { .. } => Some("run again with `--retain` to keep the node; check that the image is one of nodes of this distribution, and memory and inotify limits of the host".into()),
            Self::TimedOut { .. } => Some("give it more time with `--timeout`; if the cluster is still there, `ksail cluster info` shows its state".into()),
        }
    }
}
