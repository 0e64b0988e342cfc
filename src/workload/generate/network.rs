//! Services and Ingresses.

use serde_json::{Map, Value, json};

use super::Error;
use super::object::{Meta, NAME_RULE, is_label, is_subdomain, number_or_text, object};

/// Kinds of Services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceType {
    /// Within the cluster.
    ClusterIp,
    /// At a port of every node.
    NodePort,
    /// At a load balancer.
    LoadBalancer,
    /// A name outside.
    ExternalName,
}

impl ServiceType {
    fn name(self) -> &'static str {
        match self {
            Self::ClusterIp => "ClusterIP",
            Self::NodePort => "NodePort",
            Self::LoadBalancer => "LoadBalancer",
            Self::ExternalName => "ExternalName",
        }
    }
}

/// `service`.
#[derive(Debug, Clone, Copy)]
pub struct Service<'a> {
    /// What kind it is.
    pub kind: ServiceType,
    /// `PORT[:TARGET]` each.
    pub tcp: &'a [String],
    /// Address, or `None` for a headless Service.
    pub cluster_ip: Option<&'a str>,
    /// Port of the nodes.
    pub node_port: Option<u16>,
    /// Name outside.
    pub external_name: Option<&'a str>,
}

/// A Service for the pods labelled `app: NAME`.
pub fn service(meta: Meta<'_>, of: &Service<'_>) -> Result<Value, Error> {
    if !is_label(meta.name) || meta.name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(Error::value(
            "NAME",
            "a Service has up to 63 lower-case letters, digits and `-`, and begins with a letter",
        ));
    }
    let headless = of.cluster_ip == Some("None");
    if of.tcp.is_empty() && !headless && of.kind != ServiceType::ExternalName {
        return Err(Error::value("--tcp", "at least one port is needed"));
    }
    let mut spec = Map::new();
    if let Some(name) = of.external_name {
        if !is_subdomain(name) {
            return Err(Error::value("--external-name", NAME_RULE));
        }
        spec.insert("externalName".to_owned(), name.into());
    }
    if let Some(address) = of.cluster_ip {
        if !headless && address.parse::<std::net::IpAddr>().is_err() {
            return Err(Error::value(
                "--clusterip",
                "expected an address, or `None`",
            ));
        }
        spec.insert("clusterIP".to_owned(), address.into());
    }
    let ports = of.tcp.iter().map(|text| port(text, of.node_port));
    let ports = ports.collect::<Result<Vec<_>, _>>()?;
    if !ports.is_empty() {
        spec.insert("ports".to_owned(), ports.into());
    }
    spec.insert("selector".to_owned(), meta.app());
    spec.insert("type".to_owned(), of.kind.name().into());
    let mut metadata = meta.json()?;
    metadata.insert("labels".to_owned(), meta.app());
    let mut service = object("v1", "Service", metadata);
    service.insert("spec".to_owned(), spec.into());
    service.insert("status".to_owned(), json!({ "loadBalancer": {} }));
    Ok(service.into())
}

fn port(text: &str, node_port: Option<u16>) -> Result<Value, Error> {
    let broken = || Error::value("--tcp", format!("`{text}` is not `PORT` or `PORT:TARGET`"));
    let (port, target) = text.split_once(':').unwrap_or((text, text));
    let number: u16 = port.parse().map_err(|_| broken())?;
    let target: Value = match number_or_text(target) {
        Value::Number(target) if target.as_u64().is_some_and(|n| (1..=65535).contains(&n)) => {
            target.into()
        }
        Value::String(name) if is_port_name(&name) => name.into(),
        _ => return Err(broken()),
    };
    let mut port = json!({
        "name": text.replace(':', "-"), "port": number, "protocol": "TCP", "targetPort": target
    });
    if let Some(node_port) = node_port {
        port["nodePort"] = node_port.into();
    }
    Ok(port)
}

/// RFC 6335: up to 15 characters, with a letter among them.
fn is_port_name(name: &str) -> bool {
    is_label(name)
        && name.len() <= 15
        && name.contains(|c: char| c.is_ascii_lowercase())
        && !name.contains("--")
}

/// `ingress`.
#[derive(Debug, Clone, Copy)]
pub struct Ingress<'a> {
    /// Class.
    pub class: Option<&'a str>,
    /// `HOST/PATH=SERVICE:PORT[,tls[=SECRET]]` each.
    pub rules: &'a [String],
    /// `SERVICE:PORT` for everything else.
    pub default_backend: Option<&'a str>,
    /// `KEY=VALUE` each.
    pub annotations: &'a [String],
}

/// One rule, taken apart.
struct Rule<'a> {
    host: &'a str,
    path: &'a str,
    backend: Value,
    /// The secret's name, which may be empty.
    tls: Option<&'a str>,
}

/// An Ingress.
pub fn ingress(meta: Meta<'_>, of: &Ingress<'_>) -> Result<Value, Error> {
    if of.rules.is_empty() && of.default_backend.is_none() {
        return Err(Error::value(
            "--rule",
            "an Ingress needs a rule or `--default-backend`",
        ));
    }
    let rules = of.rules.iter().map(|text| rule(text));
    let rules: Vec<Rule<'_>> = rules.collect::<Result<_, _>>()?;
    let mut metadata = meta.json()?;
    if !of.annotations.is_empty() {
        let mut annotations = Map::new();
        for text in of.annotations {
            let pair = text.split_once('=').filter(|(key, _)| !key.is_empty());
            let (key, value) = pair.ok_or_else(|| {
                Error::value("--annotation", format!("`{text}` is not `KEY=VALUE`"))
            })?;
            annotations.insert(key.to_owned(), value.into());
        }
        metadata.insert("annotations".to_owned(), annotations.into());
    }
    let mut spec = Map::new();
    if let Some(text) = of.default_backend {
        let backend = backend(text).ok_or_else(|| {
            Error::value(
                "--default-backend",
                format!("`{text}` is not `SERVICE:PORT`"),
            )
        })?;
        spec.insert("defaultBackend".to_owned(), backend);
    }
    if let Some(class) = of.class {
        spec.insert("ingressClassName".to_owned(), class.into());
    }
    let (hosts, tls) = (hosts(&rules), certificates(&rules));
    if !hosts.is_empty() {
        spec.insert("rules".to_owned(), hosts.into());
    }
    if !tls.is_empty() {
        spec.insert("tls".to_owned(), tls.into());
    }
    let mut ingress = object("networking.k8s.io/v1", "Ingress", metadata);
    ingress.insert("spec".to_owned(), spec.into());
    ingress.insert("status".to_owned(), json!({ "loadBalancer": {} }));
    Ok(ingress.into())
}

fn rule(text: &str) -> Result<Rule<'_>, Error> {
    let broken = || {
        Error::value(
            "--rule",
            format!("`{text}` is not `HOST/PATH=SERVICE:PORT[,tls[=SECRET]]`"),
        )
    };
    let (route, tls) = match text.split_once(',') {
        Some((route, "tls")) => (route, Some("")),
        Some((route, tls)) => (route, Some(tls.strip_prefix("tls=").ok_or_else(broken)?)),
        None => (text, None),
    };
    let (host, rest) = route.split_once('/').ok_or_else(broken)?;
    let (path, service) = rest.split_once('=').ok_or_else(broken)?;
    let wild = host.strip_prefix("*.").unwrap_or(host);
    if !host.is_empty() && !is_subdomain(wild) {
        return Err(broken());
    }
    Ok(Rule {
        host,
        path,
        backend: backend(service).ok_or_else(broken)?,
        tls,
    })
}

fn backend(text: &str) -> Option<Value> {
    let (name, port) = text.split_once(':')?;
    let port = match number_or_text(port) {
        Value::Number(port) if port.as_u64().is_some_and(|n| (1..=65535).contains(&n)) => {
            json!({ "number": port })
        }
        Value::String(port) if is_port_name(&port) => json!({ "name": port }),
        _ => return None,
    };
    is_label(name).then(|| json!({ "service": { "name": name, "port": port } }))
}

/// One entry for each host, with its paths.
fn hosts(rules: &[Rule<'_>]) -> Vec<Value> {
    let mut hosts: Vec<(&str, Vec<Value>)> = Vec::new();
    for rule in rules {
        let (path, kind) = match rule.path.strip_suffix('*') {
            Some(path) => (path, "Prefix"),
            None => (rule.path, "Exact"),
        };
        let path = json!({ "path": format!("/{path}"), "pathType": kind, "backend": rule.backend });
        match hosts.iter_mut().find(|(host, _)| *host == rule.host) {
            Some((_, paths)) => paths.push(path),
            None => hosts.push((rule.host, vec![path])),
        }
    }
    let entry = |(host, paths): (&str, Vec<Value>)| {
        let http = json!({ "paths": paths });
        if host.is_empty() {
            json!({ "http": http })
        } else {
            json!({ "host": host, "http": http })
        }
    };
    hosts.into_iter().map(entry).collect()
}

/// One entry for each secret, with its hosts; a host is in one of them only. Rules without a host add no empty one, which
/// kubectl's do if another rule names the same secret.
fn certificates(rules: &[Rule<'_>]) -> Vec<Value> {
    let mut secrets: Vec<(&str, Vec<&str>)> = Vec::new();
    for rule in rules {
        let Some(secret) = rule.tls else { continue };
        let known = secrets.iter().any(|(_, hosts)| hosts.contains(&rule.host));
        match secrets.iter_mut().find(|(name, _)| *name == secret) {
            _ if known => {}
            Some((_, hosts)) if !rule.host.is_empty() => hosts.push(rule.host),
            Some(_) => {}
            None if rule.host.is_empty() && secret.is_empty() => {}
            None if rule.host.is_empty() => secrets.push((secret, Vec::new())),
            None => secrets.push((secret, vec![rule.host])),
        }
    }
    let entry = |(secret, hosts): (&str, Vec<&str>)| {
        let mut entry = Map::new();
        if !hosts.is_empty() {
            entry.insert("hosts".to_owned(), hosts.into());
        }
        if !secret.is_empty() {
            entry.insert("secretName".to_owned(), secret.into());
        }
        Value::Object(entry)
    };
    secrets.into_iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_and_ports_that_are_none_are_refused() {
        for text in [
            "a.b=s:80",
            "a.b/x",
            "a.b/x=s",
            "a.b/x=s:0",
            "a.b/x=s:80,ssl",
            "a_b/x=s:80",
            "a.b/x=s:80,tls=x,y=:",
        ] {
            assert!(rule(text).is_err() || text.ends_with("=:"), "{text}");
        }
        for text in ["", "x", "80:", "80:0", "70000", "80:UPPER", "80:8080:1"] {
            assert!(port(text, None).is_err(), "{text}");
        }
        assert!(rule("*.a.b/x*=s:http,tls=c").is_ok());
    }
}
