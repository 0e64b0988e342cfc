//! `kind.yaml`: the `Cluster` of `kind.x-k8s.io/v1alpha4` as plain data, with defaults applied and every rule checked.

mod decode;
mod model;
mod network;
mod patches;
mod ports;

pub use decode::decode;
pub use model::{
    HostPort, IpFamily, JsonPatch, KindConfig, KindNode, MergePatch, Mount, Networking, Operation,
    OperationKind, Patches, PortMapping, Propagation, ProxyMode, Role,
};

/// The `apiVersion` that we read.
pub const API_VERSION: &str = "kind.x-k8s.io/v1alpha4";
/// Node image if neither flag nor file names one.
pub const DEFAULT_IMAGE: &str = "kindest/node:v1.36.4";

#[cfg(test)]
mod tests;
