//! Unwraps and wraps data keys with what the user has: identities of age, an installed `sops`, key services.
//!
//! All sources are merged. One that is broken is remembered as a reason and only mentioned when no key fits.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aes_gcm::aead::OsRng;
use aes_gcm::aead::rand_core::RngCore;

use crate::env::EnvMap;
use crate::secret::Secret;

use super::age::{self, Parsed, Recipient};
use super::ask::Ask;
use super::error::Error;
use super::keyservice::KeyServices;
use super::leaf::DataKey;
use super::master::{MasterKey, Provider};
use super::metadata::Metadata;
use super::shamir;
use super::sources::{Found, Program, Sources};
use super::wrapped::Wrapped;

/// The private keys at hand. Cheap to ask twice: every wrapped key is unwrapped once.
#[derive(Default)]
pub struct Keyring {
    sources: Sources,
    services: KeyServices,
    ask: Ask,
    order: Vec<Provider>,
    /// Parts of data keys by the text that holds them, or why it could not be unwrapped.
    parts: Mutex<HashMap<String, Part>>,
    /// What a command answered for a recipient.
    answers: Mutex<HashMap<(String, String), Arc<Parsed>>>,
}

type Part = Result<Secret<Vec<u8>>, Option<String>>;

impl Keyring {
    /// Reads every source the environment names, and the default files that exist. Passphrases are asked for at the
    /// terminal, when they are needed.
    pub fn discover(env: &EnvMap) -> Self {
        Self::discover_asking(env, Ask::terminal())
    }

    /// Like [`Keyring::discover`], with somebody else to ask.
    pub fn discover_asking(env: &EnvMap, ask: Ask) -> Self {
        Self {
            sources: Sources::discover(env, &ask),
            services: KeyServices::new(env),
            order: order(env),
            ask,
            ..Self::default()
        }
    }

    /// A keyring of exactly these identities of age.
    pub fn from_text(text: &str) -> Self {
        let mut sources = Sources::default();
        sources.add(
            "identities",
            age::parse(text.as_bytes(), "identities", &Ask::nobody()),
        );
        Self {
            sources,
            ..Self::default()
        }
    }

    /// Where identities were looked for, and what was found there.
    pub fn sources(&self) -> &[Found] {
        self.sources.found()
    }

    /// Commands that are run for identities when a file needs them, by the variables that name them.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        self.sources
            .programs()
            .iter()
            .map(|program| program.variable)
    }

    /// A new data key.
    pub(crate) fn new_data_key() -> DataKey {
        let mut key = [0; 32];
        OsRng.fill_bytes(&mut key);
        let secret = Secret::new(key);
        zeroize::Zeroize::zeroize(&mut key);
        secret
    }

    /// The data key of a file.
    pub(crate) fn data_key(&self, metadata: &Metadata) -> Result<DataKey, Error> {
        let mut reasons = Vec::new();
        let needed = if metadata.groups.len() > 1 {
            metadata.threshold
        } else {
            1
        };
        let mut parts: Vec<Secret<Vec<u8>>> = Vec::new();
        for group in &metadata.groups {
            if parts.len() < needed {
                parts.extend(self.group(group, &mut reasons));
            }
        }
        if parts.len() < needed {
            return Err(self.no_key(metadata, reasons));
        }
        let key = if metadata.groups.len() > 1 {
            let shares = parts.iter().map(|part| part.expose().clone());
            let shares = Secret::new(shares.collect::<Vec<_>>());
            shamir::combine(shares.expose())
                .map(Secret::new)
                .ok_or_else(|| {
                    Error::DataKey("the parts of the key groups do not belong together".into())
                })?
        } else {
            parts.swap_remove(0)
        };
        let bytes: [u8; 32] = key.expose().as_slice().try_into().map_err(|_| {
            Error::DataKey(format!(
                "the unwrapped key is {} bytes long instead of 32",
                key.expose().len()
            ))
        })?;
        Ok(Secret::new(bytes))
    }

    /// Wraps a data key for every key of every group. Several groups get a share each, `threshold` of which are needed
    /// (all, if it is not given). `now` is what entries say about their creation, RFC 3339.
    ///
    /// # Errors
    ///
    /// A group without keys, an impossible threshold, or a key that cannot be used, with its reason.
    pub(crate) fn wrap(
        &self,
        key: &DataKey,
        groups: &[Vec<MasterKey>],
        threshold: Option<usize>,
        now: &str,
    ) -> Result<Vec<Vec<Wrapped>>, Error> {
        if groups.is_empty() || groups.iter().any(Vec::is_empty) {
            return Err(Error::Wrap("a key group has no keys".to_owned()));
        }
        let shares = if groups.len() == 1 {
            vec![Secret::new(key.expose().to_vec())]
        } else {
            let threshold = threshold.unwrap_or(groups.len());
            shamir::split(key.expose(), groups.len(), threshold).ok_or_else(|| {
                Error::Wrap(format!(
                    "the data key cannot be split among {} key groups of which {threshold} are needed; at least two must be, and no more than there are",
                    groups.len()
                ))
            })?
        };
        let wrapped = groups.iter().zip(&shares).map(|(group, share)| {
            let entries = group.iter().map(|key| self.wrap_for(key, share, now));
            entries.collect::<Result<Vec<_>, _>>()
        });
        wrapped.collect()
    }

    fn wrap_for(
        &self,
        key: &MasterKey,
        share: &Secret<Vec<u8>>,
        now: &str,
    ) -> Result<Wrapped, Error> {
        let failed = |reason: String| {
            Error::Wrap(format!(
                "{} key `{}`: {reason}",
                key.provider(),
                key.short()
            ))
        };
        let (enc, created_at) = match key {
            MasterKey::Age { recipient } => {
                let parsed = age::recipient(recipient).map_err(failed)?;
                let enc = match parsed {
                    Recipient::PostQuantum => self.services.encrypt(key, share.expose()),
                    parsed => age::wrap(&parsed, share.expose(), &self.ask),
                };
                (enc, None)
            }
            _ => (
                self.services.encrypt(key, share.expose()),
                Some(now.to_owned()),
            ),
        };
        Ok(Wrapped {
            key: key.clone(),
            enc: enc.map_err(failed)?,
            created_at,
        })
    }

    /// The part of the data key that a group yields, by the first of its keys that works.
    fn group(&self, group: &[Wrapped], reasons: &mut Vec<String>) -> Option<Secret<Vec<u8>>> {
        let mut entries: Vec<&Wrapped> = group.iter().collect();
        let rank = |provider: Provider| self.order.iter().position(|known| *known == provider);
        entries.sort_by_key(|entry| rank(entry.key.provider()).unwrap_or(usize::MAX));
        entries
            .into_iter()
            .find_map(|entry| match self.part(entry) {
                Ok(part) => Some(part),
                Err(reason) => {
                    reasons.extend(reason);
                    None
                }
            })
    }

    fn no_key(&self, metadata: &Metadata, reasons: Vec<String>) -> Error {
        let mut unusable = self.sources.problems();
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        for ((variable, _), answer) in answers.iter() {
            let reasons = answer.1.iter();
            unusable.extend(reasons.map(|reason| format!("`{variable}`: {reason}")));
        }
        unusable.extend(reasons);
        let mut seen = std::collections::HashSet::new();
        unusable.retain(|reason| seen.insert(reason.clone()));
        let name = |key: &MasterKey| match key.provider() {
            Provider::Age => format!("`{}`", key.short()),
            provider => format!("{provider} `{}`", key.short()),
        };
        Error::NoKey {
            recipients: metadata.keys().map(name).collect(),
            broken: unusable,
        }
    }

    /// Whether this key unwraps what it is said to have wrapped.
    pub(crate) fn opens(&self, entry: &Wrapped) -> bool {
        self.part(entry).is_ok()
    }

    /// Unwraps one entry, once.
    fn part(&self, entry: &Wrapped) -> Part {
        let known = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(&entry.enc) {
            return known.clone();
        }
        drop(known);
        let part = match &entry.key {
            MasterKey::Age { recipient } => self.age_part(recipient, entry),
            key => self
                .services
                .decrypt(key, &entry.enc)
                .map_err(|reason| Some(format!("{} `{}`: {reason}", key.provider(), key.short()))),
        };
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.insert(entry.enc.clone(), part.clone());
        part
    }

    /// With the identities first, then with what the commands print for the recipient, then with key services.
    fn age_part(&self, recipient: &str, entry: &Wrapped) -> Part {
        if self.services.local() {
            if let Some(part) = age::unwrap(&entry.enc, self.sources.identities()) {
                return Ok(part);
            }
            for program in self.sources.programs() {
                let answer = self.run(program, recipient);
                if let Some(part) = age::unwrap(&entry.enc, answer.0.iter()) {
                    return Ok(part);
                }
            }
        }
        let only_sops = recipient.starts_with("age1pq1") && self.sources.has_post_quantum();
        if only_sops || self.services.has_remote() {
            let asked = self.services.decrypt(&entry.key, &entry.enc);
            return asked.map_err(|reason| Some(format!("`{}`: {reason}", entry.key.short())));
        }
        Err(None)
    }

    /// Runs a command once for every recipient; others wait for the answer.
    fn run(&self, program: &Program, recipient: &str) -> Arc<Parsed> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers
            .entry((program.variable.to_owned(), recipient.to_owned()))
            .or_insert_with(|| Arc::new(program.run(recipient, &self.ask)))
            .clone()
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keyring")
            .field("sources", &self.sources.found())
            .finish_non_exhaustive()
    }
}

/// Kinds of keys in the order in which they are tried; those it does not name come after it.
fn order(env: &EnvMap) -> Vec<Provider> {
    let named = env
        .get("SOPS_DECRYPTION_ORDER")
        .unwrap_or("age,pgp")
        .split(',');
    named
        .filter_map(|name| {
            Provider::ALL
                .into_iter()
                .find(|known| known.field() == name.trim())
        })
        .collect()
}
