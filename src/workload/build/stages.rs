//! What the steps hand on, and the steps that are only a few lines.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use serde_json::json;
use zeroize::Zeroize;

use super::parallel;
use crate::sops::{self, Keyring, MacCheck};
use crate::workload::Error;
use crate::workload::discover::Text;
use crate::workload::object::Object;
use crate::yaml::{self, Node, Source};

/// What every value that sops encrypted begins with.
const SEALED: &str = "ENC[AES256_GCM,";

/// A text and the documents in it.
#[derive(Clone)]
pub struct Parsed {
    pub(super) text: Text,
    pub(in crate::workload) documents: Vec<Node>,
    /// For each document, lines of the text that its marks do not count.
    pub(in crate::workload) lines_before: Vec<u32>,
    /// It held encrypted documents.
    pub(in crate::workload) confidential: bool,
}

impl Parsed {
    /// What messages call the text.
    pub fn source(&self) -> &Source {
        &self.text.source
    }

    /// Whether a document carries SOPS metadata.
    pub fn is_encrypted(&self) -> bool {
        self.documents.iter().any(sops::is_encrypted)
    }

    /// Whether it cannot be said without keys which objects the text defines.
    pub fn has_encrypted_names(&self) -> bool {
        let sealed = |node: Option<&Node>| {
            let value = node.map(|node| &node.value);
            matches!(value, Some(yaml::Value::String(text)) if text.starts_with(SEALED))
        };
        let mut encrypted = self
            .documents
            .iter()
            .filter(|node| sops::is_encrypted(node));
        encrypted.any(|document| {
            let metadata = document.get("metadata");
            let inside =
                ["name", "namespace"].map(|key| metadata.and_then(|metadata| metadata.get(key)));
            let outside = ["apiVersion", "kind", "data"].map(|key| document.get(key));
            // A file without a kind is binary or a list of variables, whose content may be anything.
            let [api_version, kind, data] = outside;
            inside.into_iter().chain([api_version, kind]).any(sealed)
                || (kind.is_none() && sealed(data))
        })
    }
}

impl Drop for Parsed {
    /// What was decrypted and nobody took does not stay in memory.
    fn drop(&mut self) {
        if self.confidential {
            self.documents.iter_mut().for_each(Zeroize::zeroize);
        }
    }
}

impl std::fmt::Debug for Parsed {
    /// Without the content, which may be secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} ({} documents)",
            self.text.source,
            self.documents.len()
        )
    }
}

/// Objects in the order of their files, and what was left out.
#[derive(Debug, Default)]
pub struct Built {
    /// The objects; no two have the same name.
    pub objects: Vec<Object>,
    /// Documents that are not meant for a cluster.
    pub skipped: Vec<String>,
}

impl Built {
    /// Takes what comes behind.
    pub fn extend(&mut self, more: Self) {
        self.objects.extend(more.objects);
        self.skipped.extend(more.skipped);
    }
}

/// Decrypts the encrypted documents of the texts that are wanted, in place.
pub fn decrypt_documents(
    parsed: Vec<Parsed>,
    keys: &Keyring,
    wanted: impl Fn(&Parsed) -> bool + Sync,
) -> Result<Vec<Parsed>, Error> {
    parallel::try_map(parsed, |parsed| {
        if wanted(&parsed) {
            decrypt_text(parsed, keys)
        } else {
            Ok(parsed)
        }
    })
}

fn decrypt_text(mut parsed: Parsed, keys: &Keyring) -> Result<Parsed, Error> {
    if !parsed.is_encrypted() {
        return Ok(parsed);
    }
    parsed.confidential = true;
    let Text { source, text } = &parsed.text;
    match sops::decrypt(&mut parsed.documents, text, keys, MacCheck::Verify) {
        Ok(()) => Ok(parsed),
        Err(fault) => Err(Error::Decrypt {
            file: source.name().to_owned(),
            source: fault,
        }),
    }
}

/// Of every name the first object, without its content; with its annotations, which may say what it depends on, or
/// without.
pub fn names_only(objects: &[Object], annotations: bool) -> Vec<Object> {
    let mut seen = HashSet::new();
    let mut kept = Vec::with_capacity(objects.len());
    for object in objects {
        let id = &object.id;
        if !seen.insert((id.group(), &id.kind, &id.namespace, &id.name)) {
            continue;
        }
        let mut json = json!({});
        if let (true, Some(marks)) = (annotations, object.json.pointer("/metadata/annotations")) {
            json["metadata"]["annotations"] = marks.clone();
        }
        kept.push(Object {
            id: id.clone(),
            origin: object.origin.clone(),
            json,
            confidential: false,
        });
    }
    kept
}

/// Like [`decrypt_documents`], but a text that cannot be decrypted stays as it is; why is told beside them.
pub fn decrypt_each(parsed: Vec<Parsed>, keys: &Keyring) -> (Vec<Parsed>, Vec<Error>) {
    let tried = parallel::map(parsed, |parsed| {
        if !parsed.is_encrypted() {
            return (parsed, None);
        }
        match decrypt_text(parsed.clone(), keys) {
            Ok(decrypted) => (decrypted, None),
            Err(error) => (parsed, Some(error)),
        }
    });
    let (parsed, errors): (Vec<Parsed>, Vec<Option<Error>>) = tried.into_iter().unzip();
    (parsed, errors.into_iter().flatten().collect())
}

/// Drops exact repetitions of an object and refuses contradicting ones.
pub fn drop_repetitions(objects: Vec<Object>) -> Result<Vec<Object>, Error> {
    let mut places: HashMap<(String, String, Option<String>, String), usize> = HashMap::new();
    let mut kept: Vec<Object> = Vec::with_capacity(objects.len());
    for object in objects {
        let id = &object.id;
        // Each of them becomes an object of its own.
        if id.is_generated() {
            kept.push(object);
            continue;
        }
        let name = (
            id.group().to_owned(),
            id.kind.clone(),
            id.namespace.clone(),
            id.name.clone(),
        );
        match places.entry(name) {
            Entry::Vacant(place) => {
                place.insert(kept.len());
                kept.push(object);
            }
            Entry::Occupied(place) => {
                let first = &kept[*place.get()];
                if first.json != object.json {
                    return Err(Error::Twice {
                        id: Box::new(object.id.clone()),
                        first: first.origin.clone(),
                        second: object.origin.clone(),
                    });
                }
            }
        }
    }
    Ok(kept)
}
