//! The only user of `rops`, and of nothing in it but the decryption of values: paths and sealed values go in, plain
//! values come out. Metadata, keys, rules and the authentication code of the file are not its business.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rops::cryptography::cipher::AES256GCM;
use rops::cryptography::hasher::SHA512;
use rops::file::RopsFile;
use rops::file::format::{JsonFileFormat, RopsFileFormatMap};
use rops::file::map::state::EncryptedMap;
use rops::file::metadata::RopsFileMetadata;
use rops::file::metadata::state::DecryptedMetadata;
use rops::file::state::DecryptedFile;
use serde_json::{Map, Value, json};

use super::error::Error;
use super::leaf::{DataKey, Plain, Sealed};

/// Decrypts values that passed [`Sealed::fits_engine`]; the result is in the order of the input. `None` if any of them
/// fails: the engine does not say which, so the caller looks at them one by one.
pub(crate) fn decrypt(
    key: &DataKey,
    leaves: &[(&str, Sealed<'_>)],
) -> Result<Option<Vec<Plain>>, Error> {
    // The engine derives the authenticated path from map keys. It joins them with colons and leaves lists out, so one
    // flat map from path to a list of values says the same as the nested original.
    let mut values: HashMap<&str, Vec<Value>> = HashMap::with_capacity(leaves.len());
    for (path, leaf) in leaves {
        values
            .entry(path.strip_suffix(':').unwrap_or(path))
            .or_default()
            .push(Value::String(leaf.text().to_owned()));
    }
    let sealed: Map<String, Value> = values
        .into_iter()
        .map(|(path, list)| (path.to_owned(), Value::Array(list)))
        .collect();

    let opened = catch_unwind(AssertUnwindSafe(|| open(key, sealed)))
        .map_err(|_| Error::Engine("the value engine gave up on this file"))?;
    let Some(opened) = opened else {
        return Ok(None);
    };

    let mut lists: HashMap<String, std::vec::IntoIter<Value>> = opened
        .into_iter()
        .filter_map(|(path, list)| match list {
            Value::Array(list) => Some((path, list.into_iter())),
            _ => None,
        })
        .collect();
    Ok(leaves
        .iter()
        .map(|(path, _)| {
            lists
                .get_mut(path.strip_suffix(':').unwrap_or(path))
                .and_then(Iterator::next)
                .and_then(plain)
        })
        .collect())
}

fn open(key: &DataKey, sealed: Map<String, Value>) -> Option<Map<String, Value>> {
    let key = key.expose().to_vec().try_into().ok()?;
    let opened =
        RopsFileFormatMap::<EncryptedMap<AES256GCM>, JsonFileFormat>::from_inner_map(sealed)
            .to_internal(None)
            .ok()?
            .decrypt(&key)
            .ok()?;
    // The way back to a JSON map leads through a file, and a file must have metadata.
    let metadata: RopsFileMetadata<DecryptedMetadata<SHA512>> =
        serde_json::from_value(json!({ "lastmodified": "2000-01-01T00:00:00Z", "mac": "" }))
            .ok()?;
    Some(RopsFile::<DecryptedFile<SHA512>, JsonFileFormat>::new(opened, metadata).into_inner_map())
}

fn plain(value: Value) -> Option<Plain> {
    match value {
        Value::String(text) => Some(Plain::Str(text)),
        Value::Bool(value) => Some(Plain::Bool(value)),
        Value::Number(number) => number.as_i64().map(Plain::Int),
        _ => None,
    }
}
