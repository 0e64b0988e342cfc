//! `k3d.yaml`: the `Simple` cluster of `k3d.io/v1alpha5` as plain data, and k3d's short notations for ports, volumes and
//! nodes, which flags use as well.
//!
//! Decoding checks every value by itself. Whatever depends on how many nodes there are is for [`check()`], which runs when
//! flags and variables have had their say.

mod check;
mod decode;
mod destination;
mod filter;
mod flag;
mod labels;
mod lists;
mod model;
mod options;
mod place;
mod publish;
mod variable;
mod volume;

pub use check::{check, check_ports};
pub use decode::decode;
pub use destination::{SHORTCUTS, Shortcut};
pub use filter::{Counts, Group, NodeFilter, NodeRef, Subset, Suffix};
pub use flag::{SplitFlag, split_filter};
pub use labels::{node_label, runtime_label};
pub use model::{
    Api, ApiPort, EnvVar, FileRule, FileSource, HostAlias, K3dConfig, K3dOptions, K3sOptions,
    KubeconfigOptions, Label, LoadBalancerOptions, RegistriesConfig, RuntimeOptions, Subnet,
    Ulimit,
};
pub use place::{Filtered, Placed, PortRule, Subject};
pub use publish::Publication;
pub use volume::{VolumeSource, VolumeSpec};

/// The `apiVersion` that we read.
pub const API_VERSION: &str = "k3d.io/v1alpha5";
/// Cluster name if nothing else names it.
pub const DEFAULT_NAME: &str = "k3s-default";

#[cfg(test)]
mod tests;
