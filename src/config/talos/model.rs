//! What `talos/`, `ksail.yaml` and flags say about a Talos cluster.

use super::patch::Patch;
use crate::config::fields::Located;

/// A whole cluster. What no file says is `None`, for flags and defaults to fill.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TalosConfig {
    /// All patches in the order in which they apply: for all nodes, then for control planes, then for workers, each
    /// folder by file name.
    pub patches: Vec<Patch>,
    /// The cluster's name. No patch gives one; flags and `ksail.yaml` do.
    pub name: Option<Located<String>>,
    /// Number of control-plane nodes.
    pub control_planes: Option<Located<u32>>,
    /// Number of worker nodes.
    pub workers: Option<Located<u32>>,
    /// Image of the nodes, whose tag is the version of Talos.
    pub image: Option<Located<String>>,
    /// Version of Kubernetes, without a `v`.
    pub kubernetes_version: Option<Located<String>>,
    /// The talosconfig to write.
    pub talosconfig: Option<Located<String>>,
    /// Ports of the nodes that the host publishes as well.
    pub ports: Vec<Located<PortMapping>>,
}

/// A port of every control-plane node that the host publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortMapping {
    /// Port in the node.
    pub container: u16,
    /// Port on the host; the same if zero.
    pub host: u16,
    /// Whether it is UDP instead of TCP.
    pub udp: bool,
}
