//! Identities behind a passphrase. It is asked for once, and only when a file may need it.

use std::io::Read;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use age::armor::ArmoredReader;
use age::{DecryptError, Decryptor, scrypt, ssh};
use age_core::format::{FileKey, Stanza};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use sha2::{Digest, Sha256};

use super::age::{Identity, parse};
use super::ask::Ask;
use crate::secret::Secret;

/// The largest work factor that age accepts of a file, and the size of one.
const MAX_WORK_FACTOR: u8 = 22;
const MAX_FILE: u64 = 1 << 24;

/// Why a locked identity stayed locked, once that is known. Shared between the identity and who reports it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trouble(Arc<Mutex<Option<String>>>);

impl Trouble {
    fn is(&self, reason: impl Into<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason.into());
    }

    /// The reason.
    pub(crate) fn reason(&self) -> Option<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

const NOBODY: &str = "protected by a passphrase, and there is no terminal to ask for it";
const WRONG: &str = "the passphrase is not the right one";

/// A file of identities that age encrypted with a passphrase.
pub(super) struct LockedFile {
    content: Secret<Vec<u8>>,
    name: String,
    ask: Ask,
    trouble: Trouble,
    identities: OnceLock<Vec<Identity>>,
}

impl LockedFile {
    pub(super) fn new(content: Vec<u8>, name: &str, ask: Ask, trouble: Trouble) -> Self {
        Self {
            content: Secret::new(content),
            name: name.to_owned(),
            ask,
            trouble,
            identities: OnceLock::new(),
        }
    }

    fn unlock(&self) -> Vec<Identity> {
        match self.content() {
            Ok(content) => {
                let (identities, reasons) = parse(content.expose(), &self.name, &self.ask);
                if !reasons.is_empty() {
                    self.trouble.is(reasons.join("; "));
                }
                identities
            }
            Err(reason) => {
                self.trouble.is(reason);
                Vec::new()
            }
        }
    }

    fn content(&self) -> Result<Secret<Vec<u8>>, &'static str> {
        let broken = |_| "not a file that age encrypted";
        let armour = ArmoredReader::new(self.content.expose().as_slice());
        let decryptor = Decryptor::new_buffered(armour).map_err(broken)?;
        if !decryptor.is_scrypt() {
            return Err("encrypted for keys instead of with a passphrase");
        }
        let passphrase = self.ask.passphrase(&self.name).ok_or(NOBODY)?;
        let mut identity = scrypt::Identity::new(passphrase);
        identity.set_max_work_factor(MAX_WORK_FACTOR);
        let reader = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity));
        let reader = reader.map_err(|error| match error {
            DecryptError::ExcessiveWork { .. } => "needs more work than age accepts",
            _ => WRONG,
        })?;
        let mut plain = Vec::with_capacity(self.content.expose().len());
        let read = reader.take(MAX_FILE).read_to_end(&mut plain);
        let plain = Secret::new(plain);
        read.map(|_| plain).map_err(|_| "damaged")
    }
}

impl age::Identity for LockedFile {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        let identities = self.identities.get_or_init(|| self.unlock());
        let mut answers = identities
            .iter()
            .filter_map(|identity| identity.key.unwrap_stanza(stanza));
        answers.find(Result::is_ok)
    }
}

/// An ssh private key behind a passphrase.
pub(super) struct LockedSsh {
    key: ssh::EncryptedKey,
    /// What files call the key.
    tag: Option<String>,
    name: String,
    ask: Ask,
    trouble: Trouble,
    open: OnceLock<Option<ssh::Identity>>,
}

impl LockedSsh {
    /// `recipient` is the public key in the form of `authorized_keys`.
    pub(super) fn new(
        key: ssh::EncryptedKey,
        recipient: &str,
        name: &str,
        ask: Ask,
        trouble: Trouble,
    ) -> Self {
        Self {
            key,
            tag: tag(recipient),
            name: name.to_owned(),
            ask,
            trouble,
            open: OnceLock::new(),
        }
    }

    fn unlock(&self) -> Option<ssh::Identity> {
        let Some(passphrase) = self.ask.passphrase(&self.name) else {
            self.trouble.is(NOBODY);
            return None;
        };
        match self.key.decrypt(passphrase) {
            Ok(open) => Some(ssh::Identity::from(open)),
            Err(_) => {
                self.trouble.is(WRONG);
                None
            }
        }
    }
}

impl age::Identity for LockedSsh {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        let ours = stanza.tag.starts_with("ssh-") && stanza.args.first() == self.tag.as_ref();
        if !ours {
            return None;
        }
        let open = self.open.get_or_init(|| self.unlock());
        open.as_ref()?.unwrap_stanza(stanza)
    }
}

/// The short name that age files give to an ssh key: the beginning of a hash of the public key.
fn tag(recipient: &str) -> Option<String> {
    let blob = STANDARD.decode(recipient.split(' ').nth(1)?).ok()?;
    Some(STANDARD_NO_PAD.encode(&Sha256::digest(blob)[..4]))
}
