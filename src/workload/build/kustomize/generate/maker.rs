//! One object of keys and values.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::super::error::Error;
use super::super::file::{Generator, GeneratorOptions};
use super::super::resource::Resource;
use super::super::schema::Schema;
use super::super::tree::Directory;
use super::pairs::Pairs;
use crate::workload::object::Origin;

/// Characters on a line of encoded data.
const LINE: usize = 70;

/// What is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    /// A `ConfigMap`.
    ConfigMap,
    /// A `Secret`.
    Secret,
}

/// Makes the object of one entry; `global` are the options of the kustomization.
pub(crate) fn generate(
    made: Made,
    generator: &Generator,
    global: Option<&GeneratorOptions>,
    directory: &Directory,
    schema: &Arc<Schema>,
) -> Result<Resource, Error> {
    let kind = match made {
        Made::ConfigMap => "ConfigMap",
        Made::Secret => "Secret",
    };
    if generator.name.is_empty() {
        let what = format!("the generator of a {kind} needs a `name`");
        return Err(Error::at(&generator.at, what));
    }
    let mut metadata = json!({"name": generator.name});
    if !generator.namespace.is_empty() {
        metadata["namespace"] = generator.namespace.as_str().into();
    }
    let pairs = Pairs::of(generator, directory)?;
    let mut object = Map::new();
    object.insert("apiVersion".to_owned(), "v1".into());
    object.insert("kind".to_owned(), kind.into());
    if made == Made::Secret {
        let secret_type = match generator.secret_type.as_str() {
            "" => "Opaque",
            given => given,
        };
        object.insert("type".to_owned(), secret_type.into());
        // It is there even without any.
        object.insert("data".to_owned(), Value::Object(Map::new()));
    }
    for (key, bytes) in pairs.values {
        let (field, value) = match (made, String::from_utf8(bytes)) {
            (Made::ConfigMap, Ok(text)) => ("data", text),
            (Made::ConfigMap, Err(bytes)) => ("binaryData", encode(bytes.as_bytes())),
            (Made::Secret, Ok(text)) => ("data", encode(text.as_bytes())),
            (Made::Secret, Err(bytes)) => ("data", encode(bytes.as_bytes())),
        };
        super::super::resource::child(&mut object, field).insert(key, value.into());
    }
    let options = merged(generator.options.clone(), global);
    for (field, marks) in [
        ("labels", options.labels),
        ("annotations", options.annotations),
    ] {
        if !marks.is_empty() {
            metadata[field] = json!(marks);
        }
    }
    object.insert("metadata".to_owned(), metadata);
    if options.immutable {
        object.insert("immutable".to_owned(), true.into());
    }
    let origin = Origin {
        source: generator.at.source.clone(),
        line: generator.at.line,
    };
    let mut resource = Resource::new(Value::Object(object), origin, schema);
    resource.confidential = pairs.confidential;
    resource.history.needs_hash = !options.disable_name_suffix_hash;
    resource.history.behavior = generator.behavior;
    Ok(resource)
}

/// Options of a generator with those of the kustomization; what is switched on in either is on.
fn merged(own: Option<GeneratorOptions>, global: Option<&GeneratorOptions>) -> GeneratorOptions {
    let mut options = own.unwrap_or_default();
    let Some(global) = global else {
        return options;
    };
    for (own, global) in [
        (&mut options.labels, &global.labels),
        (&mut options.annotations, &global.annotations),
    ] {
        for (key, value) in global {
            own.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    options.disable_name_suffix_hash |= global.disable_name_suffix_hash;
    options.immutable |= global.immutable;
    options
}

/// Base 64; what does not fit on one line is on lines that all end with a line break.
pub(super) fn encode(bytes: &[u8]) -> String {
    let encoded = STANDARD.encode(bytes);
    if encoded.len() < LINE {
        return encoded;
    }
    let mut lines = String::with_capacity(encoded.len() + encoded.len() / LINE + 1);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(LINE.min(rest.len()));
        lines.push_str(line);
        lines.push('\n');
        rest = more;
    }
    lines
}
