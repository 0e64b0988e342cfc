//! Talos' containers and network as talosctl makes them, with every machine's configuration.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::container::Builder;
use super::error::Error as Own;
use super::machine::Base;
use super::machines::{self, Counts};
use super::secrets::Bundle;
use super::{configured, ranges, recovered, userdata};
use crate::cluster::blueprint::Facts;
use crate::cluster::distribution::{Desired, Error, LabelKeys, Role};
use crate::cluster::model::{FileSpec, NetworkSpec};
use crate::config::talos::{TalosConfig, TalosVersion};
use crate::yaml::Source;

/// Labels of talosctl, which are ours too: either tool finds the clusters of the other.
pub(super) const LABELS: LabelKeys = LabelKeys {
    distribution: "Talos",
    cluster: "talos.cluster.name",
    role: "talos.type",
    nodes: &["init", "controlplane", "worker"],
};
/// Label of everything that is a cluster's.
pub(super) const OWNER: (&str, &str) = ("talos.owned", "true");
/// Where Talos' images are.
const IMAGE: &str = "ghcr.io/siderolabs/talos";
/// Node image if neither flag nor file names one.
pub(super) const DEFAULT_IMAGE: &str = "ghcr.io/siderolabs/talos:v1.13.9";
/// Port of the API server.
pub(super) const API_PORT: u16 = 6443;
/// Port of the API of machines.
pub(super) const MACHINE_PORT: u16 = 50000;
/// Where a machine keeps its configuration.
pub(super) const CONFIG: &str = "/system/state/config.yaml";
/// What a control plane has when it has become part of a cluster.
pub(super) const MEMBER: &str = "/var/lib/etcd/member";

/// A cluster with everything decided.
#[derive(Debug)]
pub(super) struct Decided {
    /// Containers and network.
    pub(super) desired: Desired,
    /// Its secrets.
    pub(super) secrets: Bundle,
    /// Files of each machine.
    pub(super) files: BTreeMap<String, Vec<FileSpec>>,
    /// Address of the first control plane.
    pub(super) endpoint: IpAddr,
    /// Host port of the machines' API, if known.
    pub(super) machine_port: Option<u16>,
    /// There is a network for pods.
    pub(super) networked: bool,
    /// Flannel is that network.
    pub(super) flannel: bool,
    /// CoreDNS is part of the cluster.
    pub(super) resolves: bool,
    /// What is odd about the configuration.
    pub(super) warnings: Vec<String>,
}

/// How many machines there are.
pub(super) fn counts(config: &TalosConfig) -> Counts {
    let number = |field: &Option<crate::config::Located<u32>>, default| {
        field.as_ref().map_or(default, |field| field.value)
    };
    Counts {
        control_planes: number(&config.control_planes, 1),
        workers: number(&config.workers, 0),
    }
}

/// The image of all machines.
pub(super) fn image(config: &TalosConfig) -> &str {
    config
        .image
        .as_ref()
        .map_or(DEFAULT_IMAGE, |image| &image.value)
}

/// The official image of a release, `1.13.9` or `v1.13.9`.
pub(super) fn image_of(version: &str) -> String {
    format!("{IMAGE}:v{}", version.trim_start_matches('v'))
}

/// The release of Talos that an image has; the newest known one where its tag does not tell.
pub(super) fn version(config: &TalosConfig) -> TalosVersion {
    TalosVersion::of_image(image(config))
}

/// Decides everything.
pub(super) fn decide(
    cluster: &str,
    config: &TalosConfig,
    facts: &Facts<'_>,
) -> Result<Decided, Error> {
    let counts = counts(config);
    let subnet = machines::subnet_of(config.options.subnet.as_ref(), facts)?;
    let machines = counts.machines(cluster);
    let addresses = machines::addresses(&machines, cluster, subnet, facts)?;
    let secrets = secrets(config, facts)?;
    let kubernetes = config.kubernetes_version.as_ref();
    let common = Base {
        cluster,
        secrets: &secrets,
        endpoint: addresses[&machines[0].1],
        control_planes: counts.control_planes,
        workers: counts.workers,
        version: version(config),
        kubernetes: kubernetes.map(|version| version.value.as_str()),
        cgroup_v1: facts.snapshot.host.cgroup_version == 1,
        mirrors: &config.options.mirrors,
    };
    let config = &configured::with_flags(config, facts.files)?;
    let published = published(facts);
    let builder = Builder {
        cluster,
        image: image(config),
        version: version(config),
        options: &config.options,
        published,
    };
    let (mut nodes, mut files) = (Vec::new(), BTreeMap::new());
    let (mut resolves, mut flannel, mut networked) = (true, true, true);
    let mut warnings = Vec::new();
    // Machines of a role have their configuration in common.
    let mut userdata: BTreeMap<Role, String> = BTreeMap::new();
    for (index, (role, name)) in machines.iter().enumerate() {
        if !userdata.contains_key(role) {
            let (machine, odd) = configured::machine(&common, *role, config)?;
            for warning in odd.iter().map(ToString::to_string) {
                if !warnings.contains(&warning) {
                    warnings.push(warning);
                }
            }
            if index == 0 {
                ranges::check(subnet, &machine)?;
                resolves = configured::resolves(&machine);
                flannel = configured::has_flannel(&machine);
                networked = configured::is_networked(&machine);
            }
            let variable = userdata::variable(name, machine.to_yaml().expose())?;
            userdata.insert(*role, variable);
        }
        let variable = userdata[role].clone();
        nodes.push(builder.node(*role, name, addresses[name], variable, index == 0));
        let own = super::kubelet::files(&secrets, name, facts.now).map_err(Own::from)?;
        files.insert(name.clone(), own);
    }
    let desired = Desired {
        cluster: cluster.to_owned(),
        network: NetworkSpec {
            name: cluster.to_owned(),
            options: BTreeMap::from([(
                "com.docker.network.driver.mtu".to_owned(),
                config.options.mtu.to_string(),
            )]),
            labels: BTreeMap::from([
                (OWNER.0.to_owned(), OWNER.1.to_owned()),
                (LABELS.cluster.to_owned(), cluster.to_owned()),
            ]),
            ipv4: Some((subnet.to_string(), subnet.gateway().to_string())),
            ..NetworkSpec::default()
        },
        volumes: Vec::new(),
        nodes,
    };
    let endpoint = common.endpoint;
    Ok(Decided {
        desired,
        endpoint,
        secrets,
        files,
        machine_port: published[0],
        networked,
        flannel,
        resolves,
        warnings,
    })
}

/// The secrets of the cluster that exists, of the user's file, or new ones.
fn secrets(config: &TalosConfig, facts: &Facts<'_>) -> Result<Bundle, Error> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if let Some((path, bytes)) = facts.recovered.and_then(|files| files.first()) {
        let source = Source::new(path.clone());
        let found = recovered::from_control_plane_config(&text(bytes), &source);
        return Ok(found.map_err(Own::from)?);
    }
    let file = config.options.secrets.as_ref();
    if let Some((path, bytes)) = file.and_then(|path| facts.files.get_key_value(path)) {
        let source = Source::new(path.display().to_string()).confidential();
        return Ok(Bundle::from_yaml(&text(bytes), &source)?);
    }
    Ok(Bundle::generate(facts.now, facts.random).map_err(Own::from)?)
}

/// Host ports of the APIs of machines and of Kubernetes: those of the cluster that runs, else free ones.
fn published(facts: &Facts<'_>) -> [Option<u16>; 2] {
    let listed = facts
        .snapshot
        .containers
        .iter()
        .flat_map(|found| &found.ports);
    let host = IpAddr::from([127, 0, 0, 1]);
    [MACHINE_PORT, API_PORT].map(|port| {
        let mut existing = listed.clone().filter(|found| found.container_port == port);
        let existing = existing.next().map(|found| found.host_port);
        existing.or_else(|| (facts.free_port)(host))
    })
}
