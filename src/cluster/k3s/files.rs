//! Files of a container before its first start, one archive for each.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use serde_json::json;

use super::desired::{self, Decided};
use super::proxy::{self, Settings};
use crate::cluster::distribution::Error;
use crate::cluster::model::FileSpec;
use crate::config::k3d::{FileSource, K3dConfig, NodeRef, RegistriesConfig};

const REGISTRIES: &str = "/etc/rancher/k3s/registries.yaml";
/// K3s applies what is in this directory, and its name server reads this `ConfigMap`.
const NAMES: &str = "/var/lib/rancher/k3s/server/manifests/ksail-coredns-custom.yaml";

/// The files of all containers, by container name.
pub(super) fn files(
    config: &K3dConfig,
    decided: &Decided,
    read: &BTreeMap<PathBuf, Vec<u8>>,
    names: bool,
) -> Result<BTreeMap<String, Vec<FileSpec>>, Error> {
    let mut files: BTreeMap<String, Vec<FileSpec>> = BTreeMap::new();
    let cluster = &decided.desired.cluster;
    let content = |path: &PathBuf| read.get(path).cloned().unwrap_or_default();
    for node in desired::nodes(decided.counts) {
        let mut own = Vec::new();
        if node == NodeRef::LoadBalancer {
            own.extend(proxy::files(&decided.routes, settings(config)));
        } else if let Some(registries) = &config.registries {
            let bytes = match &registries.value {
                RegistriesConfig::Inline(text) => text.expose().clone().into_bytes(),
                RegistriesConfig::Path(path) => content(path),
            };
            own.push(FileSpec::file(REGISTRIES, 0o644, bytes));
        }
        if matches!(node, NodeRef::Server(_))
            && names
            && let Some(text) = host_names(config, decided.gateway)
        {
            own.push(FileSpec::file(NAMES, 0o644, text));
        }
        for rule in &config.files {
            if rule.nodes(decided.counts)?.contains(&node) {
                let rule = &rule.item.value;
                let bytes = match &rule.source {
                    FileSource::Inline(text) => text.clone().into_bytes(),
                    FileSource::Path(path) => content(path),
                };
                own.push(FileSpec::file(&rule.destination, 0o644, bytes));
            }
        }
        if !own.is_empty() {
            files.insert(desired::name(cluster, node), own);
        }
    }
    Ok(files)
}

/// Paths on the host whose content is needed.
pub(super) fn reads(config: &K3dConfig) -> Vec<PathBuf> {
    let rules = config.files.iter();
    let mut paths: Vec<PathBuf> = rules
        .filter_map(|rule| match &rule.item.value.source {
            FileSource::Path(path) => Some(path.clone()),
            FileSource::Inline(_) => None,
        })
        .collect();
    if let Some(RegistriesConfig::Path(path)) = config.registries.as_ref().map(|file| &file.value) {
        paths.push(path.clone());
    }
    paths
}

fn settings(config: &K3dConfig) -> Settings {
    let options = &config.k3d.load_balancer;
    let default = Settings::default();
    Settings {
        worker_connections: options
            .worker_connections
            .as_ref()
            .map_or(default.worker_connections, |number| number.value.into()),
        proxy_timeout: options
            .proxy_timeout
            .as_ref()
            .map_or(default.proxy_timeout, |time| time.value.as_secs()),
    }
}

/// The names that pods resolve besides those of the cluster: the host and the aliases. A zone for each, because the
/// zone for everything else already has its `hosts`.
fn host_names(config: &K3dConfig, gateway: Option<Ipv4Addr>) -> Option<String> {
    let mut names: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    if let Some(gateway) = gateway {
        names.insert("host.k3d.internal", vec![gateway.to_string()]);
    }
    for alias in &config.host_aliases {
        for name in &alias.value.hostnames {
            names
                .entry(name)
                .or_default()
                .push(alias.value.ip.to_string());
        }
    }
    if names.is_empty() {
        return None;
    }
    let zone = |(name, addresses): (&&str, &Vec<String>)| {
        let line = |address: &String| format!("    {address} {name}\n");
        let lines: Vec<String> = addresses.iter().map(line).collect();
        format!("{name}:53 {{\n  hosts {{\n{}  }}\n}}\n", lines.concat())
    };
    let zones = names.iter().map(zone).collect::<Vec<_>>().concat();
    Some(crate::yaml::to_yaml(&json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "coredns-custom", "namespace": "kube-system"},
        "data": {"ksail.server": zones},
    })))
}
