//! Hashes behind the names of generated objects: those of kustomize, bit for bit.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::super::error::Error;
use super::super::gojson;
use super::super::resource::Resource;
use super::super::set::ResourceSet;

/// Characters of a hash.
const LENGTH: usize = 10;

/// Puts the hash of its content behind the name of every object that needs one; the names before are remembered.
pub(crate) fn add_hashes(set: &mut ResourceSet) -> Result<(), Error> {
    for resource in set.list_mut() {
        if resource.history.needs_hash {
            let name = format!("{}-{}", resource.name(), hash(resource)?);
            resource.store_previous_id();
            resource.set_name(&name);
        }
    }
    Ok(())
}

/// The hash of an object.
fn hash(resource: &Resource) -> Result<String, Error> {
    let fields: &[&str] = match resource.kind() {
        "ConfigMap" => &["binaryData"],
        "Secret" => &["stringData"],
        kind => {
            let what = format!(
                "the {kind} `{}` was generated as something else, whose name gets a hash of its content: only those of \
                 a ConfigMap or Secret can be hashed",
                resource.name()
            );
            return Err(Error::object(resource, what)
                .with_hint("set `options.disableNameSuffixHash: true` for its generator"));
        }
    };
    let mut hashed = Map::new();
    hashed.insert("kind".to_owned(), resource.kind().into());
    // The name counts as empty: kustomize looks for it in a field called `metadata/name`.
    hashed.insert("name".to_owned(), "".into());
    hashed.insert("data".to_owned(), content(&resource.json, "data"));
    if resource.kind() == "Secret" {
        hashed.insert("type".to_owned(), content(&resource.json, "type"));
    }
    for field in fields {
        let value = content(&resource.json, field);
        if value.is_object() {
            hashed.insert((*field).to_owned(), value);
        }
    }
    Ok(encode(gojson::compact(&Value::Object(hashed)).as_bytes()))
}

/// A field as it counts: a mapping as it is, anything plain as text, and what is missing as an empty text.
fn content(object: &Value, field: &str) -> Value {
    match object.get(field) {
        None => "".into(),
        Some(Value::Null) => "null".into(),
        Some(Value::Bool(flag)) => flag.to_string().into(),
        Some(Value::Number(number)) => number.to_string().into(),
        Some(value) => value.clone(),
    }
}

/// The first digits of the SHA-256 with those replaced that could make up a word.
fn encode(text: &[u8]) -> String {
    let digest = Sha256::digest(text);
    let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let letter = |digit: u8| char::from(b"gh2k456789mbcdtf"[usize::from(digit)]);
    digits.take(LENGTH).map(letter).collect()
}
