//! K3s's containers, network and volume, field by field as k3d makes them, except where that hurts: addresses are
//! fixed, the API server listens on the loopback, helpers have no privileges.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use super::proxy::{self, Route};
use super::subnet::{self, Subnet};
use crate::cluster::blueprint::Facts;
use crate::cluster::distribution::{Desired, Error, LabelKeys, NodeSpec, Role};
use crate::cluster::model::{
    ContainerSpec, NetworkSpec, PortBinding, Protocol, Restart, Ulimit, VolumeSpec,
};
use crate::cluster::observed::{HostFacts, Network, Observed};
use crate::config::k3d::{self, ApiPort, Counts, HostAlias, K3dConfig, NodeRef};
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
pub(super) const EXTERNAL: &str = "k3d.cluster.network.external";
pub(super) const OWNER: (&str, &str) = ("app", "k3d");
/// The version of k3d whose conventions these are.
const K3D_VERSION: &str = "v5.9.0";
/// Load balancer of k3d's own.
const PROXY_IMAGE: &str = "ghcr.io/k3d-io/k3d-proxy:5.9.0";
const PROXY_IMAGE_VARIABLE: &str = "K3D_IMAGE_LOADBALANCER";
const HOST_NAME: &str = "host.k3d.internal";
const ENTRYPOINT: &str = include_str!("entrypoint.sh");
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
    let mut labels = BTreeMap::from([
        pair(OWNER.0, OWNER.1),
        pair("k3d.version", K3D_VERSION),
        pair(LABELS.cluster, cluster),
        pair(TOKEN, token.expose()),
        pair("k3d.cluster.url", &server_url(cluster)),
        pair("k3d.cluster.network", &name_of_network),
        pair(EXTERNAL, &external.to_string()),
    ]);
    if let Some(subnet) = subnet {
        labels.extend([pair("k3d.cluster.network.iprange", &subnet.to_string())]);
    }
    if let Some(network) = network {
        labels.extend([pair("k3d.cluster.network.id", &network.id)]);
    }
    if !config.host_aliases.is_empty() {
        let aliases: Vec<serde_json::Value> = config
            .host_aliases
            .iter()
            .map(|alias| serde_json::json!({"ip": alias.value.ip, "hostnames": alias.value.hostnames}))
            .collect();
        let text = serde_json::Value::from(aliases).to_string();
        labels.extend([pair("k3d.cluster.start.hostaliases", &text)]);
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
    let builder = Builder {
        cluster,
        config,
        counts,
        host: &facts.snapshot.host,
        network: &name_of_network,
        labels: &labels,
        subnet: subnet.filter(|_| !external),
        api: &api,
        token: &token,
        proxy_image: proxy_image(facts.env),
    };
    let all = nodes(counts);
    let mut specs = Vec::new();
    for (index, node) in all.iter().enumerate() {
        specs.push(builder.node(index, *node)?);
    }
    let (routes, published) = builder.ports()?;
    for (node, ports) in published {
        if let Some(index) = all.iter().position(|known| *known == node) {
            specs[index].container.ports.extend(ports);
        }
    }
    let publisher = if counts.load_balancer { all.len() - 1 } else { 0 };
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
        publisher,
    })
}

/// The network is one that k3d or we made for a cluster, so it goes with the cluster.
pub(super) fn is_ours(network: &Network) -> bool {
    network
        .labels
        .get(OWNER.0)
        .is_some_and(|owner| owner == OWNER.1)
}

fn subnet_of(
    config: &K3dConfig,
    network: Option<&Network>,
    external: bool,
    facts: &Facts<'_>,
) -> Result<Option<Subnet>, Error> {
    if let Some(network) = network {
        return Ok(network.subnets.iter().find_map(|text| Subnet::parse(text)));
    }
    if external {
        return Err(Error::Host {
            what: format!(
                "there is no bridge network `{}`",
                config
                    .network
                    .as_ref()
                    .map_or("", |network| &network.value)
            ),
            hint: "create it with `docker network create`, or leave `network` out for one of the cluster's own",
        });
    }
    if let Some(k3d::Subnet::Range(range)) = config.subnet.as_ref().map(|subnet| subnet.value) {
        return Ok(Subnet::parse(&range.to_string()));
    }
    let used = facts
        .snapshot
        .bridges
        .iter()
        .flat_map(|network| &network.subnets)
        .chain(facts.routes)
        .map(String::as_str);
    subnet::free(used).map(Some).ok_or_else(|| Error::Host {
        what: "all address ranges for a network are taken".into(),
        hint: "remove unused networks with `docker network prune`, or choose a range with `subnet` in the k3d.yaml",
    })
}

/// The token of the file, of the cluster that exists, or a new one.
fn token(config: &K3dConfig, facts: &Facts<'_>) -> Secret<String> {
    use std::fmt::Write as _;
    if let Some(token) = &config.token {
        return token.value.clone();
    }
    let existing = facts.snapshot.containers.iter();
    if let Some(token) = existing.filter_map(|node| node.labels.get(TOKEN)).next() {
        return Secret::new(token.clone());
    }
    let mut text = String::new();
    for byte in (facts.random)(TOKEN_BYTES) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Secret::new(text)
}

fn server_url(cluster: &str) -> String {
    format!("https://{}:{API_PORT}", name(cluster, NodeRef::Server(0)))
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

/// Where the API server is published.
struct Api {
    host: String,
    address: IpAddr,
    port: Option<u16>,
}

impl Api {
    fn decide(config: &K3dConfig, facts: &Facts<'_>) -> Self {
        let configured = config.api.host_ip.as_ref();
        let address: IpAddr = configured
            .map_or(Ipv4Addr::LOCALHOST, |address| address.value)
            .into();
        let host = config.api.host.as_ref();
        let existing = facts
            .snapshot
            .containers
            .iter()
            .find_map(|node| node.labels.get(API_HOST_PORT)?.parse().ok());
        let port = match config.api.host_port.as_ref().map(|port| port.value) {
            Some(ApiPort::Fixed(port)) => Some(port),
            Some(ApiPort::Random) | None => existing.or_else(|| (facts.free_port)(address)),
        };
        Self {
            host: host.map_or_else(|| address.to_string(), |host| host.value.clone()),
            address,
            port,
        }
    }

    fn binding(&self) -> PortBinding {
        PortBinding {
            container_port: API_PORT,
            protocol: Protocol::Tcp,
            host_address: self.address.to_string(),
            host_port: self.port,
        }
    }
}

struct Builder<'a> {
    cluster: &'a str,
    config: &'a K3dConfig,
    counts: Counts,
    host: &'a HostFacts,
    network: &'a str,
    labels: &'a BTreeMap<String, String>,
    subnet: Option<Subnet>,
    api: &'a Api,
    token: &'a Secret<String>,
    proxy_image: String,
}

type Published = Vec<(NodeRef, Vec<PortBinding>)>;

impl Builder<'_> {
    fn node(&self, index: usize, node: NodeRef) -> Result<NodeSpec, Error> {
        let config = self.config;
        let role = role(node);
        let mut labels = self.labels.clone();
        labels.extend([pair(LABELS.role, role_name(node))]);
        if role == Role::ControlPlane {
            labels.extend([
                pair(API_HOST, &self.api.host),
                pair(API_HOST_IP, &self.api.address.to_string()),
            ]);
            if let Some(port) = self.api.port {
                labels.extend([pair(API_HOST_PORT, &port.to_string())]);
            }
            let balancer = if self.counts.load_balancer {
                name(self.cluster, NodeRef::LoadBalancer)
            } else {
                String::new()
            };
            labels.extend([pair("k3d.server.loadbalancer", &balancer)]);
            if self.counts.servers > 1 {
                let first = node == NodeRef::Server(0);
                labels.extend([pair("k3d.server.init", &first.to_string())]);
            }
        }
        for label in &config.runtime.labels {
            if label.nodes(self.counts)?.contains(&node) {
                let label = &label.item.value;
                labels.insert(label.key.clone(), label.value.clone());
            }
        }
        let address = match self.subnet {
            Some(subnet) => {
                let address = subnet.host(index).ok_or_else(|| Error::Host {
                    what: format!(
                        "the address range {subnet} has room for {} containers only",
                        subnet.hosts()
                    ),
                    hint: "choose a larger one with `subnet` in the k3d.yaml",
                })?;
                labels.extend([pair("k3d.node.staticIP", &address.to_string())]);
                Some(address)
            }
            None => None,
        };
        let mut env = Vec::new();
        for variable in &config.env {
            if variable.nodes(self.counts)?.contains(&node) {
                let variable = &variable.item.value;
                env.push(format!("{}={}", variable.name, variable.value));
            }
        }
        let container = ContainerSpec {
            name: name(self.cluster, node),
            labels,
            network: self.network.to_owned(),
            address,
            restart: Restart::UnlessStopped,
            init: true,
            ulimits: config.runtime.ulimits.iter().map(ulimit).collect(),
            ..ContainerSpec::default()
        };
        let container = match node {
            NodeRef::LoadBalancer => ContainerSpec {
                image: self.proxy_image.clone(),
                entrypoint: ["/bin/sh", "-c", proxy::SCRIPT].map(str::to_owned).into(),
                env,
                ..container
            },
            NodeRef::Server(_) | NodeRef::Agent(_) => self.k3s(node, container, env)?,
        };
        Ok(NodeSpec { role, container })
    }

    /// A container that runs K3s.
    fn k3s(
        &self,
        node: NodeRef,
        container: ContainerSpec,
        user_env: Vec<String>,
    ) -> Result<ContainerSpec, Error> {
        let config = self.config;
        let mut env = vec![
            format!("K3S_TOKEN={}", self.token.expose()),
            format!("K3S_KUBECONFIG_OUTPUT={KUBECONFIG}"),
        ];
        if node != NodeRef::Server(0) {
            env.push(format!("K3S_URL={}", server_url(self.cluster)));
        }
        env.extend(user_env);
        let mut binds = Vec::new();
        let mut anonymous_volumes = Vec::new();
        for volume in &config.volumes {
            if volume.nodes(self.counts)?.contains(&node) {
                let volume = &volume.item.value;
                match volume.bind() {
                    Some(bind) => binds.push(bind),
                    None => anonymous_volumes.push(volume.destination.clone()),
                }
            }
        }
        if !config.k3d.disable_image_volume {
            binds.push(format!("k3d-{}-images:/k3d/images", self.cluster));
        }
        let mut extra_hosts = vec![format!("{HOST_NAME}:host-gateway")];
        for alias in &config.host_aliases {
            let HostAlias { ip, hostnames } = &alias.value;
            extra_hosts.extend(hostnames.iter().map(|name| format!("{name}:{ip}")));
        }
        let memory = match node {
            NodeRef::Server(_) => &config.runtime.servers_memory,
            _ => &config.runtime.agents_memory,
        };
        let memory = memory.as_ref().map(|memory| memory.value);
        if let Some(memory) = memory {
            env.push(format!("KSAIL_MEMORY_KB={}", memory / 1024));
        }
        Ok(ContainerSpec {
            image: image(config),
            entrypoint: ["/bin/sh", "-c", ENTRYPOINT, "k3s"]
                .map(str::to_owned)
                .into(),
            command: self.command(node)?,
            env,
            privileged: true,
            host_user_namespace: true,
            tmpfs: vec!["/run".into(), "/var/run".into()],
            binds,
            anonymous_volumes,
            extra_hosts,
            memory,
            host_processes: config.runtime.host_pid_mode,
            ..container
        })
    }

    fn command(&self, node: NodeRef) -> Result<Vec<String>, Error> {
        let server = role(node) == Role::ControlPlane;
        let mut command = vec![if server { "server" } else { "agent" }.to_owned()];
        if self.host.cgroup_version == 1 && knows_cgroup_flag(&image(self.config)) {
            command.push("--kubelet-arg=fail-cgroupv1=false".into());
        }
        if node == NodeRef::Server(0) && self.counts.servers > 1 {
            command.push("--cluster-init".into());
        }
        for arg in &self.config.k3s.extra_args {
            if arg.nodes(self.counts)?.contains(&node) {
                command.push(arg.item.value.clone());
            }
        }
        for label in &self.config.k3s.node_labels {
            if label.nodes(self.counts)?.contains(&node) {
                let label = &label.item.value;
                command.push("--node-label".into());
                command.push(format!("{}={}", label.key, label.value));
            }
        }
        if server {
            let balancer = name(self.cluster, NodeRef::LoadBalancer);
            let names = [Some(&self.api.host), Some(&balancer).filter(|_| self.counts.load_balancer)];
            for name in names.into_iter().flatten() {
                command.push("--tls-san".into());
                command.push(name.clone());
            }
        }
        Ok(command)
    }

    /// What the load balancer forwards, and what is published where besides the API server.
    fn ports(&self) -> Result<(Vec<Route>, Published), Error> {
        let target = |node: NodeRef| {
            let index = nodes(self.counts).iter().position(|known| *known == node);
            let address = index.and_then(|index| self.subnet?.host(index));
            (name(self.cluster, node), address)
        };
        let servers = (0..self.counts.servers).map(NodeRef::Server);
        let mut routes = vec![Route {
            port: API_PORT,
            protocol: Protocol::Tcp,
            targets: servers.map(target).collect(),
        }];
        let mut published: Published = Vec::new();
        for rule in &self.config.ports {
            for publication in rule.publish(self.counts)? {
                let bindings = publication.mappings.iter().map(|mapping| PortBinding {
                    container_port: mapping.container_port,
                    protocol: mapping.protocol,
                    host_address: mapping
                        .host_address
                        .map(|address| address.to_string())
                        .unwrap_or_default(),
                    host_port: mapping.host_port,
                });
                published.push((publication.on, bindings.collect()));
                for mapping in &publication.mappings {
                    let same = routes.iter_mut().find(|route| {
                        (route.port, route.protocol) == (mapping.container_port, mapping.protocol)
                    });
                    let targets = publication.targets.iter().copied().map(target);
                    match same {
                        _ if publication.targets.is_empty() => {}
                        Some(route) => {
                            for target in targets {
                                if !route.targets.contains(&target) {
                                    route.targets.push(target);
                                }
                            }
                        }
                        None => routes.push(Route {
                            port: mapping.container_port,
                            protocol: mapping.protocol,
                            targets: targets.collect(),
                        }),
                    }
                }
            }
        }
        Ok((routes, published))
    }
}

fn role(node: NodeRef) -> Role {
    match node {
        NodeRef::Server(_) => Role::ControlPlane,
        NodeRef::Agent(_) => Role::Worker,
        NodeRef::LoadBalancer => Role::LoadBalancer,
    }
}

fn role_name(node: NodeRef) -> &'static str {
    match node {
        NodeRef::Server(_) => "server",
        NodeRef::Agent(_) => "agent",
        NodeRef::LoadBalancer => "loadbalancer",
    }
}

fn ulimit(limit: &k3d::Placed<k3d::Ulimit>) -> Ulimit {
    Ulimit {
        name: limit.value.name.to_owned(),
        soft: limit.value.soft,
        hard: limit.value.hard,
    }
}

/// Kubelets before 1.31 have no such flag and would not start with it.
fn knows_cgroup_flag(image: &str) -> bool {
    let tag = image.rsplit_once(':').map_or("", |(_, tag)| tag);
    let mut numbers = tag.trim_start_matches('v').split(['.', '-', '+']);
    let mut next = || numbers.next().and_then(|number| number.parse::<u32>().ok());
    match (next(), next()) {
        (Some(major), Some(minor)) => (major, minor) >= (1, 31),
        _ => true,
    }
}
