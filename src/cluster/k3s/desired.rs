//! K3s's containers, network and volume, field by field as k3d makes them, except where that hurts: addresses are
//! fixed, the API server listens on the loopback, helpers have no privileges.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::api::Api;
use super::container::Builder;
use super::network::{addresses, is_ours, subnet_of, takes_fixed_addresses};
use super::proxy::Route;
use crate::cluster::blueprint::Facts;
use crate::cluster::distribution::{Desired, Error, Gate, LabelKeys};
use crate::cluster::model::{NetworkSpec, VolumeSpec};
use crate::cluster::observed::Observed;
use crate::cluster::subnet::Subnet;
use crate::config::k3d::{Counts, K3dConfig, NodeRef};
use crate::secret::Secret;

/// Labels of k3d, which are ours too: either tool finds the clusters of the other.
pub const LABELS: LabelKeys = LabelKeys {
    distribution: "K3s",
    cluster: "k3d.cluster",
    role: "k3d.role",
    nodes: &["server", "agent"],
};
/// Node image if neither flag nor file names one.
pub const DEFAULT_IMAGE: &str = "rancher/k3s:v1.36.4-k3s1";
/// Port of the API server and of K3s's supervisor.
pub const API_PORT: u16 = 6443;
/// Where a server puts the administrator's kubeconfig.
pub const KUBECONFIG: &str = "/output/kubeconfig.yaml";
/// Label of the token.
pub(super) const TOKEN: &str = "k3d.cluster.token";
pub(super) const API_HOST: &str = "k3d.server.api.host";
pub(super) const API_HOST_IP: &str = "k3d.server.api.hostIP";
pub(super) const API_HOST_PORT: &str = "k3d.server.api.port";
/// Label of a fixed address.
pub(super) const STATIC_ADDRESS: &str = "k3d.node.staticIP";
pub(super) const EXTERNAL: &str = "k3d.cluster.network.external";
pub(super) const OWNER: (&str, &str) = ("app", "k3d");
/// The version of k3d whose conventions these are.
const K3D_VERSION: &str = "v5.9.0";
/// Load balancer of k3d's own.
const PROXY_IMAGE: &str = "ghcr.io/k3d-io/k3d-proxy:5.9.0";
const PROXY_IMAGE_VARIABLE: &str = "K3D_IMAGE_LOADBALANCER";
/// Length of a token: as many bits as a key has.
const TOKEN_BYTES: usize = 20;

/// A cluster with everything decided.
#[derive(Debug)]
pub(super) struct Decided {
    /// Containers, network, volume.
    pub(super) desired: Desired,
    /// What nodes join with.
    pub(super) token: Secret<String>,
    /// Number of nodes.
    pub(super) counts: Counts,
    /// What the load balancer forwards.
    pub(super) routes: Vec<Route>,
    /// Address of the host inside the network.
    pub(super) gateway: Option<Ipv4Addr>,
    /// Name or address of the API server in the kubeconfig.
    pub(super) api_host: String,
    /// Position in [`Desired::nodes`] of the container that publishes the API server.
    pub(super) publisher: usize,
}

/// How many nodes there are.
pub(super) fn counts(config: &K3dConfig) -> Counts {
    let number = |field: &Option<crate::config::Located<u32>>, default| {
        field.as_ref().map_or(default, |field| field.value)
    };
    let disabled = config.k3d.disable_load_balancer.as_ref();
    Counts {
        servers: number(&config.servers, 1),
        agents: number(&config.agents, 0),
        load_balancer: !disabled.is_some_and(|disabled| disabled.value),
    }
}

/// The image of servers and agents.
pub(super) fn image(config: &K3dConfig) -> String {
    config
        .image
        .as_ref()
        .map_or(DEFAULT_IMAGE, |image| &image.value)
        .to_owned()
}

/// The image of the load balancer.
pub(super) fn proxy_image(env: &crate::env::EnvMap) -> String {
    env.get(PROXY_IMAGE_VARIABLE).unwrap_or(PROXY_IMAGE).into()
}

/// Name of the network.
pub(super) fn network_name(cluster: &str, config: &K3dConfig) -> String {
    match &config.network {
        Some(network) => network.value.clone(),
        None => format!("k3d-{cluster}"),
    }
}

/// Name of a container.
pub(super) fn name(cluster: &str, node: NodeRef) -> String {
    match node {
        NodeRef::Server(index) => format!("k3d-{cluster}-server-{index}"),
        NodeRef::Agent(index) => format!("k3d-{cluster}-agent-{index}"),
        NodeRef::LoadBalancer => format!("k3d-{cluster}-serverlb"),
    }
}

/// All containers in order: servers, agents, load balancer.
pub(super) fn nodes(counts: Counts) -> Vec<NodeRef> {
    let mut nodes = counts.k3s_nodes();
    nodes.extend(counts.load_balancer.then_some(NodeRef::LoadBalancer));
    nodes
}

/// Everything that makes up the cluster.
pub(super) fn decide(
    cluster: &str,
    config: &K3dConfig,
    facts: &Facts<'_>,
) -> Result<Decided, Error> {
    let counts = counts(config);
    let name_of_network = network_name(cluster, config);
    let network = match &facts.snapshot.network {
        Observed::Present(network) => Some(network),
        Observed::Absent => None,
    };
    let external = network.is_some_and(|network| !is_ours(network)) || config.network.is_some();
    let subnet = subnet_of(config, network, external, facts)?;
    let api = Api::decide(config, facts);
    let token = token(config, facts);
    let mut labels = labels(cluster, config, &name_of_network, external, token.expose());
    if let Some(subnet) = subnet {
        labels.extend([pair("k3d.cluster.network.iprange", &subnet.to_string())]);
    }
    if let Some(network) = network {
        labels.extend([pair("k3d.cluster.network.id", &network.id)]);
    }
    let mut volumes = Vec::new();
    if !config.k3d.disable_image_volume {
        let name = format!("k3d-{cluster}-images");
        labels.extend([pair("k3d.cluster.imageVolume", &name)]);
        let labels = BTreeMap::from([
            pair(OWNER.0, OWNER.1),
            pair(LABELS.cluster, cluster),
            pair("k3d.version", K3D_VERSION),
        ]);
        volumes.push(VolumeSpec { name, labels });
    }
    let all = nodes(counts);
    let addresses = match subnet {
        Some(subnet) if !external && takes_fixed_addresses(facts) => {
            addresses(cluster, subnet, &all, &name_of_network, facts)?
        }
        _ => BTreeMap::new(),
    };
    let builder = Builder {
        cluster,
        config,
        counts,
        host: &facts.snapshot.host,
        network: &name_of_network,
        labels: &labels,
        addresses: &addresses,
        api: &api,
        token: &token,
        proxy_image: proxy_image(facts.env),
    };
    let mut specs = Vec::new();
    for node in &all {
        specs.push(builder.node(*node)?);
    }
    let (routes, published) = builder.ports()?;
    for (node, ports) in published {
        if let Some(index) = all.iter().position(|known| *known == node) {
            specs[index].container.ports.extend(ports);
        }
    }
    let publisher = if counts.load_balancer {
        all.len() - 1
    } else {
        0
    };
    specs[publisher].container.ports.insert(0, api.binding());
    let desired = Desired {
        cluster: cluster.to_owned(),
        network: NetworkSpec {
            name: name_of_network.clone(),
            options: BTreeMap::from([pair(
                "com.docker.network.bridge.enable_ip_masquerade",
                "true",
            )]),
            labels: BTreeMap::from([pair(OWNER.0, OWNER.1), pair(LABELS.cluster, cluster)]),
            ipv6_subnet: None,
            ipv6_fallbacks: Vec::new(),
            ipv4: subnet.map(|subnet| (subnet.to_string(), subnet.gateway().to_string())),
        },
        volumes,
        nodes: specs,
    };
    Ok(Decided {
        desired,
        token,
        counts,
        routes,
        gateway: subnet.map(Subnet::gateway),
        api_host: api.host,
        publisher,
    })
}

/// What k3d notes on every container.
fn labels(
    cluster: &str,
    config: &K3dConfig,
    network: &str,
    external: bool,
    token: &str,
) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::from([
        pair(OWNER.0, OWNER.1),
        pair("k3d.version", K3D_VERSION),
        pair(LABELS.cluster, cluster),
        pair(TOKEN, token),
        pair("k3d.cluster.url", &server_url(cluster)),
        pair("k3d.cluster.network", network),
        pair(EXTERNAL, &external.to_string()),
    ]);
    if !config.host_aliases.is_empty() {
        let aliases: Vec<serde_json::Value> = config
            .host_aliases
            .iter()
            .map(|alias| serde_json::json!({"ip": alias.value.ip, "hostnames": alias.value.hostnames}))
            .collect();
        let text = serde_json::Value::from(aliases).to_string();
        labels.extend([pair("k3d.cluster.start.hostaliases", &text)]);
    }
    labels
}

/// The token of the file, of the cluster that exists, or a new one.
fn token(config: &K3dConfig, facts: &Facts<'_>) -> Secret<String> {
    use std::fmt::Write as _;
    if let Some(token) = &config.token {
        return token.value.clone();
    }
    let mut existing = facts.snapshot.containers.iter();
    if let Some(token) = existing.find_map(|node| node.labels.get(TOKEN)) {
        return Secret::new(token.clone());
    }
    let mut text = String::new();
    for byte in (facts.random)(TOKEN_BYTES) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Secret::new(text)
}

/// When nodes may join: K3s's supervisor says so to whoever has the token.
pub(super) fn gate(token: Secret<String>) -> Gate {
    Gate {
        path: "/v1-k3s/readyz",
        user: "node",
        password: token,
    }
}

/// URL of the first server inside the network.
pub(super) fn server_url(cluster: &str) -> String {
    format!("https://{}:{API_PORT}", name(cluster, NodeRef::Server(0)))
}

/// An entry of a map of texts.
pub(super) fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}
