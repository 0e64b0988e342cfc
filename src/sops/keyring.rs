//! Finds the identities of the user where sops finds them, and unwraps data keys with them.
//!
//! All sources are merged. One that is broken is remembered as a reason and only mentioned when no identity fits.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::env::EnvMap;
use crate::fsx;
use crate::secret::Secret;

use super::age::{self, Identity};
use super::command::run;
use super::error::Error;
use super::leaf::DataKey;
use super::metadata::{AgeEntry, Metadata};
use super::shamir;

/// The private keys at hand. Cheap to ask twice: every wrapped key is unwrapped once.
#[derive(Default)]
pub struct Keyring {
    identities: Vec<Identity>,
    broken: Vec<String>,
    /// Command that prints identities for the recipient it is given in its environment.
    command: Option<String>,
    /// Parts of data keys by the text that holds them; `None` = no identity fits.
    parts: Mutex<HashMap<String, Option<Secret<Vec<u8>>>>>,
    /// What the command answered for a recipient.
    answers: Mutex<HashMap<String, Answer>>,
}

type Answer = std::sync::Arc<(Vec<Identity>, Vec<String>)>;

impl Keyring {
    /// Reads every source the environment names, and the default files that exist.
    pub fn discover(env: &EnvMap) -> Self {
        let mut keyring = Self::default();
        let home = env.get("HOME").map(PathBuf::from);

        if let Some(path) = env.get("SOPS_AGE_SSH_PRIVATE_KEY_FILE") {
            keyring.add_ssh_file("SOPS_AGE_SSH_PRIVATE_KEY_FILE", Path::new(path));
        }
        if let Some(command) = env.get("SOPS_AGE_SSH_PRIVATE_KEY_CMD") {
            let key = run(command, None).and_then(|text| age::parse_ssh(text.expose()));
            keyring.add("SOPS_AGE_SSH_PRIVATE_KEY_CMD", key);
        }
        for name in ["id_ed25519", "id_rsa"] {
            if let Some(path) = home.as_ref().map(|home| home.join(".ssh").join(name))
                && fsx::is_file(&path)
            {
                keyring.add_ssh_file(&path.display().to_string(), &path);
            }
        }
        if let Some(text) = env.get("SOPS_AGE_KEY") {
            keyring.add_text("SOPS_AGE_KEY", text);
        }
        if let Some(path) = env.get("SOPS_AGE_KEY_FILE") {
            keyring.add_file("SOPS_AGE_KEY_FILE", Path::new(path));
        }
        if let Some(path) = default_file(env, home.as_deref())
            && fsx::is_file(&path)
        {
            keyring.add_file(&path.display().to_string(), &path);
        }
        keyring.command = env.get("SOPS_AGE_KEY_CMD").map(str::to_owned);
        keyring
    }

    /// A keyring of exactly these identities.
    pub fn from_text(text: &str) -> Self {
        let mut keyring = Self::default();
        keyring.add_text("identities", text);
        keyring
    }

    /// The data key of a file.
    pub(crate) fn data_key(&self, metadata: &Metadata) -> Result<DataKey, Error> {
        let mut parts = metadata
            .groups
            .iter()
            .filter_map(|group| group.age.iter().find_map(|entry| self.part(entry)));
        let key = if metadata.groups.len() > 1 {
            let parts: Vec<Secret<Vec<u8>>> = parts.take(metadata.threshold).collect();
            if parts.len() < metadata.threshold {
                return Err(self.no_key(metadata));
            }
            let shares = Secret::new(
                parts
                    .iter()
                    .map(|part| part.expose().clone())
                    .collect::<Vec<_>>(),
            );
            shamir::combine(shares.expose())
                .map(Secret::new)
                .ok_or_else(|| {
                    Error::DataKey("the parts of the key groups do not belong together".into())
                })?
        } else {
            parts.next().ok_or_else(|| self.no_key(metadata))?
        };
        let bytes: [u8; 32] = key.expose().as_slice().try_into().map_err(|_| {
            Error::DataKey(format!(
                "the unwrapped key is {} bytes long instead of 32",
                key.expose().len()
            ))
        })?;
        Ok(Secret::new(bytes))
    }

    fn no_key(&self, metadata: &Metadata) -> Error {
        let recipients = metadata.recipients();
        if recipients.is_empty() && !metadata.providers().is_empty() {
            return Error::Provider {
                providers: metadata.providers(),
            };
        }
        let mut broken = self.broken.clone();
        for answer in self
            .answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
        {
            broken.extend(
                answer
                    .1
                    .iter()
                    .map(|reason| format!("`SOPS_AGE_KEY_CMD`: {reason}")),
            );
        }
        broken.dedup();
        Error::NoKey { recipients, broken }
    }

    /// Unwraps one entry: with the identities first, then with what the command prints for its recipient.
    fn part(&self, entry: &AgeEntry) -> Option<Secret<Vec<u8>>> {
        if let Some(known) = self
            .parts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&entry.enc)
        {
            return known.clone();
        }
        let part = age::unwrap(&entry.enc, &self.identities).or_else(|| {
            let command = self.command.as_ref()?;
            let answer = self.ask(command, &entry.recipient);
            age::unwrap(&entry.enc, &answer.0)
        });
        self.parts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(entry.enc.clone(), part.clone());
        part
    }

    /// Runs the command once for every recipient; others wait for the answer.
    fn ask(&self, command: &str, recipient: &str) -> Answer {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers
            .entry(recipient.to_owned())
            .or_insert_with(|| {
                let parsed = run(command, Some(recipient)).and_then(|output| {
                    std::str::from_utf8(output.expose())
                        .map(age::parse)
                        .map_err(|_| "printed bytes that are not UTF-8".to_owned())
                });
                std::sync::Arc::new(parsed.unwrap_or_else(|reason| (Vec::new(), vec![reason])))
            })
            .clone()
    }

    fn add(&mut self, source: &str, identity: Result<Identity, String>) {
        match identity {
            Ok(identity) => self.identities.push(identity),
            Err(reason) => self.broken.push(format!("`{source}`: {reason}")),
        }
    }

    fn add_text(&mut self, source: &str, text: &str) {
        let (identities, reasons) = age::parse(text);
        self.identities.extend(identities);
        self.broken.extend(
            reasons
                .into_iter()
                .map(|reason| format!("`{source}`: {reason}")),
        );
    }

    fn add_file(&mut self, source: &str, path: &Path) {
        match read(path) {
            Ok(bytes) => match std::str::from_utf8(bytes.expose()) {
                Ok(text) => self.add_text(source, text),
                Err(_) => self
                    .broken
                    .push(format!("`{source}`: holds bytes that are not UTF-8")),
            },
            Err(reason) => self.broken.push(format!("`{source}`: {reason}")),
        }
    }

    fn add_ssh_file(&mut self, source: &str, path: &Path) {
        let identity = read(path).and_then(|bytes| age::parse_ssh(bytes.expose()));
        self.add(source, identity);
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keyring")
            .field("identities", &self.identities.len())
            .field("broken", &self.broken)
            .finish_non_exhaustive()
    }
}

fn read(path: &Path) -> Result<Secret<Vec<u8>>, String> {
    fsx::read(path)
        .map(Secret::new)
        .map_err(|error| format!("{error}: {}", error.source))
}

/// `sops/age/keys.txt` in the configuration directory of the user.
fn default_file(env: &EnvMap, home: Option<&Path>) -> Option<PathBuf> {
    let directory = match env.get("XDG_CONFIG_HOME") {
        Some(directory) => PathBuf::from(directory),
        None if cfg!(target_os = "macos") => home?.join("Library/Application Support"),
        None => home?.join(".config"),
    };
    Some(directory.join("sops/age/keys.txt"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_file_follows_the_configuration_directory() {
        let env = EnvMap::from_iter([("XDG_CONFIG_HOME", "/x")]);
        assert_eq!(
            default_file(&env, None),
            Some("/x/sops/age/keys.txt".into())
        );
        assert_eq!(default_file(&EnvMap::default(), None), None);
    }

    #[test]
    fn a_broken_source_is_a_reason_not_a_failure() {
        let env = EnvMap::from_iter([
            ("SOPS_AGE_KEY_FILE", "/nonexistent/keys"),
            ("SOPS_AGE_KEY", "nonsense"),
        ]);
        let keyring = Keyring::discover(&env);
        assert!(keyring.identities.is_empty());
        assert_eq!(keyring.broken.len(), 2);
        assert!(
            keyring.broken[1].starts_with("`SOPS_AGE_KEY_FILE`: cannot read `/nonexistent/keys`")
        );
    }
}
