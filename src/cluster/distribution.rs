//! What a distribution contributes to the shared layers: pure functions only.
//!
//! The shared layers ask, the distribution answers with data; nothing here touches an Engine or an API server.
//! Adding a distribution adds a folder that implements [`Distribution`], never a branch elsewhere.

use std::fmt;

use serde_json::Value;

use super::model::{ContainerSpec, FileSpec, NetworkSpec};
use crate::kubeconfig;
use crate::secret::Secret;

/// Part a node plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Runs the API server.
    ControlPlane,
    /// Runs workloads only.
    Worker,
}

/// A node as it should be.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct NodeSpec {
    /// Its part.
    pub role: Role,
    /// Its container.
    pub container: ContainerSpec,
}

/// Everything on the Engine that makes up one cluster.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Desired {
    /// Cluster name.
    pub cluster: String,
    /// The network all nodes join; shared with other clusters where the distribution does so.
    pub network: NetworkSpec,
    /// Nodes, control plane first.
    pub nodes: Vec<NodeSpec>,
}

impl Desired {
    /// The node whose API server is published.
    pub fn control_plane(&self) -> &NodeSpec {
        &self.nodes[0]
    }
}

/// A label and what finds a distribution's containers by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LabelKeys {
    /// Distribution as `ksail.yaml` names it.
    pub distribution: &'static str,
    /// Label whose value is the cluster's name.
    pub cluster: &'static str,
    /// Label whose value is the node's role.
    pub role: &'static str,
}

impl LabelKeys {
    /// What selects the containers of one cluster.
    pub fn selector(&self, cluster: &str) -> String {
        format!("{}={cluster}", self.cluster)
    }
}

/// Files read out of an image before the first start, by absolute path.
pub type ImageFiles = Vec<(String, Vec<u8>)>;

/// What a node says on its console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// It has come this far.
    Progress(String),
    /// Its setup is complete.
    Complete,
    /// A line that explains the failure that follows.
    Explained(String),
    /// Its setup failed at this step.
    Failed(String),
}

/// How to reach an API server as an administrator.
#[derive(Debug, Clone)]
pub struct Access {
    /// `https://host:port`.
    pub server: String,
    /// Certificate authority, PEM.
    pub ca: String,
    /// Client certificate, PEM.
    pub certificate: String,
    /// Client key, PEM.
    pub key: Secret<String>,
}

impl Access {
    /// The kubeconfig entries for this access, all under one name as kind has them.
    pub fn named(self, name: &str) -> kubeconfig::Access {
        kubeconfig::Access {
            names: kubeconfig::Names::same(name),
            server: self.server,
            certificate_authority: self.ca,
            client_certificate: self.certificate,
            client_key: self.key,
        }
    }
}

/// What goes into the API server besides what the nodes put there themselves.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Objects {
    /// Created the moment the API server accepts them: nodes wait for theirs, the user for permissions.
    pub first: Vec<Value>,
    /// Network and storage add-ons.
    pub addons: Vec<Value>,
}

/// A distribution bound to one cluster. Built before anything is created; `learn` completes it with what the node
/// image says about itself.
pub trait Distribution: fmt::Debug + Send + Sync {
    /// Labels of its containers.
    fn labels(&self) -> LabelKeys;

    /// Files and directories of the image that hold what [`Distribution::learn`] needs. Small ones: they are read
    /// whole.
    fn image_paths(&self) -> &'static [&'static str];

    /// Takes in those files: version, manifests.
    fn learn(&self, files: &ImageFiles) -> Result<(), Error>;

    /// Files a node needs before its first start.
    fn files(&self, node: &str) -> Result<Vec<FileSpec>, Error>;

    /// Reads one console line.
    fn signal(&self, line: &str) -> Option<Signal>;

    /// Objects to create.
    fn objects(&self) -> Result<Objects, Error>;

    /// A patch for the Node of the control plane once setup is complete, as JSON merge patch.
    fn node_patch(&self) -> Option<Value>;

    /// Access at `server` for the setup itself; may bypass authorisation that is not in place yet.
    fn setup_access(&self, server: &str) -> Result<Access, Error>;

    /// Access at `server` for the user, as written to the kubeconfig.
    fn user_access(&self, server: &str) -> Result<Access, Error>;

    /// Name of context, cluster and user in the kubeconfig.
    fn context(&self) -> String;
}

/// A distribution cannot say what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The image is not a node image of this distribution.
    #[error("the image `{image}` is not a node image: `{path}` is missing")]
    NotANodeImage {
        /// Image reference.
        image: String,
        /// File that a node image has.
        path: String,
    },
    /// Its version cannot be used.
    #[error("cannot use the image `{image}`")]
    Version {
        /// Image reference.
        image: String,
        /// Why not.
        #[source]
        source: super::kind::version::Error,
    },
    /// A patch of the user does not apply.
    #[error(transparent)]
    Patch(Box<super::kind::patch::Error>),
    /// A manifest of the image cannot be read.
    #[error("cannot read the manifest `{path}` of the image `{image}`")]
    Manifest {
        /// Image reference.
        image: String,
        /// Path in the image.
        path: String,
        /// What is wrong.
        #[source]
        source: Box<crate::yaml::Error>,
    },
    /// A certificate cannot be made.
    #[error(transparent)]
    Certificate(#[from] super::kind::pki::Error),
}

impl From<super::kind::patch::Error> for Error {
    fn from(error: super::kind::patch::Error) -> Self {
        Self::Patch(Box::new(error))
    }
}

impl crate::error::Hint for Error {
    fn hint(&self) -> Option<std::borrow::Cow<'static, str>> {
        match self {
            Error::NotANodeImage { .. } => {
                Some("use an image made for kind, such as `kindest/node:v1.36.4`".into())
            }
            Error::Version { source, .. } => source.hint(),
            Error::Patch(source) => source.hint(),
            Error::Manifest { .. } | Error::Certificate(_) => None,
        }
    }
}
