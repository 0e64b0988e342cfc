//! Plain types of a kind cluster. Absent fields hold their defaults.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use crate::cluster::model::Protocol;
use crate::config::cidr::Cidr;
use crate::config::fields::Located;
use crate::yaml::Location;

/// A whole cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindConfig {
    /// Cluster name if the file gives one.
    pub name: Option<Located<String>>,
    /// All nodes in the order of the file; one control plane if it lists none.
    pub nodes: Vec<KindNode>,
    /// Where the file lists nodes; `None` if [`KindConfig::nodes`] is the default.
    pub nodes_at: Option<Location>,
    /// Cluster-wide network settings.
    pub networking: Networking,
    /// Feature gates of all Kubernetes components.
    pub feature_gates: BTreeMap<String, bool>,
    /// `--runtime-config` of the API server.
    pub runtime_config: BTreeMap<String, String>,
    /// kubeadm patches for all nodes.
    pub patches: Patches,
}

impl Default for KindConfig {
    /// One control plane and nothing else.
    fn default() -> Self {
        Self {
            name: None,
            nodes: vec![KindNode::new(Role::ControlPlane)],
            nodes_at: None,
            networking: Networking::default(),
            feature_gates: BTreeMap::new(),
            runtime_config: BTreeMap::new(),
            patches: Patches::default(),
        }
    }
}

/// What a node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Runs the API server and etcd.
    ControlPlane,
    /// Runs workloads only.
    Worker,
}

impl Role {
    /// kind's spelling, also the value of its role label and part of node names.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::ControlPlane => "control-plane",
            Role::Worker => "worker",
        }
    }
}

/// One node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindNode {
    /// What it does.
    pub role: Role,
    /// Image reference.
    pub image: String,
    /// Labels of the Kubernetes node.
    pub labels: BTreeMap<String, String>,
    /// Host directories and files inside the node.
    pub mounts: Vec<Mount>,
    /// Ports published on the host.
    pub ports: Vec<PortMapping>,
    /// kubeadm patches of this node, applied after those of the cluster.
    pub patches: Patches,
}

impl KindNode {
    /// A node without any settings of its own.
    pub fn new(role: Role) -> Self {
        Self {
            role,
            image: super::DEFAULT_IMAGE.to_owned(),
            labels: BTreeMap::new(),
            mounts: Vec::new(),
            ports: Vec::new(),
            patches: Patches::default(),
        }
    }
}

/// A bind mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Absolute path on the host.
    pub host_path: PathBuf,
    /// Absolute path in the node.
    pub container_path: String,
    /// Mounted read-only.
    pub read_only: bool,
    /// Relabelled for `SELinux`.
    pub selinux_relabel: bool,
    /// How mounts inside it travel between host and node.
    pub propagation: Propagation,
}

/// Mount propagation in Kubernetes' terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Propagation {
    /// Private; nothing travels.
    #[default]
    None,
    /// `rslave`: later mounts of the host appear in the node.
    HostToContainer,
    /// `rshared`: in both directions.
    Bidirectional,
}

/// A published port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortMapping {
    /// Port in the node.
    pub container_port: u16,
    /// Port on the host.
    pub host_port: HostPort,
    /// Host address it listens on.
    pub listen_address: IpAddr,
    /// Protocol of both sides.
    pub protocol: Protocol,
    /// Where it is written.
    pub at: Location,
}

/// How the host side of a published port is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostPort {
    /// We pick a free port once and keep it (`0`).
    Random,
    /// The Engine picks one at every start (`-1`).
    Engine,
    /// Exactly this one.
    Fixed(u16),
}

/// Cluster-wide network settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Networking {
    /// Address families of pods and services.
    pub ip_family: IpFamily,
    /// Host address on which the API server is published.
    pub api_server_address: IpAddr,
    /// Host port of the API server.
    pub api_server_port: HostPort,
    /// Pod ranges: one, or IPv4 and IPv6 in the order of the file.
    pub pod_subnets: Vec<Cidr>,
    /// Service ranges, likewise.
    pub service_subnets: Vec<Cidr>,
    /// Leave the pod network to the user.
    pub disable_default_cni: bool,
    /// Mode of kube-proxy.
    pub kube_proxy_mode: ProxyMode,
    /// DNS search domains of the nodes; `None` = those of the host.
    pub dns_search: Option<Vec<String>>,
}

/// Address families of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IpFamily {
    /// IPv4 only.
    #[default]
    Ipv4,
    /// IPv6 only.
    Ipv6,
    /// Both.
    Dual,
}

/// Mode of kube-proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProxyMode {
    /// iptables rules.
    #[default]
    Iptables,
    /// IP virtual server.
    Ipvs,
    /// nftables rules.
    Nftables,
    /// No kube-proxy at all.
    None,
}

impl ProxyMode {
    /// kind's and kube-proxy's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            ProxyMode::Iptables => "iptables",
            ProxyMode::Ipvs => "ipvs",
            ProxyMode::Nftables => "nftables",
            ProxyMode::None => "none",
        }
    }
}

/// Changes to the kubeadm configuration: merge patches first, then JSON patches, each in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patches {
    /// `kubeadmConfigPatches`.
    pub merge: Vec<MergePatch>,
    /// `kubeadmConfigPatchesJSON6902`.
    pub json: Vec<JsonPatch>,
}

/// A merge patch (RFC 7386) for the documents of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergePatch {
    /// `kind` of the documents it applies to.
    pub kind: String,
    /// `apiVersion` of those documents; `None` = any.
    pub api_version: Option<String>,
    /// The whole patch, with `kind` and `apiVersion`.
    pub patch: serde_json::Value,
    /// Where it is written.
    pub at: Location,
}

/// A JSON patch (RFC 6902) for the documents of its group, version and kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPatch {
    /// API group.
    pub group: String,
    /// API version without the group.
    pub version: String,
    /// `kind`.
    pub kind: String,
    /// The operations in order.
    pub operations: Vec<Operation>,
    /// Where it is written.
    pub at: Location,
}

/// One operation of a JSON patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// What it does.
    pub kind: OperationKind,
    /// JSON pointer to its target.
    pub path: String,
}

/// What an operation does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperationKind {
    /// Adds or inserts the value.
    Add(serde_json::Value),
    /// Removes the target.
    Remove,
    /// Replaces the target.
    Replace(serde_json::Value),
    /// Moves from this pointer.
    Move(String),
    /// Copies from this pointer.
    Copy(String),
    /// Fails unless the target equals the value.
    Test(serde_json::Value),
}
