//! Why a set cannot be used.

use std::borrow::Cow;

use crate::error::Hint;
use crate::exit::Exit;
use crate::k8s::inventory::{Fault, GroupKind, IS_PARENT_TYPE, PART_OF, Parent};
use crate::workload::object::{ObjectId, Origin};

/// A set that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// `--prune` without anything that says which set is meant.
    #[error("`--prune` needs to know which objects belong together: {0}")]
    NoScope(&'static str),
    /// Nothing to apply, so that everything would be pruned.
    #[error(
        "no Kubernetes objects found in {0}: an empty input does not say that everything is to be pruned"
    )]
    Empty(String),
    /// The parent is not what it must be.
    #[error(transparent)]
    Parent(#[from] Fault),
    /// The kind of the parent is not served.
    #[error("the server has no resource `{0}` for the parent of an applyset")]
    UnknownKind(String),
    /// Objects of this kind may not be parents.
    #[error("objects of `{0}` may not be parents of applysets")]
    NotPermitted(String),
    /// A custom resource is not made by us.
    #[error("the parent {0} does not exist, and custom resources are not created for this")]
    NoCustomParent(Box<Parent>),
    /// Members that cannot be looked at.
    #[error("nobody answers for {0} at the moment, and the applyset may have objects of it")]
    Away(GroupKind),
    /// There is no such set.
    #[error("there is no applyset {0}")]
    NotFound(Box<Parent>),
    /// A manifest says that its object belongs to another set.
    #[error("{origin}: {id} belongs to another applyset: its label `{PART_OF}` is `{label}`")]
    OtherSet {
        /// Where it is defined.
        origin: Origin,
        /// The object.
        id: Box<ObjectId>,
        /// The label in the manifest.
        label: String,
    },
}

impl Error {
    /// The exit code that follows.
    pub fn exit(&self) -> Exit {
        match self {
            Error::NoScope(_)
            | Error::Empty(_)
            | Error::UnknownKind(_)
            | Error::OtherSet { .. } => Exit::Usage,
            Error::Parent(_)
            | Error::NotPermitted(_)
            | Error::NoCustomParent(_)
            | Error::Away(_)
            | Error::NotFound(_) => Exit::Failed,
        }
    }
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(match self {
            Error::NoScope(_) => "name the set: `--applyset=NAME`".into(),
            Error::Empty(_) => "`--allow-empty` says so".into(),
            Error::Parent(fault) => return fault.hint(),
            Error::UnknownKind(_) => "use a secret: `--applyset=NAME`, or `configmaps/NAME`".into(),
            Error::NotPermitted(_) => {
                format!("its CustomResourceDefinition needs the label `{IS_PARENT_TYPE}`").into()
            }
            Error::NoCustomParent(parent) => format!(
                "create it with the label `applyset.kubernetes.io/id={}` and the annotations that parents have",
                parent.id()
            )
            .into(),
            Error::Away(_) => "an extension API server is away; see `kubectl get apiservices`".into(),
            Error::NotFound(_) => "sets have a namespace: name it with `--namespace`".into(),
            Error::OtherSet { .. } => "take the label out of the manifest".into(),
        })
    }
}
