//! One container of a K3s cluster.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::api::Api;
use super::desired::{
    API_HOST, API_HOST_IP, API_HOST_PORT, KUBECONFIG, LABELS, STATIC_ADDRESS, image, name, pair,
    server_url,
};
use super::proxy;
use crate::cluster::distribution::{Error, NodeSpec, Role};
use crate::cluster::model::{ContainerSpec, Restart, Ulimit};
use crate::cluster::observed::HostFacts;
use crate::config::k3d::{self, Counts, HostAlias, K3dConfig, NodeRef};
use crate::secret::Secret;

const ENTRYPOINT: &str = include_str!("entrypoint.sh");
/// The controller manager begins its work when it has asked for an account and a token for each of its controllers. With
/// its usual limit of 20 requests a second that alone takes 4 s, in which no node gets a network. What the user sets
/// comes later and so counts.
const CONTROLLER_MANAGER: [&str; 2] = ["kube-api-qps=100", "kube-api-burst=200"];
const HOST_NAME: &str = "host.k3d.internal";

/// What the containers of a cluster are made from.
pub(super) struct Builder<'a> {
    pub(super) cluster: &'a str,
    pub(super) config: &'a K3dConfig,
    pub(super) counts: Counts,
    pub(super) host: &'a HostFacts,
    pub(super) network: &'a str,
    pub(super) labels: &'a BTreeMap<String, String>,
    /// Fixed addresses; none where the Engine chooses.
    pub(super) addresses: &'a BTreeMap<NodeRef, IpAddr>,
    pub(super) api: &'a Api,
    pub(super) token: &'a Secret<String>,
    pub(super) proxy_image: String,
}

impl Builder<'_> {
    /// The container of a node.
    pub(super) fn node(&self, node: NodeRef) -> Result<NodeSpec, Error> {
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
        let address = self.addresses.get(&node).copied();
        if let Some(address) = address {
            labels.extend([pair(STATIC_ADDRESS, &address.to_string())]);
        }
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
        if server {
            let quick =
                CONTROLLER_MANAGER.map(|arg| format!("--kube-controller-manager-arg={arg}"));
            command.extend(quick);
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
            let names = [
                Some(&self.api.host),
                Some(&balancer).filter(|_| self.counts.load_balancer),
            ];
            for name in names.into_iter().flatten() {
                command.push("--tls-san".into());
                command.push(name.clone());
            }
        }
        Ok(command)
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
