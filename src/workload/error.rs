//! Why manifests cannot be built or applied, and where in the files the reason lies.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

use super::build::KustomizationError;
use super::generate;
use super::object::{ObjectId, Origin};
use crate::error::Hint;
use crate::exit::Exit;
use crate::text::{Count, Took};
use crate::{fsx, k8s, kubeconfig, oci, sops, yaml};

/// A pipeline that stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or directory cannot be read.
    #[error(transparent)]
    File(#[from] fsx::Error),
    /// A path that was named does not exist.
    #[error("no file or directory `{}`", .0.display())]
    Missing(PathBuf),
    /// Neither flags nor a project say where the manifests are.
    #[error("no manifests named, and no project to take them from")]
    NoSource,
    /// Standard input or a file is not UTF-8.
    #[error("`{0}` is not UTF-8 text")]
    Encoding(String),
    /// Standard input cannot be read.
    #[error("cannot read standard input")]
    Stdin(#[source] std::io::Error),
    /// Nothing to do in what was named.
    #[error("no Kubernetes objects found in {0}")]
    Empty(String),
    /// A file is not YAML or JSON.
    #[error(transparent)]
    Yaml(#[from] yaml::Error),
    /// An encrypted file does not decrypt.
    #[error("cannot decrypt `{file}`")]
    Decrypt {
        /// The file.
        file: String,
        /// Why, by class of fault.
        #[source]
        source: sops::Error,
    },
    /// A kustomization that cannot be built.
    #[error(transparent)]
    Kustomization(Box<KustomizationError>),
    /// A document that is no Kubernetes object.
    #[error("{at}: {reason}")]
    Document {
        /// Where it begins, or where its mistake is.
        at: yaml::Location,
        /// What it lacks.
        reason: String,
        /// The line of the text with a caret below the column; none of a text with secrets.
        excerpt: Option<String>,
    },
    /// An object that cannot be what it says.
    #[error("{origin}: {reason}")]
    Object {
        /// Where it begins.
        origin: Origin,
        /// What is wrong with it.
        reason: String,
    },
    /// Two different definitions of one object.
    #[error("{id} is defined twice: {first} and {second}")]
    Twice {
        /// The object.
        id: Box<ObjectId>,
        /// Where it was defined first.
        first: Origin,
        /// Where it is defined again.
        second: Origin,
    },
    /// Several directories or files to push as they are.
    #[error("only one directory or file can be pushed as it is")]
    SeveralTrees,
    /// A pattern of files to leave out.
    #[error("{place}: not a pattern: {why}")]
    Pattern {
        /// File or flag.
        place: String,
        /// What is wrong with it.
        why: String,
    },
    /// All files of a directory are left out, or there are none.
    #[error("nothing to push in `{}`", .0.display())]
    NothingToPush(PathBuf),
    /// A private key among the files to push.
    #[error("`{}` holds a private age identity", .0.display())]
    Identity(PathBuf),
    /// A name that an archive cannot hold.
    #[error("the name of `{}` is not UTF-8 text", .0.display())]
    Name(PathBuf),
    /// Secrets in clear text that would be written to files.
    #[error("{id} ({origin}) would be written to a file in clear text")]
    ClearText {
        /// The object.
        id: Box<ObjectId>,
        /// Where it is defined.
        origin: Origin,
    },
    /// Files cannot be packed.
    #[error("cannot pack the files")]
    Pack(#[source] std::io::Error),
    /// The registry.
    #[error(transparent)]
    Registry(#[from] oci::Error),
    /// Flags of `gen` that make no object.
    #[error(transparent)]
    Generate(#[from] generate::Error),
    /// No context was named and none belongs to a project.
    #[error("no cluster named: there is no project here and `--context` is not set")]
    NoContext,
    /// The kubeconfig files cannot be found.
    #[error(transparent)]
    Kubeconfig(#[from] kubeconfig::Error),
    /// The API server cannot be talked to.
    #[error(transparent)]
    Server(#[from] k8s::Error),
    /// Some objects were refused; each was reported when it happened.
    #[error("{failed} of {} could not be applied", Count(*total, "object"))]
    Incomplete {
        /// How many were refused.
        failed: usize,
        /// How many there are.
        total: usize,
    },
    /// Some objects were applied but will not become ready.
    #[error("{failed} of {} will not become ready", Count(*total, "object"))]
    Broken {
        /// How many failed for good.
        failed: usize,
        /// How many there are.
        total: usize,
    },
    /// The deadline passed.
    #[error("timed out after {}: {waiting} of {} not ready", Took(*after), Count(*total, "object"))]
    TimedOut {
        /// The deadline.
        after: Duration,
        /// How many are not ready.
        waiting: usize,
        /// How many there are.
        total: usize,
    },
    /// A set of objects that cannot be used.
    #[error(transparent)]
    ApplySet(#[from] super::applyset::Error),
    /// Not everything was deleted; each object was reported when it happened.
    #[error(transparent)]
    Removal(#[from] super::removal::Error),
    /// A question nobody could answer.
    #[error("no terminal to ask: {0}")]
    NeedsConsent(String),
    /// A word of the command line cannot be.
    #[error("{message}")]
    Argument {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: String,
    },
    /// Some objects cannot get to where they are waited for; each was reported.
    #[error("{failed} of {} will not get there", Count(*total, "object"))]
    WaitFailed {
        /// How many failed for good.
        failed: usize,
        /// How many there are.
        total: usize,
    },
    /// The deadline of a wait passed.
    #[error("timed out after {}: {waiting} of {} not there", Took(*after), Count(*total, "object"))]
    WaitTimedOut {
        /// The deadline.
        after: Duration,
        /// How many are not there.
        waiting: usize,
        /// How many there are.
        total: usize,
    },
    /// Some objects cannot be compared; each was reported.
    #[error("{failed} of {} could not be compared", Count(*total, "object"))]
    Incomparable {
        /// How many could not.
        failed: usize,
        /// How many there are.
        total: usize,
    },
    /// Something is wrong in the manifests; each finding was reported.
    #[error("found {} in {invalid} of {}", Count(*findings, "problem"), Count(*objects, "object"))]
    Invalid {
        /// How many things are wrong.
        findings: usize,
        /// How many objects they are in.
        invalid: usize,
        /// How many objects were checked.
        objects: usize,
    },
    /// The schemas that this program carries do not unpack.
    #[error("cannot unpack the bundled schemas")]
    Schemas(#[source] std::io::Error),
    /// The user stopped the run.
    #[error("interrupted")]
    Interrupted,
    /// Output could not be written.
    #[error("cannot write to standard output")]
    Output(#[source] std::io::Error),
}

impl Error {
    /// The line of the manifest that is to blame, with a caret below the column. None of a text with secrets.
    pub fn excerpt(&self) -> Option<&str> {
        match self {
            Error::Yaml(error) => error.excerpt(),
            Error::Document { excerpt, .. } => excerpt.as_deref(),
            Error::Kustomization(error) => error.excerpt(),
            _ => None,
        }
    }

    /// The exit code that follows.
    pub fn exit(&self) -> Exit {
        match self {
            Error::File(_)
            | Error::Missing(_)
            | Error::NoSource
            | Error::Encoding(_)
            | Error::Empty(_)
            | Error::Yaml(_)
            | Error::Kustomization(_)
            | Error::Document { .. }
            | Error::Object { .. }
            | Error::Twice { .. }
            | Error::SeveralTrees
            | Error::Pattern { .. }
            | Error::NothingToPush(_)
            | Error::Identity(_)
            | Error::Name(_)
            | Error::ClearText { .. }
            | Error::Generate(_)
            | Error::NoContext
            | Error::NeedsConsent(_)
            | Error::Argument { .. }
            | Error::Kubeconfig(_)
            | Error::Server(
                k8s::Error::NoContext { .. }
                | k8s::Error::NoKubeconfig { .. }
                | k8s::Error::Kubeconfig { .. },
            ) => Exit::Usage,
            Error::ApplySet(error) => error.exit(),
            Error::Removal(error) => error.exit(),
            Error::Registry(error) => error.exit(),
            Error::TimedOut { .. } | Error::WaitTimedOut { .. } => Exit::TimedOut,
            Error::Interrupted => Exit::Interrupted,
            Error::Stdin(_)
            | Error::Decrypt { .. }
            | Error::Pack(_)
            | Error::Server(_)
            | Error::Incomplete { .. }
            | Error::Broken { .. }
            | Error::WaitFailed { .. }
            | Error::Incomparable { .. }
            | Error::Invalid { .. }
            | Error::Schemas(_)
            | Error::Output(_) => Exit::Failed,
        }
    }
}

impl From<KustomizationError> for Error {
    fn from(error: KustomizationError) -> Self {
        Self::Kustomization(Box::new(error))
    }
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Error::File(error) => error.hint(),
            Error::Yaml(error) => error.hint(),
            Error::Decrypt { source, .. } => source.hint(),
            Error::Kubeconfig(error) => error.hint(),
            Error::Server(error) => error.hint(),
            Error::ApplySet(error) => error.hint(),
            Error::Removal(error) => error.hint(),
            Error::NeedsConsent(_) => Some("pass `--yes` to agree in advance".into()),
            Error::Registry(error) => error.hint(),
            Error::Generate(error) => error.hint(),
            Error::SeveralTrees => Some(
                "name the directory that holds them all, or push what `--build` makes of them"
                    .into(),
            ),
            Error::Identity(_) => {
                Some("keep it elsewhere, or leave it out with a `.sourceignore` file".into())
            }
            Error::ClearText { .. } => Some(
                "leave values encrypted with `--no-decrypt`, or allow it with `--allow-plaintext`"
                    .into(),
            ),
            Error::NoSource => {
                Some("name files or directories with `-f`, or `-` for standard input".into())
            }
            Error::NoContext => Some("name the kubeconfig context with `--context`".into()),
            Error::Kustomization(error) => error.hint(),
            Error::Argument { hint, .. } => Some(hint.clone().into()),
            Error::WaitTimedOut { .. } => Some("allow more time with `--timeout`".into()),
            Error::Twice { .. } => Some("keep one of the definitions".into()),
            Error::TimedOut { .. } => {
                Some("allow more time with `--timeout`, or do not wait with `--wait=false`".into())
            }
            _ => None,
        }
    }
}
