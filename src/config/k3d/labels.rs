//! Labels of containers and of Kubernetes Nodes: `KEY[=VALUE]`.

use super::model::Label;
use crate::config::notation::Refusal;

/// What a kubelet may set of the keys that Kubernetes keeps for itself.
const KUBELET_KEYS: [&str; 11] = [
    "kubernetes.io/hostname",
    "kubernetes.io/arch",
    "kubernetes.io/os",
    "beta.kubernetes.io/arch",
    "beta.kubernetes.io/os",
    "beta.kubernetes.io/instance-type",
    "node.kubernetes.io/instance-type",
    "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone",
];
const KUBELET_DOMAINS: [&str; 2] = ["kubelet.kubernetes.io", "node.kubernetes.io"];
const MAX_LABEL: usize = 63;
const MAX_DOMAIN: usize = 253;

/// Reads a label of a container. The keys by which k3d finds its containers are not to be had.
pub fn runtime_label(text: &str) -> Result<Label, Refusal> {
    let label = split(text)?;
    let reserved = ["k3d.", "k3s."];
    if label.key == "app" || reserved.iter().any(|start| label.key.starts_with(start)) {
        return Err(Refusal::rule(format!(
            "has the key `{}`, but `app` and keys that begin with `k3d.` or `k3s.` are reserved",
            label.key
        )));
    }
    Ok(label)
}

/// Reads a label of a Node, with the rules of Kubernetes: a kubelet does not start with a wrong one.
pub fn node_label(text: &str) -> Result<Label, Refusal> {
    let label = split(text)?;
    let (domain, name) = match label.key.split_once('/') {
        Some((domain, name)) => (Some(domain), name),
        None => (None, label.key.as_str()),
    };
    let value_fits = label.value.is_empty() || is_name(&label.value);
    if !is_name(name) || domain.is_some_and(|domain| !is_domain(domain)) {
        let why = format!(
            "has the key `{}`, which Kubernetes does not accept",
            label.key
        );
        return Err(Refusal::rule(why));
    }
    if !value_fits {
        return Err(Refusal::rule(format!(
            "has the value `{}`; it must be at most {MAX_LABEL} letters, digits, `-`, `_` and `.`, with a letter or digit at both ends",
            label.value
        )));
    }
    if domain.is_some_and(|domain| is_kept(domain, &label.key)) {
        return Err(Refusal::rule(format!(
            "has the key `{}`, which kubelets must not set; use `kubectl label node` when the cluster runs",
            label.key
        )));
    }
    Ok(label)
}

fn split(text: &str) -> Result<Label, Refusal> {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    if key.is_empty() {
        return Err(Refusal::rule("must be `KEY=VALUE`"));
    }
    Ok(Label {
        key: key.to_owned(),
        value: value.to_owned(),
    })
}

/// Whether Kubernetes keeps a key from kubelets.
fn is_kept(domain: &str, key: &str) -> bool {
    let within = |parent: &str| {
        let rest = domain.strip_suffix(parent);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    (within("kubernetes.io") || within("k8s.io"))
        && !KUBELET_KEYS.contains(&key)
        && !KUBELET_DOMAINS.into_iter().any(within)
}

fn is_name(text: &str) -> bool {
    let end = |c: char| c.is_ascii_alphanumeric();
    text.len() <= MAX_LABEL
        && text.starts_with(end)
        && text.ends_with(end)
        && text.chars().all(|c| end(c) || matches!(c, '-' | '_' | '.'))
}

fn is_domain(text: &str) -> bool {
    text.len() <= MAX_DOMAIN && !text.bytes().any(|byte| byte.is_ascii_uppercase()) && is_host(text)
}

/// Whether a text is a host name by RFC 1123.
pub(super) fn is_host(text: &str) -> bool {
    let end = |c: char| c.is_ascii_alphanumeric();
    text.len() <= MAX_DOMAIN
        && text.split('.').all(|label| {
            label.len() <= MAX_LABEL
                && label.starts_with(end)
                && label.ends_with(end)
                && label.chars().all(|c| end(c) || c == '-')
        })
}
