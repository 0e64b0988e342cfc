//! Keeps secrets out of printed plans: labels and variables that hold one are shown without it.

use std::collections::BTreeMap;

use serde::Serializer;
use serde::ser::{SerializeMap, SerializeSeq};

const MASK: &str = "***";

/// Variables that hold a whole configuration, keys included.
const CONFIGURATIONS: [&str; 1] = ["USERDATA"];

fn is_secret(key: &str) -> bool {
    key.to_ascii_lowercase().ends_with("token") || CONFIGURATIONS.contains(&key)
}

/// Labels, those whose key ends in `token` masked.
pub(super) fn labels<S: Serializer>(
    labels: &BTreeMap<String, String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(labels.len()))?;
    for (key, value) in labels {
        let shown = if is_secret(key) { MASK } else { value };
        map.serialize_entry(key, shown)?;
    }
    map.end()
}

/// Variables `NAME=value`, those whose name ends in `TOKEN` masked.
pub(super) fn variables<S: Serializer>(env: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    let mut seq = serializer.serialize_seq(Some(env.len()))?;
    for variable in env {
        match variable.split_once('=') {
            Some((name, _)) if is_secret(name) => {
                seq.serialize_element(&format!("{name}={MASK}"))?;
            }
            _ => seq.serialize_element(variable)?,
        }
    }
    seq.end()
}

#[cfg(test)]
mod tests {
    use crate::cluster::model::ContainerSpec;

    #[test]
    fn tokens_are_not_shown() {
        let spec = ContainerSpec {
            labels: [("k3d.cluster.token", "geheim"), ("app", "k3d")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
            env: vec![
                "K3S_TOKEN=geheim".into(),
                "USERDATA=geheim".into(),
                "A=b".into(),
            ],
            ..ContainerSpec::default()
        };
        let shown = serde_json::to_value(spec).unwrap();
        assert_eq!(shown["labels"]["k3d.cluster.token"], "***");
        assert_eq!(shown["labels"]["app"], "k3d");
        assert_eq!(
            shown["env"],
            serde_json::json!(["K3S_TOKEN=***", "USERDATA=***", "A=b"])
        );
        assert!(!shown.to_string().contains("geheim"));
    }
}
