//! Rules of the documents beside the one with `machine` and `cluster`.

use super::place::Place;
use crate::config::error::Error;
use crate::config::talos::document::{Document, MachineConfig};
use crate::config::talos::formats::port_range;
use crate::config::talos::tree::Data;
use crate::config::talos::version::TalosVersion;

pub(super) fn check(
    config: &MachineConfig,
    root: &Place<'_>,
    talos: TalosVersion,
) -> Result<(), Error> {
    for document in &config.documents {
        let body = &Place::root(&document.body);
        if document.kind().is_some_and(|kind| kind.named) && document.id.name.is_empty() {
            return Err(body.get(&["name"]).wrong("is missing"));
        }
        match document.id.kind {
            "HostnameConfig" => hostname(body, root, talos)?,
            "ResolverConfig" => twin(
                document,
                root,
                &[
                    &["machine", "network", "searchDomains"],
                    &["machine", "network", "nameservers"],
                    &["machine", "network", "disableSearchDomain"],
                ],
            )?,
            "KubeSpanConfig" => twin(document, root, &[&["machine", "network", "kubespan"]])?,
            "TimeSyncConfig" => twin(document, root, &[&["machine", "time"]])?,
            "RegistryMirrorConfig" => mirror(body)?,
            "KmsgLogConfig" => kernel_log(body)?,
            "NetworkRuleConfig" => rule(body)?,
            "EnvironmentConfig" => environment(body)?,
            "UserVolumeConfig" => volume(body)?,
            kind if LINKS.contains(&kind) => link(body)?,
            _ => {}
        }
    }
    Ok(())
}

const LINKS: [&str; 8] = [
    "BondConfig",
    "BridgeConfig",
    "DummyLinkConfig",
    "LinkConfig",
    "VLANConfig",
    "VRFConfig",
    "VethConfig",
    "WireguardConfig",
];

/// A document whose twin in the main document must not be set.
fn twin(document: &Document, root: &Place<'_>, paths: &[&[&str]]) -> Result<(), Error> {
    for path in paths {
        let place = root.get(path);
        let why = format!(
            "cannot be set beside {}, which begins at {}",
            document.id,
            document.at()
        );
        place.refuse_if(place.is_set() && !place.is_off(), &why)?;
    }
    Ok(())
}

fn hostname(body: &Place<'_>, root: &Place<'_>, talos: TalosVersion) -> Result<(), Error> {
    let (auto, name) = (body.get(&["auto"]), body.get(&["hostname"]));
    match (auto.text(), name.text()) {
        // Talos 1.12 takes `off` for nothing at all.
        (Some("off"), None) if talos.minor() <= 12 => return Err(name.wrong("is missing")),
        (None, None) => return Err(auto.wrong("is missing: set it or `hostname`")),
        (Some("stable"), Some(_)) => return Err(name.wrong("cannot be set beside `auto: stable`")),
        (None | Some("stable" | "off"), _) => {}
        (Some(_), _) => return Err(auto.wrong("must be `stable` or `off`")),
    }
    if let Some(text) = name.text() {
        let first = text.split('.').next().unwrap_or_default();
        let fits = text.len() <= 253 && (1..=63).contains(&first.len());
        name.refuse_if(
            !fits,
            "must be a host name of at most 253 characters, 63 up to the first `.`",
        )?;
    }
    let old = root.get(&["machine", "network", "hostname"]);
    old.refuse_if(
        old.text().is_some(),
        "cannot be set beside a `HostnameConfig`",
    )?;
    let stable = root.get(&["machine", "features", "stableHostname"]);
    stable.refuse_if(stable.is_on(), "cannot be set beside a `HostnameConfig`")
}

fn mirror(body: &Place<'_>) -> Result<(), Error> {
    for endpoint in body.get(&["endpoints"]).items() {
        let url = endpoint.get(&["url"]);
        let known = url
            .url()
            .is_some_and(|url| matches!(url.scheme.as_str(), "http" | "https"));
        url.refuse_if(
            !known,
            "must be a URL that begins with `http://` or `https://`",
        )?;
    }
    Ok(())
}

fn kernel_log(body: &Place<'_>) -> Result<(), Error> {
    let place = body.get(&["url"]);
    let fits = place.url().is_some_and(|url| {
        matches!(url.scheme.as_str(), "tcp" | "udp")
            && matches!(url.path.as_str(), "" | "/")
            && url.port().is_some_and(|port| !port.is_empty())
    });
    place.refuse_if(!fits, "must be a URL such as `udp://10.0.0.1:514`")
}

fn rule(body: &Place<'_>) -> Result<(), Error> {
    let ports = body.get(&["portSelector", "ports"]);
    ports.refuse_if(ports.items().is_empty(), "is missing")?;
    let mut known: Vec<(u16, u16)> = Vec::new();
    for place in ports.items() {
        let range = match place.tree().map(|tree| &tree.data) {
            Some(Data::Text(text)) => port_range(text),
            _ => u16::try_from(place.number()).ok().map(|port| (port, port)),
        };
        let Some((low, high)) = range.filter(|(low, high)| low <= high) else {
            return Err(place.wrong("must end after it begins"));
        };
        let overlaps = known
            .iter()
            .any(|(first, last)| low <= *last && *first <= high);
        place.refuse_if(overlaps, "overlaps another one")?;
        known.push((low, high));
    }
    for ingress in body.get(&["ingress"]).items() {
        let subnet = ingress.get(&["subnet"]);
        subnet.refuse_if(subnet.text().is_none(), "is missing")?;
    }
    Ok(())
}

fn environment(body: &Place<'_>) -> Result<(), Error> {
    for (key, place) in body.get(&["variables"]).entries() {
        let fits = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        place.refuse_if(!fits, "is no name of a variable")?;
    }
    Ok(())
}

fn volume(body: &Place<'_>) -> Result<(), Error> {
    // Those in a folder or in memory need no disk.
    if matches!(body.get(&["volumeType"]).text(), Some(kind) if kind != "partition") {
        return Ok(());
    }
    let provisioning = body.get(&["provisioning"]);
    let selector = provisioning.get(&["diskSelector", "match"]);
    selector.refuse_if(selector.text().is_none(), "is missing")?;
    let sizes = [["minSize"], ["maxSize"]];
    let any = sizes
        .iter()
        .any(|size| provisioning.get(size).text().is_some());
    provisioning.refuse_if(!any, "must have `minSize` or `maxSize`")
}

fn link(body: &Place<'_>) -> Result<(), Error> {
    let is_unspecified = |place: &Place<'_>| {
        let text = place.text().unwrap_or_default();
        let address = text.split('/').next().unwrap_or_default();
        matches!(address, "0.0.0.0" | "::")
    };
    for item in body.get(&["addresses"]).items() {
        let address = item.get(&["address"]);
        let wrong = address.text().is_none() || is_unspecified(&address);
        address.refuse_if(wrong, "must be an address with its prefix length")?;
    }
    for route in body.get(&["routes"]).items() {
        for name in ["destination", "gateway", "source"] {
            let place = route.get(&[name]);
            place.refuse_if(
                is_unspecified(&place),
                "must not be the unspecified address; leave it out",
            )?;
        }
    }
    Ok(())
}
