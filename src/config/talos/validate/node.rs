//! What makes a configuration one of a node in a container.

use super::Warning;
use super::place::Place;
use crate::config::error::Error;
use crate::config::talos::document::MachineConfig;
use crate::config::talos::version::Role;

/// Fields of the kubelet's own configuration that are up to Talos.
const KUBELET_FIELDS: [&str; 13] = [
    "apiVersion",
    "authentication",
    "authorization",
    "cgroupRoot",
    "kind",
    "kubeletCgroups",
    "port",
    "protectKernelDefaults",
    "resolvConf",
    "rotateCertificates",
    "systemCgroups",
    "staticPodPath",
    "seccompDefault",
];
const API_ROLES: [&str; 7] = [
    "os:admin",
    "os:operator",
    "os:reader",
    "os:etcd:backup",
    "os:image:verifier",
    "os:meta:writer",
    "os:impersonator",
];

pub(super) fn check(
    config: &MachineConfig,
    root: &Place<'_>,
    role: Role,
) -> Result<Vec<Warning>, Error> {
    let machine = root.get(&["machine"]);
    machine.refuse_if(!machine.is_set(), "is missing")?;
    let persist = root.get(&["persist"]);
    persist.refuse_if(
        persist.is_off(),
        "must not be false: Talos keeps its configuration",
    )?;
    let wanted = role.as_str();
    let kind = machine.get(&["type"]);
    // The deprecated `init` is a control plane; without a type, a machine is a worker.
    let fits = match kind.text() {
        Some("init") => role == Role::ControlPlane,
        Some(text) => text == wanted,
        None => role == Role::Worker,
    };
    kind.refuse_if(!fits, &format!("must be `{wanted}` for this node"))?;
    host_dns(config, &machine)?;
    certificates(&machine, role)?;
    kubelet(&machine)?;
    api_access(&machine, role)?;
    disks(&machine)?;
    logging(&machine)?;
    encryption(&machine)?;
    let sorting = machine.get(&["features", "nodeAddressSortAlgorithm"]);
    let known = matches!(sorting.text(), None | Some("v1" | "v2"));
    sorting.refuse_if(!known, "must be `v1` or `v2`")?;
    let mut warnings = Vec::new();
    let extensions = machine.get(&["install", "extensions"]);
    if !extensions.items().is_empty() {
        warnings.push(extensions.warning("is deprecated, and without effect in a container"));
    }
    Ok(warnings)
}

/// A node in a container asks Docker's resolver for names, and its pods ask the node.
fn host_dns(config: &MachineConfig, machine: &Place<'_>) -> Result<(), Error> {
    let elsewhere = config.value("ResolverConfig", &["hostDNS"]).is_some();
    let dns = machine.get(&["features", "hostDNS"]);
    for name in ["enabled", "forwardKubeDNSToHost"] {
        let flag = dns.get(&[name]);
        flag.refuse_if(
            !flag.is_on() && !elsewhere,
            "must be true for a node in a container",
        )?;
    }
    Ok(())
}

fn certificates(machine: &Place<'_>, role: Role) -> Result<(), Error> {
    let ca = machine.get(&["ca"]);
    let key = ca.get(&["key"]);
    let others = machine.get(&["acceptedCAs"]);
    let accepts_others = !others.items().is_empty();
    match role {
        Role::ControlPlane => {
            ca.refuse_if(!ca.is_set(), "is missing")?;
            key.refuse_if(
                key.text().is_none(),
                "is missing: control planes sign with it",
            )
        }
        Role::Worker => {
            ca.refuse_if(!ca.is_set() && !accepts_others, "is missing")?;
            key.refuse_if(key.text().is_some(), "must not be on a worker")?;
            let certificate = ca.get(&["crt"]);
            let none = certificate.text().is_none() && !accepts_others;
            certificate.refuse_if(none, "is missing: a worker trusts by it")
        }
    }
}

fn kubelet(machine: &Place<'_>) -> Result<(), Error> {
    let kubelet = machine.get(&["kubelet"]);
    for subnet in kubelet.get(&["nodeIP", "validSubnets"]).items() {
        subnet.address_or_range(true)?;
    }
    for (name, place) in kubelet.get(&["extraConfig"]).entries() {
        place.refuse_if(
            KUBELET_FIELDS.contains(&name),
            "is set by Talos and cannot be changed",
        )?;
    }
    Ok(())
}

fn api_access(machine: &Place<'_>, role: Role) -> Result<(), Error> {
    let access = machine.get(&["features", "kubernetesTalosAPIAccess"]);
    let enabled = access.get(&["enabled"]);
    if !enabled.is_on() {
        return Ok(());
    }
    enabled.refuse_if(role == Role::Worker, "is for control planes only")?;
    for allowed in access.get(&["allowedRoles"]).items() {
        let known = allowed.text().is_some_and(|role| API_ROLES.contains(&role));
        allowed.refuse_if(
            !known,
            "must be a role of the Talos API such as `os:reader`",
        )?;
    }
    Ok(())
}

fn disks(machine: &Place<'_>) -> Result<(), Error> {
    for disk in machine.get(&["disks"]).items() {
        let partitions = disk.get(&["partitions"]).items();
        let last = partitions.len().saturating_sub(1);
        for partition in partitions.iter().take(last) {
            let size = partition.get(&["size"]);
            let whole = matches!(size.text(), None | Some("0"));
            size.refuse_if(
                whole,
                "is missing: only the last partition can take what is left",
            )?;
        }
    }
    let install = machine.get(&["install", "extensions"]).items();
    let mut known: Vec<&str> = Vec::new();
    for extension in &install {
        let image = extension.get(&["image"]);
        let name = image.text().unwrap_or_default();
        image.refuse_if(known.contains(&name), "is there twice")?;
        known.push(name);
    }
    Ok(())
}

fn logging(machine: &Place<'_>) -> Result<(), Error> {
    for destination in machine.get(&["logging", "destinations"]).items() {
        let endpoint = destination.get(&["endpoint"]);
        let url = endpoint.url();
        let fits = url.is_some_and(|url| {
            !url.host.is_empty() && matches!(url.scheme.as_str(), "tcp" | "udp")
        });
        endpoint.refuse_if(!fits, "must be a URL such as `udp://127.0.0.1:12345`")?;
        let format = destination.get(&["format"]);
        let known = format.text() == Some("json_lines");
        format.refuse_if(!known, "must be `json_lines`")?;
    }
    Ok(())
}

fn encryption(machine: &Place<'_>) -> Result<(), Error> {
    for name in ["state", "ephemeral"] {
        let encryption = machine.get(&["systemDiskEncryption", name]);
        if !encryption.is_set() {
            continue;
        }
        let keys = encryption.get(&["keys"]);
        keys.refuse_if(keys.items().is_empty(), "must have at least one key")?;
        let mut slots = Vec::new();
        for key in keys.items() {
            let slot = key.get(&["slot"]);
            slot.refuse_if(slots.contains(&slot.number()), "is in use by another key")?;
            slots.push(slot.number());
            let forms = ["nodeID", "static", "kms", "tpm"];
            let any = forms.iter().any(|form| key.get(&[form]).is_set());
            key.refuse_if(!any, "must be one of `nodeID`, `static`, `kms` and `tpm`")?;
        }
    }
    Ok(())
}
