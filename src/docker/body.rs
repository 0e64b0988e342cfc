//! Specifications → request bodies, and answers → observations. Pure, so that the wire format is tested as text.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use bollard::models;

use crate::cluster::model::{
    ContainerSpec, MountSource, MountSpec, NetworkSpec, PortBinding, Protocol, Restart, Ulimit,
    VolumeSpec,
};
use crate::cluster::observed::{Container, HostFacts, Network, PublishedPort, State};

/// `None` for an empty collection: the field is then left out, which keeps bodies short and defaults the Engine's.
fn some<T: Default + PartialEq>(value: T) -> Option<T> {
    (value != T::default()).then_some(value)
}

fn map(entries: &BTreeMap<String, String>) -> Option<HashMap<String, String>> {
    some(entries.clone().into_iter().collect())
}

fn port_key(port: &PortBinding) -> String {
    format!("{}/{}", port.container_port, port.protocol.as_str())
}

/// Body of `POST /containers/create`.
pub(super) fn container(spec: &ContainerSpec) -> models::ContainerCreateBody {
    let mut exposed: Vec<String> = spec.ports.iter().map(port_key).collect();
    exposed.sort();
    exposed.dedup();
    models::ContainerCreateBody {
        hostname: some(spec.name.clone()),
        image: Some(spec.image.clone()),
        entrypoint: some(spec.entrypoint.clone()),
        cmd: some(spec.command.clone()),
        labels: map(&spec.labels),
        env: some(spec.env.clone()),
        tty: Some(spec.tty),
        volumes: some(spec.anonymous_volumes.clone()),
        exposed_ports: some(exposed),
        host_config: Some(host(spec)),
        networking_config: spec.address.map(|address| endpoint(&spec.network, address)),
        ..Default::default()
    }
}

fn host(spec: &ContainerSpec) -> models::HostConfig {
    let mut bindings: models::PortMap = HashMap::new();
    for port in &spec.ports {
        bindings
            .entry(port_key(port))
            .or_default()
            .get_or_insert_default()
            .push(models::PortBinding {
                host_ip: Some(port.host_address.clone()),
                host_port: Some(
                    port.host_port
                        .map(|port| port.to_string())
                        .unwrap_or_default(),
                ),
            });
    }
    let devices: Vec<models::DeviceMapping> =
        spec.devices.iter().map(|path| device(path)).collect();
    models::HostConfig {
        privileged: Some(spec.privileged),
        security_opt: some(spec.security_options.clone()),
        tmpfs: some(
            spec.tmpfs
                .iter()
                .map(|path| (path.clone(), String::new()))
                .collect(),
        ),
        mounts: some(spec.mounts.iter().map(mount).collect()),
        readonly_rootfs: some(spec.read_only_root).map(|_| true),
        binds: some(spec.binds.clone()),
        devices: some(devices),
        cgroupns_mode: spec
            .private_cgroup_namespace
            .then_some(models::HostConfigCgroupnsModeEnum::PRIVATE),
        userns_mode: spec.host_user_namespace.then(|| "host".to_owned()),
        restart_policy: restart(spec.restart),
        extra_hosts: some(spec.extra_hosts.clone()),
        memory: spec
            .memory
            .map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX)),
        nano_cpus: spec
            .nano_cpus
            .map(|cpus| i64::try_from(cpus).unwrap_or(i64::MAX)),
        ulimits: some(spec.ulimits.iter().map(ulimit).collect()),
        pid_mode: spec.host_processes.then(|| "host".to_owned()),
        init: Some(spec.init),
        network_mode: some(spec.network.clone()),
        sysctls: map(&spec.sysctls),
        port_bindings: some(bindings),
        ..Default::default()
    }
}

fn restart(restart: Restart) -> Option<models::RestartPolicy> {
    let (name, retries) = match restart {
        Restart::Never => return None,
        Restart::OnFailure(retries) => (
            models::RestartPolicyNameEnum::ON_FAILURE,
            Some(retries.into()),
        ),
        Restart::UnlessStopped => (models::RestartPolicyNameEnum::UNLESS_STOPPED, None),
    };
    Some(models::RestartPolicy {
        name: Some(name),
        maximum_retry_count: retries,
    })
}

fn mount(mount: &MountSpec) -> models::Mount {
    let (typ, source) = match &mount.source {
        MountSource::Tmpfs => (models::MountType::TMPFS, None),
        MountSource::Volume(name) => (models::MountType::VOLUME, name.clone()),
        MountSource::Bind(path) => (models::MountType::BIND, Some(path.clone())),
    };
    models::Mount {
        typ: Some(typ),
        source,
        target: Some(mount.target.clone()),
        read_only: some(mount.read_only),
        ..Default::default()
    }
}

fn ulimit(limit: &Ulimit) -> models::ResourcesUlimits {
    models::ResourcesUlimits {
        name: Some(limit.name.clone()),
        soft: Some(limit.soft),
        hard: Some(limit.hard),
    }
}

/// The one network of a container, joined with a fixed address.
fn endpoint(network: &str, address: IpAddr) -> models::NetworkingConfig {
    let ipam = models::EndpointIpamConfig {
        ipv4_address: Some(address.to_string()),
        ..Default::default()
    };
    let settings = models::EndpointSettings {
        ipam_config: Some(ipam),
        ..Default::default()
    };
    models::NetworkingConfig {
        endpoints_config: Some(HashMap::from([(network.to_owned(), settings)])),
    }
}

fn device(path: &str) -> models::DeviceMapping {
    models::DeviceMapping {
        path_on_host: Some(path.to_owned()),
        path_in_container: Some(path.to_owned()),
        cgroup_permissions: Some("rwm".to_owned()),
    }
}

/// Body of `POST /networks/create`.
pub(super) fn network(spec: &NetworkSpec) -> models::NetworkCreateRequest {
    let ipv4 = spec
        .ipv4
        .iter()
        .map(|(subnet, gateway)| models::IpamConfig {
            subnet: Some(subnet.clone()),
            gateway: Some(gateway.clone()),
            ..Default::default()
        });
    let ipv6 = spec.ipv6_subnet.iter().map(|subnet| models::IpamConfig {
        subnet: Some(subnet.clone()),
        ..Default::default()
    });
    let configs: Vec<models::IpamConfig> = ipv4.chain(ipv6).collect();
    models::NetworkCreateRequest {
        name: spec.name.clone(),
        driver: Some("bridge".to_owned()),
        enable_ipv6: spec.ipv6_subnet.is_some().then_some(true),
        ipam: some(configs).map(|configs| models::Ipam {
            driver: Some("default".to_owned()),
            config: Some(configs),
            options: None,
        }),
        options: map(&spec.options),
        labels: map(&spec.labels),
        ..Default::default()
    }
}

/// Body of `POST /volumes/create`.
pub(super) fn volume(spec: &VolumeSpec) -> models::VolumeCreateRequest {
    models::VolumeCreateRequest {
        name: Some(spec.name.clone()),
        driver: Some("local".to_owned()),
        labels: map(&spec.labels),
        ..Default::default()
    }
}

fn sorted(map: Option<HashMap<String, String>>) -> BTreeMap<String, String> {
    map.unwrap_or_default().into_iter().collect()
}

/// One entry of `GET /containers/json`.
pub(super) fn listed(summary: models::ContainerSummary) -> Container {
    let names = summary.names.unwrap_or_default();
    // Links add names with a second slash; the container's own name has one.
    let name = names
        .iter()
        .filter_map(|name| name.strip_prefix('/'))
        .find(|name| !name.contains('/'))
        .or_else(|| names.first().map(String::as_str))
        .unwrap_or_default()
        .to_owned();
    let networks = summary
        .network_settings
        .and_then(|settings| settings.networks);
    let addresses = networks
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(network, endpoint)| Some((network, endpoint_address(&endpoint)?)))
        .collect();
    let mut ports: Vec<PublishedPort> = summary
        .ports
        .unwrap_or_default()
        .into_iter()
        .filter_map(published)
        .collect();
    ports.sort_by(|a, b| {
        (a.container_port, &a.host_address).cmp(&(b.container_port, &b.host_address))
    });
    Container {
        id: summary.id.unwrap_or_default(),
        name,
        image: summary.image.unwrap_or_default(),
        labels: sorted(summary.labels),
        state: summary.state.map_or(State::Dead, state),
        status: summary.status.unwrap_or_default(),
        created: summary.created.unwrap_or_default(),
        addresses,
        ports,
    }
}

fn endpoint_address(endpoint: &models::EndpointSettings) -> Option<IpAddr> {
    let parse = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
    // A stopped container keeps an address that was chosen for it.
    let fixed = endpoint.ipam_config.as_ref();
    parse(&endpoint.ip_address)
        .or_else(|| parse(&endpoint.global_ipv6_address))
        .or_else(|| fixed.and_then(|fixed| parse(&fixed.ipv4_address)))
}

fn published(port: models::PortSummary) -> Option<PublishedPort> {
    Some(PublishedPort {
        container_port: port.private_port,
        protocol: match port.typ {
            Some(models::PortSummaryTypeEnum::UDP) => Protocol::Udp,
            Some(models::PortSummaryTypeEnum::SCTP) => Protocol::Sctp,
            _ => Protocol::Tcp,
        },
        host_address: port.ip.unwrap_or_default(),
        host_port: port.public_port?,
    })
}

fn state(state: models::ContainerSummaryStateEnum) -> State {
    use models::ContainerSummaryStateEnum as Listed;
    match state {
        Listed::CREATED => State::Created,
        Listed::RUNNING | Listed::STOPPING => State::Running,
        Listed::PAUSED => State::Paused,
        Listed::RESTARTING => State::Restarting,
        Listed::REMOVING => State::Removing,
        Listed::EXITED => State::Exited,
        Listed::DEAD | Listed::EMPTY => State::Dead,
    }
}

fn subnets(ipam: Option<models::Ipam>) -> Vec<String> {
    ipam.and_then(|ipam| ipam.config)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|config| config.subnet)
        .collect()
}

/// One entry of `GET /networks`, which says nothing about attached containers.
pub(super) fn network_listed(network: models::Network) -> Network {
    Network {
        id: network.id.unwrap_or_default(),
        name: network.name.unwrap_or_default(),
        labels: sorted(network.labels),
        subnets: subnets(network.ipam),
        attached: 0,
    }
}

/// `GET /networks/{name}`.
pub(super) fn network_inspected(network: models::NetworkInspect) -> Network {
    Network {
        id: network.id.unwrap_or_default(),
        name: network.name.unwrap_or_default(),
        labels: sorted(network.labels),
        subnets: subnets(network.ipam),
        attached: network.containers.map_or(0, |containers| containers.len()),
    }
}

/// `GET /info`.
pub(super) fn host_facts(info: models::SystemInfo) -> HostFacts {
    let options = info.security_options.unwrap_or_default();
    let has = |wanted: &str| {
        options
            .iter()
            .flat_map(|option| option.split(','))
            .any(|part| part == wanted)
    };
    let warnings = info.warnings.unwrap_or_default();
    let warns = |of: &str| warnings.iter().any(|warning| warning.contains(of));
    let backing_filesystem = info
        .driver_status
        .unwrap_or_default()
        .into_iter()
        .find(|pair| pair.first().is_some_and(|key| key == "Backing Filesystem"))
        .and_then(|pair| pair.get(1).map(|value| value.to_lowercase()));
    HostFacts {
        cgroup_version: match info.cgroup_version {
            Some(models::SystemInfoCgroupVersionEnum::_2) => 2,
            _ => 1,
        },
        storage_driver: info.driver.unwrap_or_default(),
        backing_filesystem,
        rootless: has("name=rootless"),
        user_namespaces: has("name=userns"),
        architecture: architecture(&info.architecture.unwrap_or_default()).to_owned(),
        now: info.system_time.as_deref().and_then(crate::text::epoch),
        engine_version: info.server_version.unwrap_or_default(),
        kernel: info.kernel_version.unwrap_or_default(),
        inotify_instances: None,
        bridge_unfiltered: warns("bridge-nf-call-iptables is disabled"),
        resource_limits: info.memory_limit == Some(true)
            && info.pids_limit == Some(true)
            && info.cpu_shares == Some(true),
    }
}

/// The kernel's name of an architecture in Go's terms.
fn architecture(kernel: &str) -> &str {
    match kernel {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "armv7l" => "arm",
        "i386" | "i686" => "386",
        other => other,
    }
}

#[cfg(test)]
mod tests;
