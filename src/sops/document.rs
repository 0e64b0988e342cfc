//! A whole file: which documents belong together, their values decrypted in place, their authentication code checked.

use std::collections::BTreeMap;

use zeroize::Zeroize;

use crate::yaml::{Node, Value, resolve_plain};

use super::commented;
use super::engine;
use super::error::Error;
use super::keyring::Keyring;
use super::leaf::{DataKey, Fault, Plain, Sealed};
use super::mac::Mac;
use super::metadata::Metadata;
use super::rules::Rule;
use super::walk::at;

/// The top-level key of the metadata.
pub(super) const SOPS: &str = "sops";

/// Fields of which a `sops` mapping has at least one if it is metadata.
const TELLTALE: [&str; 6] = ["mac", "lastmodified", "age", "pgp", "kms", "key_groups"];

/// Values that the engine gets at once.
const ENGINE_PART: usize = 512;

/// What to do about the authentication code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MacCheck {
    /// It must match; right for files as they are on disk.
    Verify,
    /// It is not looked at; right after a transformation changed clear values.
    Ignore,
}

/// Whether a document carries SOPS metadata.
pub fn is_encrypted(document: &Node) -> bool {
    document
        .get(SOPS)
        .is_some_and(|sops| TELLTALE.iter().any(|field| sops.get(field).is_some()))
}

/// Decrypts the documents of one file in place and removes their metadata. Documents without metadata are left alone.
/// `text` is what they were loaded from.
///
/// # Caveats
///
/// After an error nothing is left of the documents: some may have been in clear text already.
pub fn decrypt(
    documents: &mut [Node],
    text: &str,
    keys: &Keyring,
    check: MacCheck,
) -> Result<(), Error> {
    let decrypted = decrypt_files(documents, text, keys, check);
    if decrypted.is_err() {
        documents.iter_mut().for_each(Zeroize::zeroize);
    }
    decrypted
}

/// Decrypts each set of documents that were encrypted together.
fn decrypt_files(
    documents: &mut [Node],
    text: &str,
    keys: &Keyring,
    check: MacCheck,
) -> Result<(), Error> {
    // Documents of one encryption share one code. Files that were concatenated afterwards differ in it.
    let mut files: BTreeMap<(usize, String), Vec<&mut Node>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for document in documents
        .iter_mut()
        .filter(|document| is_encrypted(document))
    {
        let mac = document
            .get(SOPS)
            .and_then(|sops| sops.get("mac")?.as_str());
        let mac = mac.unwrap_or_default().to_owned();
        let place = order
            .iter()
            .position(|known| *known == mac)
            .unwrap_or_else(|| {
                order.push(mac.clone());
                order.len() - 1
            });
        files.entry((place, mac)).or_default().push(document);
    }
    for file in files.into_values() {
        decrypt_file(file, text, keys, check)?;
    }
    Ok(())
}

/// Decrypts the documents that were encrypted together.
fn decrypt_file(
    mut file: Vec<&mut Node>,
    text: &str,
    keys: &Keyring,
    check: MacCheck,
) -> Result<(), Error> {
    let mut metadata = None;
    for document in &mut file {
        if let Value::Map(entries) = &mut document.value
            && let Some(at) = entries.iter().position(|entry| entry.key == SOPS)
        {
            let sops = entries.remove(at).value;
            metadata.get_or_insert(sops);
        }
    }
    let Some(metadata) = metadata else {
        return Ok(());
    };
    let metadata = metadata.to_json();
    let metadata = match check {
        MacCheck::Verify => Metadata::read(&metadata)?,
        MacCheck::Ignore => Metadata::read_without_mac(&metadata)?,
    };
    let key = keys.data_key(&metadata)?;
    let mac = if metadata.rule.goes_by_comments() {
        commented::decrypt(&mut file, text, &metadata, &key)?
    } else {
        decrypt_nodes(&mut file, text, &metadata, &key)?
    };
    match check {
        MacCheck::Verify => mac.verify(&metadata, &key),
        MacCheck::Ignore => Ok(()),
    }
}

/// Decrypts values by rules that look at keys only.
fn decrypt_nodes(
    file: &mut [&mut Node],
    text: &str,
    metadata: &Metadata,
    key: &DataKey,
) -> Result<Mac, Error> {
    let mut sealed = Vec::new();
    for document in file.iter() {
        let mut walk = Collect {
            rule: &metadata.rule,
            text,
            sealed: &mut sealed,
        };
        walk.node(document, &mut String::new(), metadata.rule.at_top())?;
    }
    let mut open = Replace {
        rule: &metadata.rule,
        values: open_all(key, &sealed)?.into_iter(),
        mac: Mac::new(metadata.mac_only_encrypted),
    };
    for document in file {
        open.node(document, metadata.rule.at_top());
    }
    Ok(open.mac)
}

/// Decrypts values in order: the engine takes what it can, the rest is done one by one.
fn open_all(key: &DataKey, sealed: &[(String, Sealed<'_>)]) -> Result<Vec<Plain>, Error> {
    let fitting: Vec<(&str, Sealed<'_>)> = sealed
        .iter()
        .filter(|(_, leaf)| leaf.fits_engine())
        .map(|(path, leaf)| (path.as_str(), *leaf))
        .collect();
    // A part at a time, so that the engine's own copies of a large file stay small.
    let mut opened = Vec::with_capacity(fitting.len());
    for part in fitting.chunks(ENGINE_PART) {
        match engine::decrypt(key, part)? {
            Some(plain) => opened.extend(plain.into_iter().map(Some)),
            None => opened.extend(part.iter().map(|_| None)),
        }
    }
    let mut opened = opened.into_iter();
    sealed
        .iter()
        .map(|(path, leaf)| {
            let from_engine = if leaf.fits_engine() {
                opened.next().flatten()
            } else {
                None
            };
            let plain = match from_engine {
                Some(plain) => plain,
                None => leaf.open(key, path).map_err(|fault| at(path, fault))?,
            };
            match plain {
                Plain::Bytes(_) => Err(at(path, Fault::Malformed("holds bytes that are not text"))),
                Plain::Float(number) if !number.is_finite() => Err(at(
                    path,
                    Fault::Malformed("is an infinity or no number, which JSON cannot express"),
                )),
                plain => Ok(plain),
            }
        })
        .collect()
}

/// First pass: encrypted values in document order, with the path that authenticates them.
struct Collect<'w, 'a> {
    rule: &'w Rule,
    text: &'w str,
    sealed: &'w mut Vec<(String, Sealed<'a>)>,
}

impl<'a> Collect<'_, 'a> {
    fn node(&mut self, node: &'a Node, path: &mut String, encrypted: bool) -> Result<(), Error> {
        match &node.value {
            Value::Map(entries) => {
                for entry in entries {
                    self.check_key(&entry.key, entry.key_at.line, entry.key_at.column)?;
                    let length = path.len();
                    path.push_str(&entry.key);
                    path.push(':');
                    self.node(&entry.value, path, self.rule.below(&entry.key, encrypted))?;
                    path.truncate(length);
                }
            }
            Value::Seq(items) => {
                for item in items {
                    self.node(item, path, encrypted)?;
                }
            }
            Value::String(text) if encrypted && !text.is_empty() => {
                let sealed = Sealed::parse(text).map_err(|fault| at(path, fault))?;
                self.sealed.push((path.clone(), sealed));
            }
            Value::Null | Value::String(_) => {}
            _ if encrypted => {
                return Err(at(
                    path,
                    Fault::Malformed("is clear text where an encrypted value belongs"),
                ));
            }
            _ => {}
        }
        Ok(())
    }

    /// Loading turns keys into text. One that reads like a number or truth value was text only if it was quoted.
    fn check_key(&self, key: &str, line: u32, column: u32) -> Result<(), Error> {
        if matches!(resolve_plain(key), Ok(Value::String(_))) {
            return Ok(());
        }
        let (line, column) = (line as usize, column as usize);
        let first = self
            .text
            .lines()
            .nth(line.saturating_sub(1))
            .and_then(|text| {
                text.trim_start_matches('\u{feff}')
                    .chars()
                    .nth(column.saturating_sub(1))
            });
        match first {
            Some('"' | '\'') => Ok(()),
            _ => Err(Error::NonStringKey { line }),
        }
    }
}

/// Second pass, in the same order: values take their place, and the hash sees all of them.
struct Replace<'w> {
    rule: &'w Rule,
    values: std::vec::IntoIter<Plain>,
    mac: Mac,
}

impl Replace<'_> {
    fn node(&mut self, node: &mut Node, encrypted: bool) {
        match &mut node.value {
            Value::Map(entries) => {
                for entry in entries {
                    let encrypted = self.rule.below(&entry.key, encrypted);
                    self.node(&mut entry.value, encrypted);
                }
            }
            Value::Seq(items) => items.retain_mut(|item| !self.item(item, encrypted)),
            _ => {
                self.leaf(node, encrypted);
            }
        }
    }

    /// Handles a list item; true if it turns out to be a comment, which is no item.
    fn item(&mut self, item: &mut Node, encrypted: bool) -> bool {
        match item.value {
            Value::Map(_) | Value::Seq(_) => {
                self.node(item, encrypted);
                false
            }
            _ => self.leaf(item, encrypted),
        }
    }

    /// Handles anything else; true if it turns out to be a comment.
    fn leaf(&mut self, node: &mut Node, encrypted: bool) -> bool {
        if !encrypted || node.as_str().is_none_or(str::is_empty) {
            if let Some(value) = clear(&node.value) {
                self.mac.add(&value, encrypted);
            }
            return false;
        }
        let Some(value) = self.values.next() else {
            return false;
        };
        self.mac.add(&value, encrypted);
        let is_comment = matches!(value, Plain::Comment(_));
        node.value = loaded(value);
        node.plain = false;
        is_comment
    }
}

/// A clear value as sops sees it; null is no value.
fn clear(value: &Value) -> Option<Plain> {
    match value {
        Value::Bool(value) => Some(Plain::Bool(*value)),
        Value::Int(number) => Some(Plain::Int(*number)),
        Value::UInt(number) => Some(Plain::Unsigned(*number)),
        Value::Float(number) => Some(Plain::Float(*number)),
        Value::String(text) => Some(Plain::Str(text.clone())),
        Value::Null | Value::Seq(_) | Value::Map(_) => None,
    }
}

/// A decrypted value as loading would have yielded it from clear text. Its text is moved, so that no copy is left.
pub(super) fn loaded(value: Plain) -> Value {
    match value {
        Plain::Str(text) | Plain::Time(text) => Value::String(text),
        Plain::Int(number) => Value::Int(number),
        Plain::Unsigned(number) => Value::UInt(number),
        Plain::Float(number) => {
            resolve_plain(&super::leaf::float(number)).unwrap_or(Value::Float(number))
        }
        Plain::Bool(value) => Value::Bool(value),
        mut left_out @ (Plain::Bytes(_) | Plain::Comment(_)) => {
            left_out.zeroize();
            Value::Null
        }
    }
}
