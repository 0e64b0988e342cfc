//! Machine configurations with the user's patches, checked before any container starts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::machine::Base;
use crate::cluster::distribution::{Error, Role};
use crate::config::talos::{self, FlagPatch, MachineConfig, Patch, TalosConfig, Warning};
use crate::yaml::Source;

/// The configuration with the patches of flags behind those of files. `files` are those that flags name.
pub(super) fn with_flags(
    config: &TalosConfig,
    files: &BTreeMap<PathBuf, Vec<u8>>,
) -> Result<TalosConfig, Error> {
    let mut config = config.clone();
    for patch in std::mem::take(&mut config.options.patches) {
        config.patches.push(match patch {
            FlagPatch::Inline(patch) => patch,
            FlagPatch::File(scope, path) => {
                let bytes = files.get(&path).map(Vec::as_slice).unwrap_or_default();
                let source = Source::new(path.display().to_string());
                Patch::parse(&String::from_utf8_lossy(bytes), &source, scope)?
            }
        });
    }
    Ok(config)
}

/// The configuration of the machines of one role, and what is odd about it.
pub(super) fn machine(
    common: &Base<'_>,
    role: Role,
    config: &TalosConfig,
) -> Result<(MachineConfig, Vec<Warning>), Error> {
    let machine = match role {
        Role::ControlPlane => talos::Role::ControlPlane,
        Role::Worker | Role::LoadBalancer => talos::Role::Worker,
    };
    Ok(config.machine(&common.document(role), machine, common.version)?)
}

/// Whether Talos brings Flannel along, as it does unless told otherwise.
pub(super) fn has_flannel(config: &MachineConfig) -> bool {
    let name = config.value("", &["cluster", "network", "cni", "name"]);
    name.is_none_or(|name| name == "flannel")
}

/// Whether they bring a network for pods at all.
pub(super) fn is_networked(config: &MachineConfig) -> bool {
    let name = config.value("", &["cluster", "network", "cni", "name"]);
    name.is_none_or(|name| name != "none")
}

/// Whether they bring CoreDNS along.
pub(super) fn resolves(config: &MachineConfig) -> bool {
    let disabled = config.value("", &["cluster", "coreDNS", "disabled"]);
    disabled != Some(true.into())
}
