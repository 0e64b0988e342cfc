//! Documents whose rule goes by comments: the text is read again with them, and the values move over to the documents.

use super::document::{SOPS, loaded};
use super::error::Error;
use super::file;
use super::leaf::{DataKey, Fault, Plain, Sealed};
use super::mac::Mac;
use super::metadata::Metadata;
use super::store::Format;
use super::tree::{self, Branch, Element, Member, Tree, Value};
use super::walk::{Stash, at};
use crate::yaml::{self, Node};

/// Decrypts the documents that were encrypted together, and answers with their authentication code. Their metadata is
/// removed already; `text` is what they were loaded from.
pub(super) fn decrypt(
    file: &mut [&mut Node],
    text: &str,
    metadata: &Metadata,
    key: &DataKey,
) -> Result<Mac, Error> {
    let mut all = Format::Yaml.read(text.as_bytes())?;
    let ours = std::mem::take(&mut all.documents)
        .into_iter()
        .filter_map(|branch| without_metadata(branch, &metadata.mac))
        .collect();
    let mut tree = Tree { documents: ours };
    if tree.documents.len() != file.len() {
        return Err(Error::Engine(
            "the documents of the file cannot be told apart",
        ));
    }
    let mac = file::decrypt(&mut tree, metadata, key, &mut Stash::default())?;
    for (document, branch) in file.iter_mut().zip(&tree.documents) {
        take_map(document, branch, &mut String::new())?;
    }
    Ok(mac)
}

/// The document without its metadata, if that has this code.
fn without_metadata(mut branch: Branch, mac: &str) -> Option<Branch> {
    let found = match tree::get(&branch, SOPS)? {
        Value::Map(sops) => tree::get(sops, "mac")
            .and_then(Value::as_str)
            .unwrap_or_default(),
        _ => return None,
    };
    if found != mac {
        return None;
    }
    branch.retain(|member| !matches!(member, Member::Pair(name, _) if name == SOPS));
    Some(branch)
}

fn take(node: &mut Node, value: &Value, path: &mut String) -> Result<(), Error> {
    match value {
        Value::Map(branch) => take_map(node, branch, path),
        Value::Seq(list) => take_list(node, list, path),
        Value::Leaf(plain)
            if node
                .as_str()
                .is_some_and(|text| Sealed::parse(text).is_ok()) =>
        {
            let fault = match plain {
                Plain::Bytes(_) => Some("holds bytes that are not text"),
                Plain::Float(number) if !number.is_finite() => {
                    Some("is an infinity or no number, which JSON cannot express")
                }
                _ => None,
            };
            if let Some(reason) = fault {
                return Err(at(path, Fault::Malformed(reason)));
            }
            node.value = loaded(plain.clone());
            node.plain = false;
            Ok(())
        }
        Value::Null | Value::Leaf(_) => Ok(()),
    }
}

fn take_map(node: &mut Node, branch: &Branch, path: &mut String) -> Result<(), Error> {
    let yaml::Value::Map(entries) = &mut node.value else {
        return Ok(());
    };
    for entry in entries {
        let length = path.len();
        path.push_str(&entry.key);
        path.push(':');
        let value = tree::get(branch, &entry.key).ok_or_else(|| {
            let reason = "comes from a merge key, which encrypted files do not have";
            at(path, Fault::Malformed(reason))
        })?;
        take(&mut entry.value, value, path)?;
        path.truncate(length);
    }
    Ok(())
}

/// Encrypted comments are items of the node, but none of the list.
fn take_list(node: &mut Node, list: &[Element], path: &mut String) -> Result<(), Error> {
    let yaml::Value::Seq(items) = &mut node.value else {
        return Ok(());
    };
    items.retain(|item| !item.as_str().is_some_and(is_comment));
    let values = list.iter().filter_map(|element| match element {
        Element::Item(value) => Some(value),
        Element::Comment(_) => None,
    });
    for (item, value) in items.iter_mut().zip(values) {
        take(item, value, path)?;
    }
    Ok(())
}

fn is_comment(text: &str) -> bool {
    Sealed::parse(text).is_ok_and(|sealed| sealed.is_comment())
}
