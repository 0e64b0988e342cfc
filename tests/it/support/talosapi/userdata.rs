//! What a container was given: the machine's configuration in its environment, read as Talos reads it.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use serde::Deserialize as _;
use serde_json::Value;

use super::super::authority::Authority;
use super::super::engine::Started;

/// The text of the configuration, all documents of it; `None` for a container without one.
pub(super) fn config(container: &Started<'_>) -> Option<String> {
    let variables = container.body["Env"].as_array()?;
    let encoded = variables
        .iter()
        .find_map(|variable| variable.as_str()?.strip_prefix("USERDATA="))?;
    let bytes = STANDARD.decode(encoded).expect("USERDATA is no base64");
    let mut text = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        GzDecoder::new(bytes.as_slice())
            .read_to_string(&mut text)
            .unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    Some(text)
}

/// The document without a kind.
pub(super) fn machine(config: &str) -> Value {
    serde_yaml::Deserializer::from_str(config)
        .map(|document| Value::deserialize(document).unwrap())
        .find(|document| document.get("kind").is_none())
        .expect("no document describes the machine")
}

/// The authority in a field of the configuration; `None` on workers, which have no keys.
pub(super) fn authority(field: &Value) -> Option<Authority> {
    let pem = |name: &str| {
        let encoded = field[name].as_str().filter(|text| !text.is_empty())?;
        let bytes = STANDARD.decode(encoded).expect("no base64");
        Some(String::from_utf8(bytes).unwrap())
    };
    Some(Authority::of_talos(&pem("crt")?, &pem("key")?))
}
