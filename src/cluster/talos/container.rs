//! One machine's container, field by field as talosctl makes it.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use super::desired::{API_PORT, LABELS, MACHINE_PORT, OWNER};
use crate::cluster::distribution::{NodeSpec, Role};
use crate::cluster::model::{ContainerSpec, MountSource, MountSpec, PortBinding, Protocol};
use crate::config::PortMapping;
use crate::config::talos::{Options, Size, TalosVersion};

/// Memory that Talos writes its own state to.
const TMPFS: [&str; 3] = ["/run", "/system", "/tmp"];
/// What outlives a restart: data of etcd and containers, the configuration.
const STATE: [&str; 2] = ["/var", "/system/state"];
/// What Talos writes on top of its image; from 1.14 on it composes all but one of them itself.
const OVERLAYS: [&str; 4] = [
    "/etc/cni",
    "/etc/kubernetes",
    "/usr/libexec/kubernetes",
    "/opt",
];

/// What machines have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Builder<'a> {
    /// Cluster name, also the network's.
    pub(super) cluster: &'a str,
    /// Node image.
    pub(super) image: &'a str,
    /// The release in it.
    pub(super) version: TalosVersion,
    /// Sizes, ports, mounts.
    pub(super) options: &'a Options,
    /// Host ports of the APIs of machines and of Kubernetes; the Engine chooses where there is none.
    pub(super) published: [Option<u16>; 2],
}

impl Builder<'_> {
    /// The container of a machine; `first` publishes the APIs.
    pub(super) fn node(
        &self,
        role: Role,
        name: &str,
        address: IpAddr,
        userdata: String,
        first: bool,
    ) -> NodeSpec {
        let control_plane = role == Role::ControlPlane;
        let size = if control_plane {
            self.options.control_plane
        } else {
            self.options.worker
        };
        let mut ports = Vec::new();
        if first {
            ports.extend(apis(self.published));
        }
        if control_plane {
            ports.extend(self.options.ports.iter().map(|port| self.exposed(port)));
        }
        let container = ContainerSpec {
            name: name.to_owned(),
            image: self.image.to_owned(),
            labels: BTreeMap::from([
                (OWNER.0.to_owned(), OWNER.1.to_owned()),
                (LABELS.cluster.to_owned(), self.cluster.to_owned()),
                (LABELS.role.to_owned(), role_name(role).to_owned()),
            ]),
            env: vec!["PLATFORM=container".to_owned(), sku(size), userdata],
            privileged: true,
            security_options: vec!["seccomp:unconfined".to_owned()],
            mounts: self.mounts(),
            read_only_root: true,
            network: self.cluster.to_owned(),
            address: Some(address),
            memory: Some(size.memory),
            nano_cpus: Some(size.nano_cpus),
            sysctls: BTreeMap::from([(
                "net.ipv6.conf.all.disable_ipv6".to_owned(),
                "0".to_owned(),
            )]),
            ports,
            ..ContainerSpec::default()
        };
        NodeSpec { role, container }
    }

    fn mounts(&self) -> Vec<MountSpec> {
        let overlays = if self.version.minor() < 14 {
            &OVERLAYS[..]
        } else {
            &OVERLAYS[3..]
        };
        let mount = |source: MountSource| {
            move |target: &&str| MountSpec {
                source: source.clone(),
                target: (*target).to_owned(),
                read_only: false,
            }
        };
        let memory = TMPFS.iter().map(mount(MountSource::Tmpfs));
        let volumes = STATE.iter().chain(overlays);
        memory
            .chain(volumes.map(mount(MountSource::Volume(None))))
            .chain(self.options.mounts.iter().cloned())
            .collect()
    }

    fn exposed(&self, port: &PortMapping) -> PortBinding {
        let everywhere = IpAddr::from(Ipv4Addr::UNSPECIFIED);
        let address = port.host_address.or(self.options.ports_at);
        PortBinding {
            container_port: port.container_port,
            protocol: port.protocol,
            host_address: address.unwrap_or(everywhere).to_string(),
            host_port: port.host_port,
        }
    }
}

fn apis(published: [Option<u16>; 2]) -> impl Iterator<Item = PortBinding> {
    let ports = [MACHINE_PORT, API_PORT].into_iter().zip(published);
    ports.map(|(container_port, host_port)| PortBinding {
        container_port,
        protocol: Protocol::Tcp,
        host_address: Ipv4Addr::LOCALHOST.to_string(),
        host_port,
    })
}

/// Value of the role label.
pub(super) fn role_name(role: Role) -> &'static str {
    match role {
        Role::ControlPlane => "controlplane",
        Role::Worker | Role::LoadBalancer => "worker",
    }
}

/// What talosctl tells a machine of its size.
fn sku(size: Size) -> String {
    let cpus = size.nano_cpus / 1_000_000_000;
    format!("TALOSSKU={cpus}CPU-{}RAM", size.memory >> 20)
}
