//! age: private keys and recipients out of text, and the wrapping of one metadata entry.

use std::io::{Read, Write};

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::plugin::{IdentityPluginV1, RecipientPluginV1};
use age::{Decryptor, Encryptor, plugin, ssh, tag, tagpq, x25519};

use super::ask::Ask;
use super::locked::{LockedFile, LockedSsh, Trouble};
use crate::secret::Secret;

type Key = Box<dyn age::Identity + Send + Sync>;

/// A private key that may unwrap data keys.
pub(crate) struct Identity {
    pub(super) key: Key,
    kind: Kind,
    /// Its public half, or what can be said about it without one.
    pub(crate) public: Public,
    /// Why it could not be used, once it was tried.
    pub(crate) trouble: Trouble,
}

/// What the public half of an identity is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Public {
    /// The recipient that files are encrypted for.
    Recipient(String),
    /// Only this plugin knows.
    Plugin(String),
    /// A post-quantum key, which only an installed `sops` can use.
    PostQuantum,
    /// It is inside a file that is protected by a passphrase.
    Locked,
}

/// In the order in which they are tried.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Answers at once.
    Local,
    /// Asks another program.
    Plugin,
    /// Asks for a passphrase.
    Locked,
}

/// Identities out of a text, and the reasons why others could not be used. No reason quotes the text.
pub(crate) type Parsed = (Vec<Identity>, Vec<String>);

/// Parses a text of identities: one or more a line, `#` starts a comment line; or a file of them that age encrypted
/// with a passphrase, which is asked for when it is needed. `name` is what messages and questions call the text.
pub(crate) fn parse(text: &[u8], name: &str, ask: &Ask) -> Parsed {
    if is_encrypted(text) {
        let trouble = Trouble::default();
        let key = LockedFile::new(text.to_vec(), name, ask.clone(), trouble.clone());
        let locked = Identity {
            key: Box::new(key),
            kind: Kind::Locked,
            public: Public::Locked,
            trouble,
        };
        return (vec![locked], Vec::new());
    }
    let Ok(text) = std::str::from_utf8(text) else {
        return (Vec::new(), vec!["holds bytes that are not UTF-8".into()]);
    };
    let (mut identities, mut reasons) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim_start().starts_with('#') {
            continue;
        }
        for word in line.split_whitespace() {
            match identity(word, ask) {
                Ok(identity) => identities.push(identity),
                Err(reason) => reasons.push(format!("line {number} {reason}")),
            }
        }
    }
    (identities, reasons)
}

/// Whether a text is a file that age encrypted.
pub(crate) fn is_encrypted(text: &[u8]) -> bool {
    text.starts_with(b"age-encryption.org/") || text.starts_with(b"-----BEGIN AGE ENCRYPTED")
}

/// What can be said in public about an identity; the error is the end of a sentence.
pub(crate) fn public_half(word: &str) -> Result<Public, String> {
    if let Ok(identity) = word.parse::<x25519::Identity>() {
        return Ok(Public::Recipient(identity.to_public().to_string()));
    }
    if word.starts_with("AGE-SECRET-KEY-PQ-1") {
        return Ok(Public::PostQuantum);
    }
    let identity = word.parse::<plugin::Identity>();
    identity
        .map(|identity| Public::Plugin(identity.plugin().to_owned()))
        .map_err(|_| "is no age identity".to_owned())
}

fn identity(word: &str, ask: &Ask) -> Result<Identity, String> {
    let new = |key: Key, kind, public| Identity {
        key,
        kind,
        public,
        trouble: Trouble::default(),
    };
    if let Ok(identity) = word.parse::<x25519::Identity>() {
        let public = Public::Recipient(identity.to_public().to_string());
        return Ok(new(Box::new(identity), Kind::Local, public));
    }
    if word.starts_with("AGE-SECRET-KEY-PQ-") {
        return Err("holds a post-quantum identity, which only an installed `sops` can use".into());
    }
    let identity: plugin::Identity = word.parse().map_err(|_| "is no age identity".to_owned())?;
    let name = identity.plugin().to_owned();
    let key = IdentityPluginV1::new(&name, &[identity], ask.clone())
        .map_err(|_| format!("needs `age-plugin-{name}`, which is not installed"))?;
    Ok(new(Box::new(key), Kind::Plugin, Public::Plugin(name)))
}

/// Parses an ssh private key; its passphrase, if it has one, is asked for when a file is for this key.
pub(crate) fn parse_ssh(text: &[u8], name: &str, ask: &Ask) -> Result<Identity, String> {
    let identity =
        ssh::Identity::from_buffer(text, None).map_err(|_| "not an ssh private key".to_owned())?;
    if let ssh::Identity::Unsupported(key) = &identity {
        return Err(match key {
            ssh::UnsupportedKey::EncryptedPem => {
                "protected by a passphrase in an old form; `ssh-keygen -p -f FILE` writes the new one".into()
            }
            _ => "a kind of ssh key that age does not support".to_owned(),
        });
    }
    let recipient = ssh::Recipient::try_from(identity.clone())
        .map_err(|_| "a kind of ssh key that age does not support".to_owned())?
        .to_string();
    let trouble = Trouble::default();
    let (key, kind): (Key, Kind) = match identity {
        ssh::Identity::Encrypted(key) => {
            let locked = LockedSsh::new(key, &recipient, name, ask.clone(), trouble.clone());
            (Box::new(locked), Kind::Locked)
        }
        open => (Box::new(open), Kind::Local),
    };
    Ok(Identity {
        key,
        kind,
        public: Public::Recipient(recipient),
        trouble,
    })
}

/// The content of an armoured age file, if one of the identities is a recipient. Programs are asked after what is at
/// hand, and people last.
#[expect(
    clippy::needless_pass_by_value,
    reason = "iterators are passed by value, also those that are gone over several times"
)]
pub(crate) fn unwrap<'a>(
    enc: &str,
    identities: impl Iterator<Item = &'a Identity> + Clone,
) -> Option<Secret<Vec<u8>>> {
    let of = |kind: Kind| {
        let identities = identities.clone();
        identities.filter(move |identity| identity.kind == kind)
    };
    // A failing identity ends a run over several, so after a failure each gets a run of its own.
    open(enc, of(Kind::Local)).or_else(|| {
        of(Kind::Local)
            .chain(of(Kind::Plugin))
            .chain(of(Kind::Locked))
            .find_map(|identity| open(enc, std::iter::once(identity)))
    })
}

fn open<'a>(enc: &str, identities: impl Iterator<Item = &'a Identity>) -> Option<Secret<Vec<u8>>> {
    let decryptor = Decryptor::new_buffered(ArmoredReader::new(enc.as_bytes())).ok()?;
    // Room for a data key or a share of one, so that no half-read copy stays behind in freed memory.
    let mut plain = Vec::with_capacity(64);
    let complete = decryptor
        .decrypt(identities.map(|identity| identity.key.as_ref() as &dyn age::Identity))
        .ok()?
        .take(64)
        .read_to_end(&mut plain)
        .is_ok();
    let plain = Secret::new(plain);
    complete.then_some(plain)
}

/// Whom data keys can be wrapped for.
pub(crate) enum Recipient {
    /// A key that needs nothing but mathematics.
    Local(Box<dyn age::Recipient>),
    /// `age1NAME1…`: a program knows what to do.
    Plugin(plugin::Recipient),
    /// `age1pq1…`.
    PostQuantum,
}

/// Parses a recipient; the error is the end of a sentence.
pub(crate) fn recipient(text: &str) -> Result<Recipient, String> {
    let local = |recipient: Box<dyn age::Recipient>| Ok(Recipient::Local(recipient));
    if text.starts_with("ssh-") {
        return match text.parse::<ssh::Recipient>() {
            Ok(recipient) => local(Box::new(recipient)),
            Err(ssh::ParseRecipientKeyError::RsaModulusTooSmall) => Err(format!(
                "holds `{text}`, which has fewer than 2048 bits and is not safe"
            )),
            Err(_) => Err(format!(
                "holds `{text}`, which is no ssh public key of a kind that age supports (ed25519, rsa)"
            )),
        };
    }
    if text.starts_with("AGE-SECRET-KEY-") || text.starts_with("AGE-PLUGIN-") {
        return Err("holds a private key; give its recipient, which starts with `age1`".to_owned());
    }
    if text.starts_with("age1pq1") {
        return Ok(Recipient::PostQuantum);
    }
    if let Ok(recipient) = text.parse::<x25519::Recipient>() {
        return local(Box::new(recipient));
    }
    if let Ok(recipient) = text.parse::<tag::Recipient>() {
        return local(Box::new(recipient));
    }
    if let Ok(recipient) = text.parse::<tagpq::Recipient>() {
        return local(Box::new(recipient));
    }
    let plugin = text.parse::<plugin::Recipient>();
    plugin
        .map(Recipient::Plugin)
        .map_err(|_| format!("holds `{text}`, which is no age recipient"))
}

/// Wraps bytes for one recipient, as an armoured age file. The error is a fragment.
pub(crate) fn wrap(recipient: &Recipient, plain: &[u8], ask: &Ask) -> Result<String, String> {
    match recipient {
        Recipient::Local(recipient) => seal(recipient.as_ref(), plain),
        Recipient::Plugin(recipient) => {
            let name = recipient.plugin();
            let recipients = [recipient.clone()];
            let program = RecipientPluginV1::new(name, &recipients, &[], ask.clone())
                .map_err(|_| format!("`age-plugin-{name}` is not installed"))?;
            seal(&program, plain)
        }
        Recipient::PostQuantum => Err("post-quantum recipients need an installed `sops`".into()),
    }
}

fn seal(recipient: &dyn age::Recipient, plain: &[u8]) -> Result<String, String> {
    let mut armoured = Vec::new();
    let mut write = || {
        let encryptor = Encryptor::with_recipients(std::iter::once(recipient))
            .map_err(|error| error.to_string())?;
        let armour = ArmoredWriter::wrap_output(&mut armoured, Format::AsciiArmor)
            .map_err(|error| error.to_string())?;
        let written = encryptor.wrap_output(armour).and_then(|mut writer| {
            writer.write_all(plain)?;
            writer.finish()?.finish()
        });
        written.map(drop).map_err(|error| error.to_string())
    };
    write()?;
    String::from_utf8(armoured).map_err(|_| "age wrote bytes that are no text".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> (String, String) {
        let key = x25519::Identity::generate();
        let secret = age::secrecy::ExposeSecret::expose_secret(&key.to_string()).to_owned();
        (secret, key.to_public().to_string())
    }

    #[test]
    fn comments_and_blank_lines_are_skipped_and_bad_words_named_by_line() {
        let (secret, public) = secret();
        let text = format!("# created: today\n\n{secret} {secret}\nnonsense\n");
        let (identities, reasons) = parse(text.as_bytes(), "keys", &Ask::nobody());
        assert_eq!(identities.len(), 2);
        assert_eq!(identities[0].public, Public::Recipient(public));
        assert_eq!(reasons, ["line 4 is no age identity"]);
    }

    #[test]
    fn what_cannot_be_used_says_why() {
        let reason = |text: &[u8]| parse(text, "keys", &Ask::nobody()).1.concat();
        assert!(reason(b"AGE-SECRET-KEY-PQ-1XX").contains("post-quantum"));
        assert!(reason(b"\xff").contains("UTF-8"));
        let ssh = parse_ssh(b"no key", "key", &Ask::nobody());
        assert_eq!(ssh.err().unwrap(), "not an ssh private key");
    }

    #[test]
    fn what_is_wrapped_for_a_recipient_its_identity_unwraps() {
        let (text, public) = secret();
        let wrapped = wrap(&recipient(&public).unwrap(), &[7; 32], &Ask::nobody()).unwrap();
        assert!(wrapped.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"));
        assert!(wrapped.ends_with("-----END AGE ENCRYPTED FILE-----\n"));
        let (identities, _) = parse(text.as_bytes(), "keys", &Ask::nobody());
        assert_eq!(
            unwrap(&wrapped, identities.iter()).unwrap().expose(),
            &[7; 32]
        );
        let (other, _) = secret();
        let (others, _) = parse(other.as_bytes(), "keys", &Ask::nobody());
        assert!(unwrap(&wrapped, others.iter()).is_none());
    }

    #[test]
    fn recipients_of_every_kind_are_told_apart() {
        let (_, public) = secret();
        assert!(matches!(recipient(&public), Ok(Recipient::Local(_))));
        assert!(matches!(
            recipient("age1pq1xyz"),
            Ok(Recipient::PostQuantum)
        ));
        for (text, expected) in [
            ("ssh-dss AAAA", "no ssh public key"),
            ("ssh-ed25519 AAAA", "no ssh public key"),
            ("age1x", "no age recipient"),
            ("someone@example.com", "no age recipient"),
            ("AGE-SECRET-KEY-1QQQ", "holds a private key"),
        ] {
            let error = recipient(text).err().unwrap();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
