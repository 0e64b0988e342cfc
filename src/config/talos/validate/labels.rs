//! Labels, annotations and taints of the node.

use super::place::Place;
use crate::config::error::Error;

const MAX_NAME: usize = 63;
const MAX_DOMAIN: usize = 253;
const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
const NOT_A_NAME: &str = "has a key that Kubernetes does not accept";
const NOT_A_VALUE: &str =
    "must be at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends";
/// Talos notes in these what it has set.
const RESERVED: [&str; 3] = [
    "talos.dev/owned-labels",
    "talos.dev/owned-annotations",
    "talos.dev/owned-taints",
];

pub(super) fn check(root: &Place<'_>) -> Result<(), Error> {
    let machine = root.get(&["machine"]);
    for (key, place) in machine.get(&["nodeLabels"]).entries() {
        place.refuse_if(!is_key(key), NOT_A_NAME)?;
        place.refuse_if(!place.text().is_none_or(is_name), NOT_A_VALUE)?;
    }
    for (key, place) in machine.get(&["nodeAnnotations"]).entries() {
        place.refuse_if(!is_key(key), NOT_A_NAME)?;
        place.refuse_if(RESERVED.contains(&key), "is reserved for Talos itself")?;
    }
    for (key, place) in machine.get(&["nodeTaints"]).entries() {
        place.refuse_if(!is_key(key), NOT_A_NAME)?;
        let text = place.text().unwrap_or_default();
        let (value, effect) = text.split_once(':').unwrap_or(("", text));
        let fits = EFFECTS.contains(&effect) && (value.is_empty() || is_name(value));
        place.refuse_if(!fits, "must be `VALUE:EFFECT`, with the effect `NoSchedule`, `PreferNoSchedule` or `NoExecute`")?;
    }
    Ok(())
}

fn is_key(key: &str) -> bool {
    match key.split_once('/') {
        Some((domain, name)) => is_domain(domain) && is_name(name),
        None => is_name(key),
    }
}

fn is_name(text: &str) -> bool {
    let end = |c: char| c.is_ascii_alphanumeric();
    text.len() <= MAX_NAME
        && text.starts_with(end)
        && text.ends_with(end)
        && text.chars().all(|c| end(c) || matches!(c, '-' | '_' | '.'))
}

fn is_domain(text: &str) -> bool {
    let end = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let label = |label: &str| {
        label.starts_with(end) && label.ends_with(end) && label.chars().all(|c| end(c) || c == '-')
    };
    text.len() <= MAX_DOMAIN && text.split('.').all(label)
}
