//! Rules of the cluster's part.

use super::Warning;
use super::place::Place;
use crate::config::error::Error;
use crate::config::talos::document::MachineConfig;
use crate::config::talos::version::Role;

const AUTHORIZERS: [&str; 3] = ["Node", "RBAC", "Webhook"];

pub(super) fn check(
    config: &MachineConfig,
    root: &Place<'_>,
    role: Role,
) -> Result<Vec<Warning>, Error> {
    let cluster = root.get(&["cluster"]);
    cluster.refuse_if(!cluster.is_set(), "is missing")?;
    // Since Talos 1.14 a document of its own can say it.
    if config.value("KubeClusterConfig", &["endpoint"]).is_none() {
        endpoint(&cluster)?;
    }
    let domain = cluster.get(&["network", "dnsDomain"]);
    let wrong = domain.text().is_some_and(|text| !is_domain(text));
    domain.refuse_if(wrong, "must be a DNS name such as `cluster.local`")?;
    for list in ["podSubnets", "serviceSubnets"] {
        for range in cluster.get(&["network", list]).items() {
            range.range()?;
        }
    }
    etcd(&cluster, role)?;
    if role == Role::Worker {
        let key = cluster.get(&["ca", "key"]);
        key.refuse_if(key.text().is_some(), "must not be on a worker")?;
    }
    manifests(&cluster)?;
    discovery(&cluster)?;
    programs(&cluster)?;
    if role == Role::Worker {
        return Ok(Vec::new());
    }
    cni(&cluster.get(&["network", "cni"]))
}

/// Where the API server is to be found.
fn endpoint(cluster: &Place<'_>) -> Result<(), Error> {
    let endpoint = cluster.get(&["controlPlane", "endpoint"]);
    endpoint.refuse_if(!endpoint.is_set(), "is missing")?;
    web_address(&endpoint)
}

fn web_address(place: &Place<'_>) -> Result<(), Error> {
    let fits = place.url().is_some_and(|url| {
        let port = url.port().filter(|port| !port.is_empty());
        let port = port.map(str::parse::<u16>);
        !url.host_name().is_empty() && !matches!(port, Some(Err(_) | Ok(0)))
    });
    place.refuse_if(
        !fits,
        "must be a URL with a host, such as `https://10.5.0.2:6443`",
    )
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        label.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
            && label.len() <= 63
            && label
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
    };
    let text = text.strip_suffix(['.', '_']).unwrap_or(text);
    text.len() <= 255 && text.split('.').all(label)
}

fn etcd(cluster: &Place<'_>, role: Role) -> Result<(), Error> {
    let etcd = cluster.get(&["etcd"]);
    if !etcd.is_set() {
        return Ok(());
    }
    etcd.refuse_if(role == Role::Worker, "is for control planes only")?;
    let ca = etcd.get(&["ca"]);
    ca.refuse_if(!ca.is_set(), "is missing")?;
    let subnet = etcd.get(&["subnet"]);
    let advertised = etcd.get(&["advertisedSubnets"]);
    let both = subnet.text().is_some() && !advertised.items().is_empty();
    subnet.refuse_if(both, "cannot be set beside `advertisedSubnets`")?;
    subnet_like(&subnet)?;
    for place in advertised
        .items()
        .iter()
        .chain(&etcd.get(&["listenSubnets"]).items())
    {
        place.address_or_range(true)?;
    }
    Ok(())
}

fn subnet_like(place: &Place<'_>) -> Result<(), Error> {
    if place.text().is_some() {
        place.address_or_range(true)?;
    }
    Ok(())
}

fn manifests(cluster: &Place<'_>) -> Result<(), Error> {
    let mut names: Vec<&str> = Vec::new();
    for manifest in cluster.get(&["inlineManifests"]).items() {
        let name = manifest.get(&["name"]);
        let text = name.text().map(str::trim).unwrap_or_default();
        name.refuse_if(text.is_empty(), "must not be empty")?;
        name.refuse_if(
            names.contains(&text),
            "is the name of another manifest as well",
        )?;
        names.push(text);
    }
    let provider = cluster.get(&["externalCloudProvider"]);
    let urls = provider.get(&["manifests"]);
    let unused = !provider.get(&["enabled"]).is_on() && !urls.items().is_empty();
    urls.refuse_if(unused, "is set, but the provider is not enabled")?;
    urls.items().iter().try_for_each(web_address)
}

fn discovery(cluster: &Place<'_>) -> Result<(), Error> {
    let discovery = cluster.get(&["discovery"]);
    let service = discovery.get(&["registries", "service"]);
    if !discovery.get(&["enabled"]).is_on() || service.get(&["disabled"]).is_on() {
        return Ok(());
    }
    let endpoint = service.get(&["endpoint"]);
    if endpoint.text().is_some() {
        let fits = endpoint
            .url()
            .is_some_and(|url| !url.scheme.is_empty() && matches!(url.path.as_str(), "" | "/"));
        endpoint.refuse_if(!fits, "must be a URL without a path")?;
    }
    for name in ["id", "secret"] {
        let place = cluster.get(&[name]);
        place.refuse_if(place.text().is_none(), "is missing: discovery needs it")?;
    }
    Ok(())
}

/// The programs of the control plane.
fn programs(cluster: &Place<'_>) -> Result<(), Error> {
    for name in ["apiServer", "controllerManager", "scheduler"] {
        for part in ["requests", "limits"] {
            for (key, place) in cluster.get(&[name, "resources", part]).entries() {
                let known = matches!(key, "cpu" | "memory");
                place.refuse_if(!known, "is none of `cpu` and `memory`")?;
            }
        }
    }
    let server = cluster.get(&["apiServer"]);
    let authorizers = server.get(&["authorizationConfig"]);
    for authorizer in authorizers.items() {
        for field in ["type", "name"] {
            let place = authorizer.get(&[field]);
            place.refuse_if(place.text().is_none(), "is missing")?;
        }
        let kind = authorizer.get(&["type"]);
        let known = kind.text().is_some_and(|kind| AUTHORIZERS.contains(&kind));
        kind.refuse_if(
            !known,
            "must be an authorizer of Kubernetes such as `Webhook`",
        )?;
    }
    for (name, place) in server.get(&["extraArgs"]).entries() {
        let clashes = authorizers.is_set()
            && (name == "authorization-mode" || name.starts_with("authorization-webhook-"));
        place.refuse_if(clashes, "cannot be set beside `authorizationConfig`")?;
    }
    Ok(())
}

fn cni(cni: &Place<'_>) -> Result<Vec<Warning>, Error> {
    let name = cni.get(&["name"]);
    let urls = cni.get(&["urls"]);
    let flannel = cni.get(&["flannel"]);
    let word = match name.text() {
        None if cni.is_set() => return Err(name.wrong("must be `flannel`, `none` or `custom`")),
        None | Some("flannel") => "flannel",
        Some(word @ ("none" | "custom")) => word,
        Some(_) => return Err(name.wrong("must be `flannel`, `none` or `custom`")),
    };
    let has_urls = !urls.items().is_empty();
    if word != "custom" {
        urls.refuse_if(has_urls, &format!("must be empty with the CNI `{word}`"))?;
    }
    if word != "flannel" {
        let arguments = flannel.get(&["extraArgs"]);
        let why = format!("must not be set with the CNI `{word}`");
        arguments.refuse_if(!arguments.items().is_empty(), &why)?;
        let policies = flannel.get(&["kubeNetworkPoliciesEnabled"]);
        policies.refuse_if(policies.is_on(), &why)?;
    }
    if word == "custom" {
        urls.items().iter().try_for_each(web_address)?;
        if !has_urls {
            return Ok(vec![
                urls.warning("is empty: nothing installs the custom CNI"),
            ]);
        }
    }
    Ok(Vec::new())
}
