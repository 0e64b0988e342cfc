//! What is true of all clusters of a distribution, and the table of distributions: pure functions only.
//!
//! The shared layers look distributions up here. Adding one adds a folder and a line of [`FAMILIES`], never a branch
//! elsewhere.

use std::fmt;

use super::blueprint::Blueprint;
use super::distribution::{Access, BroughtUp, Desired, Error, Gate, LabelKeys, Lost, Role, Signal};
use super::observed::{Container, Network, State};
use super::plan::Op;
use super::removal::Removal;
use crate::config::DistributionFile;
use crate::exec::plan::Plan;
use crate::kubeconfig::Names;
use crate::secret::Secret;
use crate::settings::{Sourced, Wanted};
use crate::{config, settings};

/// Every distribution, in the order of the documentation.
pub static FAMILIES: [&dyn Family; 3] =
    [&super::kind::Kind, &super::k3s::K3s, &super::talos::Talos];

/// The distribution that `ksail.yaml` calls by this name.
pub fn named(distribution: &str) -> Option<&'static dyn Family> {
    FAMILIES
        .into_iter()
        .find(|family| family.format().distribution == distribution)
}

/// How the host reaches the API server of a cluster that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// At this address and port.
    Known(String, u16),
    /// Where the Engine publishes this port of this container.
    Published {
        /// Engine id.
        container: String,
        /// Port inside it.
        port: u16,
    },
}

impl Endpoint {
    /// Where a TCP port of a container is published: only of running ones lists tell.
    pub fn of(container: &Container, port: u16) -> Self {
        let mut listed = container.ports.iter();
        let listed = listed.find(|found| found.container_port == port);
        match listed.filter(|_| container.state == State::Running) {
            Some(found) => Self::Known(found.host_address.clone(), found.host_port),
            None => Self::Published {
                container: container.id.clone(),
                port,
            },
        }
    }
}

/// What a control plane keeps once its setup came to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// A file in a small directory that only our setup makes.
    Listed {
        /// The directory.
        directory: &'static str,
        /// The file that tells the end of the setup.
        file: &'static str,
    },
    /// A path that every setup makes, whoever began it; too much to be read.
    Path(&'static str),
}

/// Objects of a cluster besides its containers, as far as they can be found on the Engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Belongings {
    /// Bridge networks.
    pub networks: Vec<Network>,
    /// Names of volumes.
    pub volumes: Vec<String>,
}

/// How the belongings of a cluster are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traces {
    /// Name of the network of its own.
    pub network: String,
    /// Label (`key=value`) of its volumes.
    pub volumes: String,
}

/// What the machines of a cluster were made of.
pub trait Secrets {
    /// All of it, in the form that the distribution's own tools read.
    fn text(&self) -> Secret<String>;

    /// Administrator's access to the API of the machines at `server`, valid from `now`.
    fn access(&self, server: String, now: time::OffsetDateTime) -> Result<Access, Error>;
}

/// What is true of all machines of a distribution.
pub trait MachineFamily {
    /// Name of a cluster's context in the talosconfig.
    fn context(&self, cluster: &str) -> String;

    /// Where the host reaches the machines' API.
    fn endpoint(&self, containers: &[Container]) -> Option<Endpoint>;

    /// What a cluster was made of, out of its access file.
    fn secrets(&self, file: &str, control_plane: &Container) -> Result<Box<dyn Secrets>, Error>;
}

/// A distribution. Everything here is known without an Engine.
pub trait Family: fmt::Debug + Sync {
    /// Its name and file.
    fn format(&self) -> &'static config::Format;

    /// Labels of its containers.
    fn labels(&self) -> LabelKeys;

    /// Name of a cluster nobody has named.
    fn default_name(&self) -> &'static str;

    /// The distribution's own variable for the name.
    fn name_variable(&self) -> Option<&'static str>;

    /// Whether a cluster can be called so, whatever nodes it has. The error is the end of a sentence.
    fn check_name(&self, name: &str) -> Result<(), String>;

    /// Names in the kubeconfig.
    fn names(&self, cluster: &str) -> Names;

    /// The configuration with what flags, variables and `ksail.yaml` say, and what the user should know.
    fn configure(
        &self,
        file: Option<&DistributionFile>,
        name: &Sourced<String>,
        wanted: &Wanted,
    ) -> Result<(DistributionFile, Vec<String>), settings::Error>;

    /// The cluster to create.
    fn blueprint(&self, cluster: &str, config: &DistributionFile) -> Box<dyn Blueprint>;

    /// Flags of `create` that only this distribution has.
    fn flags(&self) -> &'static [&'static str];

    /// The control plane that access to the cluster comes from.
    fn control_plane<'a>(&self, containers: &'a [Container]) -> Option<&'a Container>;

    /// Path in it of the file that administrator's access comes from.
    fn access_file(&self) -> &'static str;

    /// Access from that file, at `server`; without one at the address inside the container network. What is minted is
    /// valid from `now`.
    fn access(
        &self,
        file: &str,
        control_plane: &Container,
        server: Option<String>,
        now: time::OffsetDateTime,
    ) -> Result<Access, Error>;

    /// Where the host reaches the API server.
    fn endpoint(&self, containers: &[Container]) -> Option<Endpoint>;

    /// The part a container plays; `None` for one that is neither node nor load balancer.
    fn role(&self, container: &Container) -> Option<Role>;

    /// When nodes of an existing cluster may join.
    fn gate(&self, containers: &[Container]) -> Option<Gate>;

    /// The steps that start what of a cluster is stopped.
    fn bring_back(&self, desired: &Desired, plan: &mut Plan<Op>, lost: &Lost<'_>) -> BroughtUp;

    /// Reads one console line.
    fn signal(&self, line: &str) -> Option<Signal>;

    /// What to do about a node that is stuck for this reason.
    fn remedy(&self, why: &str) -> Option<&'static str>;

    /// Namespaces of the Deployments that make up the system.
    fn system_namespaces(&self) -> &'static [&'static str];

    /// What tells a cluster from an interrupted attempt; `None` if an attempt can always be taken up again.
    fn marker(&self) -> Option<Marker>;

    /// Files of the control plane that are needed to add nodes to a cluster that exists.
    fn recovery(&self) -> &'static [&'static str];

    /// What is true of their machines, where these have an API of their own beneath Kubernetes.
    fn machines(&self) -> Option<&dyn MachineFamily>;

    /// How to find what belongs to the cluster besides its containers; `None` if nothing does.
    fn traces(&self, cluster: &str) -> Option<Traces>;

    /// What is to be removed of these, after the containers.
    fn removals(&self, cluster: &str, found: &Belongings) -> Vec<Removal>;
}
