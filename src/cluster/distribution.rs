//! What a distribution contributes to the shared layers: pure functions only.
//!
//! The shared layers ask, the distribution answers with data; nothing here touches an Engine or an API server.
//! Adding a distribution adds a folder that implements [`Distribution`], never a branch elsewhere.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use super::model::{ContainerSpec, FileSpec, NetworkSpec, PortBinding, VolumeSpec};
use super::plan::Op;
use crate::error::Hint;
use crate::exec::event::StepId;
use crate::exec::plan::Plan;
use crate::kubeconfig;
use crate::secret::Secret;
use crate::talosconfig;

/// Part a container plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Runs the API server.
    ControlPlane,
    /// Runs workloads only.
    Worker,
    /// Leads ports of the host to nodes; no node itself.
    LoadBalancer,
}

/// A container of the cluster as it should be.
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
    /// The network all containers join; shared with other clusters where the distribution does so.
    pub network: NetworkSpec,
    /// Named volumes of the cluster.
    pub volumes: Vec<VolumeSpec>,
    /// Nodes, control plane first, then helpers.
    pub nodes: Vec<NodeSpec>,
}

impl Desired {
    /// The first control plane.
    pub fn control_plane(&self) -> &NodeSpec {
        &self.nodes[0]
    }

    /// The containers that are Kubernetes nodes.
    pub fn kubernetes_nodes(&self) -> impl Iterator<Item = &NodeSpec> {
        self.nodes
            .iter()
            .filter(|node| node.role != Role::LoadBalancer)
    }

    /// Names of the containers that are no nodes.
    pub fn helper_names(&self) -> Vec<&str> {
        self.nodes
            .iter()
            .filter(|node| node.role == Role::LoadBalancer)
            .map(|node| node.container.name.as_str())
            .collect()
    }

    /// Names of the Kubernetes nodes.
    pub fn node_names(&self) -> Vec<&str> {
        self.kubernetes_nodes()
            .map(|node| node.container.name.as_str())
            .collect()
    }
}

/// A label and what finds a distribution's containers by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LabelKeys {
    /// Distribution as lists show it.
    pub distribution: &'static str,
    /// Label whose value is the cluster's name.
    pub cluster: &'static str,
    /// Label whose value is the container's role.
    pub role: &'static str,
    /// Roles of containers that are nodes.
    pub nodes: &'static [&'static str],
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
    /// It cannot go on, for this reason, and would try for ever.
    Stuck(String),
    /// It has trouble that may pass; the same again and again does not.
    Struggling(String),
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
    /// The kubeconfig entries for this access.
    pub fn named(self, names: kubeconfig::Names) -> kubeconfig::Access {
        kubeconfig::Access {
            names,
            server: self.server,
            certificate_authority: self.ca,
            client_certificate: self.certificate,
            client_key: self.key,
        }
    }

    /// The talosconfig context for this access; `nodes` are asked unless others are named.
    pub fn to_machines(self, name: String, nodes: Vec<String>) -> talosconfig::Access {
        talosconfig::Access {
            name,
            endpoints: vec![self.server.trim_start_matches("https://").to_owned()],
            nodes,
            authority: self.ca,
            certificate: self.certificate,
            key: self.key,
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

/// Where access for the setup comes from.
#[derive(Debug, Clone)]
pub enum AccessSource {
    /// We are the authority.
    Minted(Access),
    /// The control plane writes it to this path of its own when its API server is up.
    Written(&'static str),
}

/// When nodes may join: the server answers this path with success to this user.
#[derive(Debug, Clone)]
pub struct Gate {
    /// Path of the URL.
    pub path: &'static str,
    /// User name.
    pub user: &'static str,
    /// Password.
    pub password: Secret<String>,
}

/// Deployments that make up the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    /// Their namespaces.
    pub namespaces: &'static [&'static str],
    /// There will be some in the first of them.
    pub expected: bool,
}

/// A distribution bound to one cluster. Built before anything is created; `learn` completes it with what the node
/// image says about itself.
pub trait Distribution: fmt::Debug + Send + Sync {
    /// The cluster as it should be.
    fn desired(&self) -> &Desired;

    /// What the user should know about the configuration.
    fn warnings(&self) -> &[String];

    /// The steps from created containers to nodes that set themselves up; `created` are the steps that create the
    /// containers, in the order of [`Desired::nodes`].
    fn bring_up(&self, plan: &mut Plan<Op>, created: &[StepId]) -> BroughtUp;

    /// The steps that bring back what a cluster has lost.
    fn bring_back(&self, plan: &mut Plan<Op>, lost: &Lost<'_>) -> BroughtUp;

    /// The container and its port that publish the API server.
    fn api_port(&self) -> Option<(&ContainerSpec, &PortBinding)>;

    /// Files and directories of the image that hold what [`Distribution::learn`] needs. Small ones: they are read
    /// whole.
    fn image_paths(&self) -> &'static [&'static str];

    /// Takes in those files: version, manifests.
    fn learn(&self, files: &ImageFiles) -> Result<(), Error>;

    /// Files a container needs before its first start.
    fn files(&self, container: &str) -> Result<Vec<FileSpec>, Error>;

    /// Reads one console line.
    fn signal(&self, line: &str) -> Option<Signal>;

    /// What to do about a node that is stuck for this reason.
    fn remedy(&self, why: &str) -> Option<&'static str>;

    /// Objects to create.
    fn objects(&self) -> Result<Objects, Error>;

    /// A patch for the Node of the control plane once setup is complete, as JSON merge patch.
    fn node_patch(&self) -> Option<Value>;

    /// What a Ready node still lacks to run pods.
    fn lacks(&self, node: &Value) -> Option<String>;

    /// The cluster comes with a network for pods; without one its nodes wait for what the user installs.
    fn brings_network(&self) -> bool;

    /// Deployments to wait for.
    fn system(&self) -> System;

    /// When further nodes may start, if they must wait.
    fn gate(&self) -> Option<Gate>;

    /// Consoles are listened to while nodes are awaited, because no step of its own awaits a node's setup.
    fn is_heard(&self) -> bool;

    /// The machines beneath Kubernetes, if they have an API of their own and it is known where.
    fn machines(&self) -> Option<&dyn Machines>;

    /// Access at `server` for the setup itself; may bypass authorisation that is not in place yet.
    fn setup_access(&self, server: &str) -> Result<AccessSource, Error>;

    /// Access at `server` for the user, as written to the kubeconfig; `None` if it is that of the setup.
    fn user_access(&self, server: &str) -> Result<Option<Access>, Error>;

    /// Name or address that users reach the API server at, if it is another than it listens at.
    fn public_host(&self) -> Option<&str>;
}

/// Machines with an API of their own beneath Kubernetes.
pub trait Machines {
    /// Access to that API, at the first control plane.
    fn access(&self) -> &Access;

    /// What to apply of the manifests that a control plane would apply itself, as soon as the API server answers, and
    /// on whose behalf.
    fn early(&self, manifests: Vec<Value>) -> Vec<Early>;
}

/// An object that is applied ahead of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Early {
    /// Who owns its fields.
    pub field_manager: &'static str,
    /// The object, or those fields of it.
    pub object: Value,
}

/// What of an existing cluster does not run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lost<'a> {
    /// Containers to be started.
    pub stopped: Vec<&'a str>,
    /// Workers and helpers that were gone, with the steps that create their containers.
    pub created: Vec<(&'a str, StepId)>,
}

/// What [`Distribution::bring_up`] added to the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BroughtUp {
    /// After these the kubeconfig is of use and waiting begins.
    pub usable: Vec<StepId>,
    /// After these all nodes run.
    pub started: Vec<StepId>,
}

/// A distribution cannot say what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration contradicts itself.
    #[error(transparent)]
    Config(#[from] crate::config::Error),
    /// Something of the host stands in the way.
    #[error("{what}")]
    Host {
        /// What.
        what: String,
        /// What to do.
        hint: &'static str,
    },
    /// A reason that only this distribution has.
    #[error(transparent)]
    Own(Own),
}

/// An error of one distribution, with its remedy.
#[derive(Debug)]
pub struct Own(Box<dyn Fault>);

/// What an error of a distribution can do.
pub trait Fault: std::error::Error + Hint + Send + Sync + 'static {}

impl<T: std::error::Error + Hint + Send + Sync + 'static> Fault for T {}

impl Error {
    /// An error of one distribution.
    pub fn own(fault: impl Fault) -> Self {
        Self::Own(Own(Box::new(fault)))
    }
}

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Own {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Error::Config(error) => error.hint(),
            Error::Host { hint, .. } => Some((*hint).into()),
            Error::Own(Own(fault)) => fault.hint(),
        }
    }
}
