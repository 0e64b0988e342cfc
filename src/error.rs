//! The top error type: which part failed, what to do about it, and the exit code that follows.
//!
//! Every module defines its own error enum. Messages are lower-case fragments that never repeat their source; remedies
//! live in [`Hint`]; `ui::error_view` prints message, causes and hint once.

use std::borrow::Cow;

use crate::exit::Exit;

/// A remedy, kept apart from the message.
pub trait Hint {
    /// What the user can do, as one lower-case fragment.
    fn hint(&self) -> Option<Cow<'static, str>> {
        None
    }
}

/// Any failure of a command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Flags that do not go together, or a value that cannot be.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
    /// A question nobody could answer.
    #[error("no terminal to ask: {0}")]
    NeedsConsent(String),
    /// A configuration file.
    #[error(transparent)]
    Config(#[from] crate::config::Error),
    /// Flags, variables and files brought together.
    #[error(transparent)]
    Settings(#[from] crate::settings::Error),
    /// The cluster is there, but another one.
    #[error(transparent)]
    Refused(#[from] crate::cluster::diff::Refusal),
    /// The Engine.
    #[error(transparent)]
    Docker(#[from] crate::docker::Error),
    /// The API server.
    #[error(transparent)]
    Kube(#[from] crate::k8s::Error),
    /// An operation on a cluster.
    #[error(transparent)]
    Cluster(#[from] crate::cluster::perform::Error),
    /// What a distribution needs.
    #[error(transparent)]
    Distribution(#[from] crate::cluster::distribution::Error),
    /// There is no such cluster.
    #[error("there is no cluster `{name}`")]
    NoSuchCluster {
        /// The name asked for.
        name: String,
        /// Clusters that exist.
        known: Vec<String>,
    },
    /// A kubeconfig file.
    #[error(transparent)]
    Kubeconfig(#[from] crate::kubeconfig::Error),
    /// A talosconfig file.
    #[error(transparent)]
    Talosconfig(#[from] crate::talosconfig::Error),
    /// The manifest pipeline.
    #[error(transparent)]
    Workload(#[from] crate::workload::Error),
    /// A cipher command.
    #[error(transparent)]
    Cipher(#[from] crate::commands::cipher::Error),
    /// The file of age identities.
    #[error(transparent)]
    KeysFile(crate::userfile::Error),
    /// `project init`.
    #[error(transparent)]
    Project(#[from] crate::commands::project_init::Error),
    /// The profile.
    #[error(transparent)]
    Profile(#[from] crate::profile::Error),
    /// A file.
    #[error(transparent)]
    File(#[from] crate::fsx::Error),
    /// The result could not be written.
    #[error("cannot write the result")]
    Output(#[source] std::io::Error),
    /// The user interrupted.
    #[error("interrupted{}", .0.as_deref().map(|what| format!(": {what}")).unwrap_or_default())]
    Interrupted(Option<String>),
}

impl Error {
    /// A usage error.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }

    /// The exit code that follows.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage { .. }
            | Self::NeedsConsent(_)
            | Self::Config(_)
            | Self::Settings(_)
            | Self::Refused(_)
            | Self::Project(_)
            | Self::Profile(_) => Exit::Usage,
            Self::Workload(error) => error.exit(),
            Self::Cipher(error) => error.exit(),
            Self::Cluster(error) if error.is_timeout() => Exit::TimedOut,
            Self::Interrupted(_) => Exit::Interrupted,
            Self::Docker(_)
            | Self::Kube(_)
            | Self::Cluster(_)
            | Self::Distribution(_)
            | Self::NoSuchCluster { .. }
            | Self::Kubeconfig(_)
            | Self::Talosconfig(_)
            | Self::KeysFile(_)
            | Self::File(_)
            | Self::Output(_) => Exit::Failed,
        }
    }

    /// Lines of a node's log or of a source file that explain the failure.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Cluster(error) => error.lines().to_vec(),
            Self::Config(error) => of_excerpt(error.excerpt()),
            Self::Workload(error) => of_excerpt(error.excerpt()),
            _ => Vec::new(),
        }
    }
}

fn of_excerpt(excerpt: Option<&str>) -> Vec<String> {
    let lines = excerpt.into_iter().flat_map(str::lines);
    lines.map(str::to_owned).collect()
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Usage { hint, .. } => hint.clone().map(Cow::Owned),
            Self::NeedsConsent(_) => Some("pass `--yes` to agree in advance".into()),
            Self::Config(error) => error.hint(),
            Self::Settings(error) => error.hint(),
            Self::Refused(error) => error.hint(),
            Self::Docker(error) => error.hint(),
            Self::Kube(error) => error.hint(),
            Self::Cluster(error) => error.hint(),
            Self::Distribution(error) => error.hint(),
            Self::NoSuchCluster { name, known } => {
                let nearest = crate::text::nearest(name, known.iter().map(String::as_str));
                Some(match nearest {
                    Some(nearest) => format!("did you mean `{nearest}`?").into(),
                    None if known.is_empty() => "create it with `ksail cluster create`".into(),
                    None => format!("there is {}", crate::text::List::and(known)).into(),
                })
            }
            Self::Kubeconfig(error) => error.hint(),
            Self::Talosconfig(error) => error.hint(),
            Self::Workload(error) => error.hint(),
            Self::Cipher(error) => error.hint(),
            Self::KeysFile(error) => error.hint(),
            Self::Project(error) => error.hint(),
            Self::Profile(error) => error.hint(),
            Self::File(error) => error.hint(),
            Self::Output(_) | Self::Interrupted(_) => None,
        }
    }
}

/// Message and causes of an error in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !text.contains(&message) {
            text = format!("{text}: {message}");
        }
        cause = error.source();
    }
    text
}
