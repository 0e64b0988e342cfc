//! Plain types of a k3d cluster. What the file leaves out is `None` where flags or other files may have a say, and the
//! default elsewhere.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use super::place::PortRule;
use super::place::{Filtered, Placed};
use super::volume::VolumeSpec;
use crate::config::cidr::Cidr;
use crate::config::fields::Located;
use crate::secret::Secret;

/// A whole cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct K3dConfig {
    /// `metadata.name`
    pub name: Option<Located<String>>,
    /// Number of servers, at least 1; k3d's default is 1.
    pub servers: Option<Located<u32>>,
    /// Number of agents; k3d's default is 0.
    pub agents: Option<Located<u32>>,
    /// Where the API server is published.
    pub api: Api,
    /// Image reference, or `latest`, `stable` or `+CHANNEL`, which ask a server for a version.
    pub image: Option<Located<String>>,
    /// An existing network; `host` is that of the host.
    pub network: Option<Located<String>>,
    /// Address range of the cluster's own network.
    pub subnet: Option<Located<Subnet>>,
    /// What nodes join with.
    pub token: Option<Located<Secret<String>>>,
    /// Volumes of nodes.
    pub volumes: Vec<Filtered<VolumeSpec>>,
    /// Published ports.
    pub ports: Vec<PortRule>,
    /// Environment of nodes.
    pub env: Vec<Filtered<EnvVar>>,
    /// Files written before nodes start.
    pub files: Vec<Filtered<FileRule>>,
    /// `registries.config`
    pub registries: Option<Located<RegistriesConfig>>,
    /// Additional host names.
    pub host_aliases: Vec<Placed<HostAlias>>,
    /// `options.k3d`
    pub k3d: K3dOptions,
    /// `options.k3s`
    pub k3s: K3sOptions,
    /// `options.kubeconfig`
    pub kubeconfig: KubeconfigOptions,
    /// `options.runtime`
    pub runtime: RuntimeOptions,
}

/// Where the API server is published.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Api {
    /// Host name or address for the kubeconfig.
    pub host: Option<Located<String>>,
    /// Host address to listen on.
    pub host_ip: Option<Located<Ipv4Addr>>,
    /// Host port.
    pub host_port: Option<Located<ApiPort>>,
}

/// Host port of the API server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiPort {
    /// A free one, chosen once.
    Random,
    /// Exactly this one.
    Fixed(u16),
}

/// Address range of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subnet {
    /// A free one.
    Auto,
    /// This one.
    Range(Cidr),
}

/// An environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvVar {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A file of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRule {
    /// Where its content comes from.
    pub source: FileSource,
    /// Absolute path in the node.
    pub destination: String,
    /// What the user says about it.
    pub description: Option<String>,
}

/// Content of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileSource {
    /// Written in the configuration: a text of more than one line.
    Inline(String),
    /// Absolute path on the host.
    Path(PathBuf),
}

/// K3s's configuration of registries, which may hold passwords.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistriesConfig {
    /// Written in the configuration: a YAML text of more than one line.
    Inline(Secret<String>),
    /// Absolute path on the host.
    Path(PathBuf),
}

/// Host names of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostAlias {
    /// The address.
    pub ip: IpAddr,
    /// The names, at least one.
    pub hostnames: Vec<String>,
}

/// What k3d itself does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct K3dOptions {
    /// Whether to wait for the cluster.
    pub wait: bool,
    /// How long to wait; zero is without an end to k3d.
    pub timeout: Option<Located<Duration>>,
    /// Whether to go without a load balancer.
    pub disable_load_balancer: Option<Located<bool>>,
    /// Whether to go without the volume for images.
    pub disable_image_volume: bool,
    /// Whether to keep what a failed creation leaves.
    pub disable_rollback: bool,
    /// Settings of the load balancer.
    pub load_balancer: LoadBalancerOptions,
}

impl Default for K3dOptions {
    fn default() -> Self {
        Self {
            wait: true,
            timeout: None,
            disable_load_balancer: None,
            disable_image_volume: false,
            disable_rollback: false,
            load_balancer: LoadBalancerOptions::default(),
        }
    }
}

/// Settings of the load balancer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LoadBalancerOptions {
    /// `settings.workerConnections`
    pub worker_connections: Option<Placed<u32>>,
    /// `settings.defaultProxyTimeout`
    pub proxy_timeout: Option<Placed<Duration>>,
}

/// What K3s is told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct K3sOptions {
    /// Arguments of `k3s server` and `k3s agent`.
    pub extra_args: Vec<Filtered<String>>,
    /// Labels of Nodes.
    pub node_labels: Vec<Filtered<Label>>,
}

/// A label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Its key.
    pub key: String,
    /// Its value, often empty.
    pub value: String,
}

/// What happens to the kubeconfig.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KubeconfigOptions {
    /// Whether the cluster is added to it.
    pub update_default: bool,
    /// Whether the cluster becomes the current context.
    pub switch_context: bool,
}

impl Default for KubeconfigOptions {
    fn default() -> Self {
        Self {
            update_default: true,
            switch_context: true,
        }
    }
}

/// What the Engine is told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuntimeOptions {
    /// Memory limit of every server, in bytes.
    pub servers_memory: Option<Located<u64>>,
    /// Memory limit of every agent, in bytes.
    pub agents_memory: Option<Located<u64>>,
    /// Whether nodes share the process IDs of the host.
    pub host_pid_mode: bool,
    /// Labels of containers.
    pub labels: Vec<Filtered<Label>>,
    /// Limits of the processes in all nodes.
    pub ulimits: Vec<Placed<Ulimit>>,
}

/// A limit of processes; -1 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ulimit {
    /// Its name, such as `nofile`.
    pub name: &'static str,
    /// The limit that applies.
    pub soft: i64,
    /// The highest that a process may ask for.
    pub hard: i64,
}
