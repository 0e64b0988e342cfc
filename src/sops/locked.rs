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
        let Ok(open) = self.key.decrypt(passphrase) else {
            self.trouble.is(WRONG);
            return None;
        };
        Some(ssh::Identity::from(open))
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

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use age::Encryptor;

    use super::super::age::{parse_ssh, recipient, unwrap, wrap};
    use super::*;
    use crate::fsx;

    /// Somebody who types this, and how often they were asked.
    fn typing(answer: &'static str) -> (Ask, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let ask = Ask::new(move |_, _| {
            counter.fetch_add(1, Ordering::Relaxed);
            Some(Secret::new(answer.to_owned()))
        });
        (ask, asked)
    }

    fn key_file(name: &str) -> Vec<u8> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/sops/keys/");
        fsx::read(&std::path::Path::new(folder).join(name)).unwrap()
    }

    fn wrapped_for(public: &str) -> String {
        wrap(
            &recipient(public.trim()).ok().unwrap(),
            &[7; 32],
            &Ask::nobody(),
        )
        .unwrap()
    }

    fn ssh_public() -> String {
        String::from_utf8(key_file("ssh_ed25519.pub")).unwrap()
    }

    #[test]
    fn an_ssh_passphrase_is_asked_for_once_and_only_for_its_own_files() {
        let (ask, asked) = typing("locked");
        let identity = parse_ssh(&key_file("ssh_ed25519_locked"), "key", &ask)
            .ok()
            .unwrap();
        let other = age::x25519::Identity::generate().to_public().to_string();
        assert!(unwrap(&wrapped_for(&other), std::iter::once(&identity)).is_none());
        assert_eq!(asked.load(Ordering::Relaxed), 0);
        for _ in 0..2 {
            let part = unwrap(&wrapped_for(&ssh_public()), std::iter::once(&identity));
            assert_eq!(part.unwrap().expose(), &[7; 32]);
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_key_that_stays_locked_says_why() {
        for (ask, expected) in [(typing("wrong").0, WRONG), (Ask::nobody(), NOBODY)] {
            let identity = parse_ssh(&key_file("ssh_ed25519_locked"), "key", &ask)
                .ok()
                .unwrap();
            assert!(unwrap(&wrapped_for(&ssh_public()), std::iter::once(&identity)).is_none());
            assert_eq!(identity.trouble.reason().as_deref(), Some(expected));
        }
    }

    /// A file of one identity behind the passphrase `locked`, and the identity's recipient.
    fn locked_file() -> (Vec<u8>, String) {
        let key = age::x25519::Identity::generate();
        let secret = key.to_string();
        let text = age::secrecy::ExposeSecret::expose_secret(&secret).to_owned();
        let mut passphrase = scrypt::Recipient::new("locked".to_owned().into());
        passphrase.set_work_factor(2);
        let encryptor =
            Encryptor::with_recipients(std::iter::once(&passphrase as &dyn age::Recipient));
        let mut file = Vec::new();
        let mut writer = encryptor.unwrap().wrap_output(&mut file).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
        writer.finish().unwrap();
        (file, key.to_public().to_string())
    }

    #[test]
    fn a_file_of_identities_is_unlocked_once() {
        let (file, public) = locked_file();
        let (ask, asked) = typing("locked");
        let (identities, reasons) = parse(&file, "keys", &ask);
        assert!(reasons.is_empty());
        assert_eq!(asked.load(Ordering::Relaxed), 0);
        for _ in 0..2 {
            let part = unwrap(&wrapped_for(&public), identities.iter());
            assert_eq!(part.unwrap().expose(), &[7; 32]);
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_file_that_stays_locked_says_why() {
        let (file, public) = locked_file();
        let damaged = b"age-encryption.org/v1\nnonsense".to_vec();
        let cases = [
            (file.clone(), typing("wrong").0, WRONG),
            (file, Ask::nobody(), NOBODY),
            (damaged, typing("locked").0, "not a file that age encrypted"),
        ];
        for (content, ask, expected) in cases {
            let (identities, _) = parse(&content, "keys", &ask);
            assert!(unwrap(&wrapped_for(&public), identities.iter()).is_none());
            assert_eq!(identities[0].trouble.reason().as_deref(), Some(expected));
        }
    }
}
