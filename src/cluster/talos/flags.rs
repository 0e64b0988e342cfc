//! talosctl's flags: patches, sizes, ports, mounts, mirrors.

use crate::config::talos::{FlagPatch, Options, Patch, PatchScope, TalosConfig, options};
use crate::config::{Cidr, Error, Located, Refusal, absolute, memory};
use crate::settings::Wanted;
use crate::yaml::{Location, Source};

/// A patch of all machines.
pub const CONFIG_PATCH: &str = "--config-patch";
/// A patch of control planes.
pub const CONFIG_PATCH_CONTROL_PLANES: &str = "--config-patch-controlplanes";
/// A patch of workers.
pub const CONFIG_PATCH_WORKERS: &str = "--config-patch-workers";
/// Processors of a control plane.
pub const CPUS_CONTROL_PLANES: &str = "--cpus-controlplanes";
/// Processors of a worker.
pub const CPUS_WORKERS: &str = "--cpus-workers";
/// Ports of control planes.
pub const EXPOSED_PORTS: &str = "--exposed-ports";
/// Where those listen.
pub const HOST_IP: &str = "--host-ip";
/// Version of Kubernetes.
pub const KUBERNETES_VERSION: &str = "--kubernetes-version";
/// Memory of a control plane.
pub const MEMORY_CONTROL_PLANES: &str = "--memory-controlplanes";
/// Memory of a worker.
pub const MEMORY_WORKERS: &str = "--memory-workers";
/// A mount of all machines.
pub const MOUNT: &str = "--mount";
/// Size of packets.
pub const MTU: &str = "--mtu";
/// Where images of a registry are to be had.
pub const REGISTRY_MIRROR: &str = "--registry-mirror";
/// The network's range.
pub const SUBNET: &str = "--subnet";
/// The talosconfig to merge the cluster into.
pub const TALOSCONFIG: &str = "--talosconfig";
/// Secrets to make the cluster of.
pub const WITH_SECRETS: &str = "--with-secrets";

/// The smallest range with room for a machine beside the gateway.
const LARGEST_PREFIX: u8 = 30;

/// All of them.
pub(super) const ALL: [&str; 16] = [
    CONFIG_PATCH,
    CONFIG_PATCH_CONTROL_PLANES,
    CONFIG_PATCH_WORKERS,
    CPUS_CONTROL_PLANES,
    CPUS_WORKERS,
    EXPOSED_PORTS,
    HOST_IP,
    KUBERNETES_VERSION,
    MEMORY_CONTROL_PLANES,
    MEMORY_WORKERS,
    MOUNT,
    MTU,
    REGISTRY_MIRROR,
    SUBNET,
    TALOSCONFIG,
    WITH_SECRETS,
];

/// Adds the flags to the configuration. Relative paths count from the working directory.
pub(super) fn apply(config: &mut TalosConfig, wanted: &Wanted) -> Result<(), Error> {
    for (flag, text) in &wanted.flags {
        let scope = match *flag {
            CONFIG_PATCH => PatchScope::All,
            CONFIG_PATCH_CONTROL_PLANES => PatchScope::ControlPlanes,
            CONFIG_PATCH_WORKERS => PatchScope::Workers,
            KUBERNETES_VERSION => {
                config.kubernetes_version = Some(Located {
                    value: text.trim_start_matches('v').to_owned(),
                    at: at(flag),
                });
                continue;
            }
            _ => {
                let read = option(&mut config.options, flag, text, wanted);
                read.map_err(|refusal| Error::field(at(flag), refusal.problem(flag)))?;
                continue;
            }
        };
        let patch = match file(text) {
            Some(path) => FlagPatch::File(scope, absolute(path, &wanted.directory)),
            None => FlagPatch::Inline(Patch::parse(text, &Source::new(*flag), scope)?),
        };
        config.options.patches.push(patch);
    }
    Ok(())
}

/// The file that a patch is in: `@FILE`, or what can be nothing but the name of a file.
fn file(text: &str) -> Option<&str> {
    let bare = !text.starts_with(['[', '{']) && !text.contains([' ', '\n']);
    text.strip_prefix('@').or(Some(text).filter(|_| bare))
}

fn option(options: &mut Options, flag: &str, text: &str, wanted: &Wanted) -> Result<(), Refusal> {
    let rule = |why: String| Refusal::rule(why);
    match flag {
        CPUS_CONTROL_PLANES => options.control_plane.nano_cpus = options::processors(text)?,
        CPUS_WORKERS => options.worker.nano_cpus = options::processors(text)?,
        MEMORY_CONTROL_PLANES => options.control_plane.memory = memory(text)?,
        MEMORY_WORKERS => options.worker.memory = memory(text)?,
        EXPOSED_PORTS => options.ports.extend(options::exposed_ports(text)?),
        HOST_IP => {
            let address = text.parse();
            let why = |_| {
                rule(format!(
                    "must be an address such as `127.0.0.1`, not `{text}`"
                ))
            };
            options.ports_at = Some(address.map_err(why)?);
        }
        MOUNT => options
            .mounts
            .push(options::mount(text, &wanted.directory)?),
        MTU => {
            let size = text.parse().ok().filter(|size| (576..=9216).contains(size));
            let why = || rule(format!("must be a number from 576 to 9216, not `{text}`"));
            options.mtu = size.ok_or_else(why)?;
        }
        REGISTRY_MIRROR => options.mirrors.push(options::mirror(text)?),
        SUBNET => {
            let range: Result<Cidr, _> = text.parse();
            let range = range.map_err(|error| rule(format!("is `{text}`, {error}")))?;
            if !range.address.is_ipv4() || range.prefix > LARGEST_PREFIX {
                let why = "; machines need an IPv4 range with room for them, such as `10.5.0.0/24`";
                return Err(rule(format!("is `{text}`{why}")));
            }
            options.subnet = Some(Located {
                value: range,
                at: at(SUBNET),
            });
        }
        TALOSCONFIG => options.talosconfig = Some(absolute(text, &wanted.directory)),
        WITH_SECRETS => options.secrets = Some(absolute(text, &wanted.directory)),
        _ => {}
    }
    Ok(())
}

fn at(flag: &str) -> Location {
    Source::new(flag).whole()
}
