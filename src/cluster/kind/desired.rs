//! Kind's containers and network, field by field as kind makes them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use sha1::{Digest, Sha1};

use crate::cluster::distribution::{Desired, LabelKeys, NodeSpec, Role};
use crate::cluster::model::{ContainerSpec, NetworkSpec, PortBinding, Protocol, Restart};
use crate::cluster::observed::{HostFacts, Network};
use crate::config::kind::{
    HostPort, IpFamily, KindConfig, KindNode, Mount, Propagation, Role as ConfigRole,
};
use crate::env::EnvMap;

use super::kubeadm::{API_PORT, joined_ranges};

/// Labels of kind, which are ours too: either tool finds the clusters of the other.
pub const LABELS: LabelKeys = LabelKeys {
    distribution: "Kind",
    cluster: "io.x-k8s.kind.cluster",
    role: "io.x-k8s.kind.role",
    nodes: &["control-plane", "worker"],
};

/// Subnets tried for a network's IPv6 side before it is given up.
const IPV6_ATTEMPTS: i32 = 5;

/// The network all Kind clusters share.
pub const DEFAULT_NETWORK: &str = "kind";

/// What the containers depend on besides the configuration.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// Name of the cluster.
    pub cluster: &'a str,
    /// The kind configuration with defaults applied.
    pub config: &'a KindConfig,
    /// The Engine's host.
    pub host: &'a HostFacts,
    /// Environment of the user: proxies and kind's own variables.
    pub env: &'a EnvMap,
    /// The network as it is, if it exists.
    pub network: Option<&'a Network>,
    /// Finds a port that is free at a host address now; `None` leaves the choice to the Engine.
    pub free_port: &'a dyn Fn(IpAddr) -> Option<u16>,
}

/// Name of the network, from the environment or the default.
pub fn network_name(env: &EnvMap) -> &str {
    env.get("KIND_EXPERIMENTAL_DOCKER_NETWORK")
        .unwrap_or(DEFAULT_NETWORK)
}

/// Container names in the order of the configured nodes: the first of a role has no number.
pub fn node_names(cluster: &str, config: &KindConfig) -> Vec<String> {
    let mut seen: BTreeMap<Role, u32> = BTreeMap::new();
    let name = |node: &KindNode| {
        let role = role(node.role);
        let number = seen
            .entry(role)
            .and_modify(|number| *number += 1)
            .or_insert(1);
        let suffix = if *number > 1 {
            number.to_string()
        } else {
            String::new()
        };
        format!("{cluster}-{}{suffix}", role_name(role))
    };
    config.nodes.iter().map(name).collect()
}

/// The role of a configured node.
pub fn role(role: ConfigRole) -> Role {
    match role {
        ConfigRole::ControlPlane => Role::ControlPlane,
        ConfigRole::Worker => Role::Worker,
    }
}

/// The value of the role label.
pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::ControlPlane => "control-plane",
        Role::Worker => "worker",
        Role::LoadBalancer => "external-load-balancer",
    }
}

/// Everything that makes up the cluster, control plane first.
pub fn desired(input: &Input<'_>) -> Desired {
    let names = node_names(input.cluster, input.config);
    let proxies = proxies(input, &names);
    let mut nodes: Vec<NodeSpec> = input
        .config
        .nodes
        .iter()
        .zip(&names)
        .map(|(node, name)| NodeSpec {
            role: role(node.role),
            container: container(input, node, name, &proxies),
        })
        .collect();
    nodes.sort_by_key(|node| node.role);
    Desired {
        cluster: input.cluster.to_owned(),
        network: network(input),
        volumes: Vec::new(),
        nodes,
    }
}

fn network(input: &Input<'_>) -> NetworkSpec {
    let name = network_name(input.env);
    let options = BTreeMap::from([(
        "com.docker.network.bridge.enable_ip_masquerade".to_owned(),
        "true".to_owned(),
    )]);
    NetworkSpec {
        name: name.to_owned(),
        options,
        labels: BTreeMap::new(),
        ipv6_subnet: Some(ipv6_subnet(name, 0)),
        ipv6_fallbacks: (1..IPV6_ATTEMPTS)
            .map(|attempt| ipv6_subnet(name, attempt))
            .collect(),
        ipv4: None,
    }
}

/// The IPv6 subnet kind derives from a network's name; a further `attempt` gives another one.
pub fn ipv6_subnet(name: &str, attempt: i32) -> String {
    let digest = Sha1::new()
        .chain_update(name)
        .chain_update(attempt.to_le_bytes())
        .finalize();
    let mut bytes = [0u8; 16];
    bytes[0] = 0xfc;
    bytes[2..8].copy_from_slice(&digest[2..8]);
    format!("{}/64", std::net::Ipv6Addr::from(bytes))
}

fn container(input: &Input<'_>, node: &KindNode, name: &str, proxies: &[String]) -> ContainerSpec {
    let networking = &input.config.networking;
    let control_plane = node.role == ConfigRole::ControlPlane;
    let mut sysctls = BTreeMap::new();
    if networking.ip_family != IpFamily::Ipv4 {
        sysctls.insert("net.ipv6.conf.all.disable_ipv6".to_owned(), "0".to_owned());
        sysctls.insert("net.ipv6.conf.all.forwarding".to_owned(), "1".to_owned());
    }
    let binding = |container_port, protocol, address: IpAddr, port| PortBinding {
        container_port,
        protocol,
        host_address: address.to_string(),
        host_port: match port {
            HostPort::Fixed(port) => Some(port),
            HostPort::Random => (input.free_port)(address),
            HostPort::Engine => None,
        },
    };
    let mut ports = Vec::new();
    if control_plane {
        let port = networking.api_server_port;
        ports.push(binding(
            API_PORT,
            Protocol::Tcp,
            networking.api_server_address,
            port,
        ));
    }
    let extra = node.ports.iter();
    ports.extend(extra.map(|port| {
        binding(
            port.container_port,
            port.protocol,
            port.listen_address,
            port.host_port,
        )
    }));
    ContainerSpec {
        name: name.to_owned(),
        image: node.image.clone(),
        labels: BTreeMap::from([
            (LABELS.cluster.to_owned(), input.cluster.to_owned()),
            (
                LABELS.role.to_owned(),
                role_name(role(node.role)).to_owned(),
            ),
        ]),
        env: environment(input, control_plane, proxies),
        tty: true,
        privileged: true,
        security_options: vec!["seccomp=unconfined".into(), "apparmor=unconfined".into()],
        tmpfs: vec!["/tmp".into(), "/run".into()],
        anonymous_volumes: vec!["/var".into()],
        binds: binds(input.host, &node.mounts),
        devices: if input.host.rootless {
            vec!["/dev/fuse".into()]
        } else {
            Vec::new()
        },
        private_cgroup_namespace: true,
        host_user_namespace: input.host.user_namespaces,
        // Once: nodes come back after the Engine restarts, but do not crash for ever.
        restart: Restart::OnFailure(1),
        init: false,
        network: network_name(input.env).to_owned(),
        sysctls,
        ports,
        ..ContainerSpec::default()
    }
}

fn binds(host: &HostFacts, mounts: &[Mount]) -> Vec<String> {
    let mut binds = vec!["/lib/modules:/lib/modules:ro".to_owned()];
    let driver = ["btrfs", "zfs", "devicemapper"].contains(&host.storage_driver.as_str());
    let backing = host
        .backing_filesystem
        .as_deref()
        .is_some_and(|fs| ["btrfs", "zfs", "xfs"].contains(&fs));
    if !host.rootless && (driver || backing) {
        // The kubelet looks up the device behind the root file system.
        binds.push("/dev/mapper:/dev/mapper".into());
    }
    binds.extend(mounts.iter().map(|mount| {
        let mut options = Vec::new();
        if mount.read_only {
            options.push("ro");
        }
        if mount.selinux_relabel {
            options.push("Z");
        }
        match mount.propagation {
            Propagation::None => {}
            Propagation::HostToContainer => options.push("rslave"),
            Propagation::Bidirectional => options.push("rshared"),
        }
        let options = if options.is_empty() {
            String::new()
        } else {
            format!(":{}", options.join(","))
        };
        format!(
            "{}:{}{options}",
            mount.host_path.display(),
            mount.container_path
        )
    }));
    binds
}

fn environment(input: &Input<'_>, control_plane: bool, proxies: &[String]) -> Vec<String> {
    const SNAPSHOTTER: &str = "KIND_EXPERIMENTAL_CONTAINERD_SNAPSHOTTER";
    let mut env = Vec::new();
    if control_plane {
        env.push("KUBECONFIG=/etc/kubernetes/admin.conf".to_owned());
    }
    if let Some(snapshotter) = input.env.get(SNAPSHOTTER) {
        env.push(format!("{SNAPSHOTTER}={snapshotter}"));
    }
    if let Some(search) = &input.config.networking.dns_search {
        env.push(format!("KIND_DNS_SEARCH={}", search.join(" ")));
    }
    env.extend(proxies.iter().cloned());
    env
}

/// Proxy variables in both spellings; what is inside the cluster never goes through a proxy.
fn proxies(input: &Input<'_>, names: &[String]) -> Vec<String> {
    let either = |name: &str| {
        input
            .env
            .get(name)
            .or_else(|| input.env.get(&name.to_lowercase()))
    };
    let mut found: Vec<(&str, String)> = ["HTTP_PROXY", "HTTPS_PROXY"]
        .into_iter()
        .filter_map(|name| Some((name, either(name)?.to_owned())))
        .collect();
    if found.is_empty() {
        return Vec::new();
    }
    let networking = &input.config.networking;
    let mut exceptions: Vec<String> = input
        .network
        .map(|network| network.subnets.clone())
        .unwrap_or_default();
    exceptions.extend(either("NO_PROXY").map(str::to_owned));
    exceptions.extend([
        joined_ranges(&networking.service_subnets),
        joined_ranges(&networking.pod_subnets),
    ]);
    exceptions.extend(names.iter().cloned());
    exceptions.extend([".svc", ".svc.cluster", ".svc.cluster.local"].map(str::to_owned));
    found.push(("NO_PROXY", exceptions.join(",")));
    found
        .into_iter()
        .flat_map(|(name, value)| {
            [
                format!("{name}={value}"),
                format!("{}={value}", name.to_lowercase()),
            ]
        })
        .collect()
}
