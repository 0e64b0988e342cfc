//! Flags of `ksail cluster create` that one distribution has, named as its own tool names them.

use clap::Args;

use crate::cluster::k3s::flags as k3s;
use crate::cluster::talos::flags as talos;

/// Flags of k3d; all but two may be repeated.
#[derive(Debug, Clone, Default, Args)]
pub struct K3s {
    /// Where the API server is published [default: a free port of 127.0.0.1]
    #[arg(long, value_name = "[ADDRESS:]PORT")]
    pub api_port: Option<String>,
    /// Do without a load balancer
    #[arg(long)]
    pub no_lb: bool,
    /// Publish a port, through the load balancer unless the filter ends in `:direct`
    #[arg(long, value_name = "[[ADDRESS:]HOSTPORT:]PORT[/PROTOCOL][@FILTER]")]
    pub port: Vec<String>,
    /// Mount a directory, file or volume
    #[arg(long, value_name = "[SOURCE:]DESTINATION[:OPTIONS][@FILTER]")]
    pub volume: Vec<String>,
    /// Set an environment variable
    #[arg(long, value_name = "NAME=VALUE[@FILTER]")]
    pub env: Vec<String>,
    /// Add an argument to `k3s server` or `k3s agent`
    #[arg(long, value_name = "ARGUMENT@FILTER", allow_hyphen_values = true)]
    pub k3s_arg: Vec<String>,
    /// Label a Kubernetes node
    #[arg(long, value_name = "KEY[=VALUE]@FILTER")]
    pub k3s_node_label: Vec<String>,
    /// Label a container
    #[arg(long, value_name = "KEY[=VALUE][@FILTER]")]
    pub runtime_label: Vec<String>,
}

impl K3s {
    /// The flags given, each with its value.
    pub fn given(&self) -> Vec<(&'static str, String)> {
        let lists = [
            (k3s::PORT, &self.port),
            (k3s::VOLUME, &self.volume),
            (k3s::ENV, &self.env),
            (k3s::K3S_ARG, &self.k3s_arg),
            (k3s::NODE_LABEL, &self.k3s_node_label),
            (k3s::RUNTIME_LABEL, &self.runtime_label),
        ];
        let listed = lists
            .into_iter()
            .flat_map(|(flag, values)| values.iter().map(move |value| (flag, value.clone())));
        let port = self.api_port.clone().map(|port| (k3s::API_PORT, port));
        let no_lb = self.no_lb.then(|| (k3s::NO_LB, String::new()));
        listed.chain(port).chain(no_lb).collect()
    }
}

/// Flags of talosctl.
#[derive(Debug, Clone, Default, Args)]
pub struct Talos {
    /// Patch every machine configuration; may be repeated, as may the next two
    #[arg(long, value_name = "PATCH|@FILE")]
    pub config_patch: Vec<String>,
    /// Patch the configuration of control planes
    #[arg(long, value_name = "PATCH|@FILE")]
    pub config_patch_controlplanes: Vec<String>,
    /// Patch the configuration of workers
    #[arg(long, value_name = "PATCH|@FILE")]
    pub config_patch_workers: Vec<String>,
    /// Version of Kubernetes [default: that of the Talos release]
    #[arg(long, value_name = "VERSION")]
    pub kubernetes_version: Option<String>,
    /// Processors of each control plane [default: 2.0]
    #[arg(long, value_name = "NUMBER")]
    pub cpus_controlplanes: Option<String>,
    /// Processors of each worker [default: 2.0]
    #[arg(long, value_name = "NUMBER")]
    pub cpus_workers: Option<String>,
    /// Memory of each control plane [default: 2.0GiB]
    #[arg(long, value_name = "SIZE")]
    pub memory_controlplanes: Option<String>,
    /// Memory of each worker [default: 2.0GiB]
    #[arg(long, value_name = "SIZE")]
    pub memory_workers: Option<String>,
    /// Publish ports of the control planes
    #[arg(long, value_name = "HOSTPORT:PORT[/PROTOCOL],…")]
    pub exposed_ports: Vec<String>,
    /// Address that these listen at [default: 0.0.0.0]
    #[arg(long, value_name = "ADDRESS")]
    pub host_ip: Option<String>,
    /// Mount something in every machine, in Docker's form
    #[arg(long, value_name = "type=bind,source=PATH,target=PATH")]
    pub mount: Vec<String>,
    /// Address range of the network [default: the first free one from 10.5.0.0/24 on]
    #[arg(long, value_name = "CIDR")]
    pub subnet: Option<String>,
    /// Packet size of the network [default: 1500]
    #[arg(long, value_name = "BYTES")]
    pub mtu: Option<String>,
    /// Pull images of a registry from elsewhere; `*` stands for all registries
    #[arg(long, value_name = "REGISTRY=URL")]
    pub registry_mirror: Vec<String>,
    /// Talosconfig file to merge the cluster into [default: as talosctl finds it]
    #[arg(long, value_name = "FILE")]
    pub talosconfig: Option<String>,
    /// Make the cluster of these secrets, as `talosctl gen secrets` writes them
    #[arg(long, value_name = "FILE")]
    pub with_secrets: Option<String>,
}

impl Talos {
    /// The flags given, each with its value.
    pub fn given(&self) -> Vec<(&'static str, String)> {
        let lists = [
            (talos::CONFIG_PATCH, &self.config_patch),
            (
                talos::CONFIG_PATCH_CONTROL_PLANES,
                &self.config_patch_controlplanes,
            ),
            (talos::CONFIG_PATCH_WORKERS, &self.config_patch_workers),
            (talos::EXPOSED_PORTS, &self.exposed_ports),
            (talos::MOUNT, &self.mount),
            (talos::REGISTRY_MIRROR, &self.registry_mirror),
        ];
        let single = [
            (talos::KUBERNETES_VERSION, &self.kubernetes_version),
            (talos::CPUS_CONTROL_PLANES, &self.cpus_controlplanes),
            (talos::CPUS_WORKERS, &self.cpus_workers),
            (talos::MEMORY_CONTROL_PLANES, &self.memory_controlplanes),
            (talos::MEMORY_WORKERS, &self.memory_workers),
            (talos::HOST_IP, &self.host_ip),
            (talos::SUBNET, &self.subnet),
            (talos::MTU, &self.mtu),
            (talos::TALOSCONFIG, &self.talosconfig),
            (talos::WITH_SECRETS, &self.with_secrets),
        ];
        let listed = lists
            .into_iter()
            .flat_map(|(flag, values)| values.iter().map(move |value| (flag, value.clone())));
        let single = single
            .into_iter()
            .filter_map(|(flag, value)| Some((flag, value.clone()?)));
        listed.chain(single).collect()
    }
}
