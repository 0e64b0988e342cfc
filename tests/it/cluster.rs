//! The cluster commands against the fake Engine: what is asked of it, and what people see.

mod create;
mod existing;
mod k3s;
mod refusals;
mod talos;

use serde_json::json;

use crate::support::context::Context;
use crate::support::engine::{Engine, Script};

const IMAGE: &str = "kindest/node:v1.36.4";

/// An Engine with the node image and the shared network.
pub(crate) fn engine() -> Engine {
    Engine::empty()
        .image(IMAGE)
        .network("kind", "172.18.0.0/16")
        .image_file("/kind/version", "v1.36.4\n")
        .image_file("/kind/manifests/default-cni.yaml", "kind: DaemonSet\n")
}

/// What `POST /containers/create` sends for a node, as far as lists show it.
pub(crate) fn node(cluster: &str, role: &str) -> serde_json::Value {
    let ports = match role {
        "control-plane" => json!({"6443/tcp": [{"HostIp": "127.0.0.1", "HostPort": "36443"}]}),
        _ => json!({}),
    };
    json!({
        "Image": IMAGE,
        "Labels": {"io.x-k8s.kind.cluster": cluster, "io.x-k8s.kind.role": role},
        "HostConfig": {"NetworkMode": "kind", "PortBindings": ports},
    })
}

/// A node that logs these lines after its start.
pub(crate) fn says(lines: &[&str]) -> Script {
    Script {
        logs: lines.iter().map(|line| format!("{line}\r\n")).collect(),
        ..Script::default()
    }
}

/// The containers that are left.
fn left(context: &Context) -> Vec<String> {
    context
        .docker()
        .containers()
        .into_iter()
        .map(|(name, _)| name)
        .collect()
}
