//! A cluster as configured, before anything is known of the Engine, and what binds it to one. Pure.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::distribution::{Distribution, Error, ImageFiles};
use super::observed::{HostFacts, Snapshot};
use super::plan::WaitFor;
use crate::env::EnvMap;

/// What the configuration file says about the command itself. Flags go before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defaults {
    /// How far to wait.
    pub wait: WaitFor,
    /// How long.
    pub timeout: Option<Duration>,
    /// Keep what a failed creation leaves.
    pub retain: bool,
    /// Merge the cluster into the kubeconfig.
    pub kubeconfig: bool,
    /// Select its context there.
    pub switch: bool,
    /// The talosconfig file, where that is not the usual one.
    pub talosconfig: Option<PathBuf>,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            wait: WaitFor::System,
            timeout: None,
            retain: false,
            kubeconfig: true,
            switch: true,
            talosconfig: None,
        }
    }
}

/// The network a cluster's containers join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkNeed {
    /// The network of this name; the Engine chooses addresses.
    Named(String),
    /// The same, but a subnet has to be chosen if it does not exist.
    OwnSubnet(String),
}

/// What a blueprint is bound to.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The Engine.
    pub snapshot: &'a Snapshot,
    /// The user's environment.
    pub env: &'a EnvMap,
    /// Files named by the configuration, by path.
    pub files: &'a BTreeMap<PathBuf, Vec<u8>>,
    /// The files of [`super::family::Family::recovery`], where nodes are added to a cluster that exists.
    pub recovered: Option<&'a ImageFiles>,
    /// Subnets that the host routes elsewhere.
    pub routes: &'a [String],
    /// Finds a port that is free at a host address now; `None` leaves the choice to the Engine.
    pub free_port: &'a dyn Fn(IpAddr) -> Option<u16>,
    /// Random bytes, as many as asked for.
    pub random: &'a dyn Fn(usize) -> Vec<u8>,
    /// The time certificates begin to be valid.
    pub now: time::OffsetDateTime,
}

/// A cluster as configured.
pub trait Blueprint: fmt::Debug + Send + Sync {
    /// Images of its containers.
    fn images(&self, env: &EnvMap) -> Vec<String>;

    /// Its network.
    fn network(&self, env: &EnvMap) -> NetworkNeed;

    /// Files of the host to read before it can be bound.
    fn reads(&self) -> Vec<PathBuf>;

    /// We choose the API server's port ourselves, so that another can be tried.
    fn picks_api_port(&self) -> bool;

    /// Whether the user asks for this port of the host, so that no other will do.
    fn asks_for(&self, _port: u16) -> bool {
        false
    }

    /// We choose the network's address range ourselves.
    fn picks_subnet(&self) -> bool;

    /// What the user should know about the host.
    fn notices(&self, host: &HostFacts) -> Vec<String>;

    /// What its file says about the command.
    fn defaults(&self) -> Defaults;

    /// Binds it to an Engine.
    fn bind(&self, facts: &Facts<'_>) -> Result<Arc<dyn Distribution>, Error>;
}
