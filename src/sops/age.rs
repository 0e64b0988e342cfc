//! age identities: text to keys, and the unwrapping of one metadata entry.

use std::io::Read;

use age::armor::ArmoredReader;
use age::{Decryptor, NoCallbacks, plugin, ssh, x25519};

use crate::secret::Secret;

/// A private key that may unwrap data keys.
pub(crate) enum Identity {
    /// Answers at once.
    Local(Box<dyn age::Identity + Send + Sync>),
    /// Asks another program.
    Plugin(Box<dyn age::Identity + Send + Sync>),
}

/// Parses a text of identities: one or more a line, `#` starts a comment line. What cannot be used is returned as
/// reasons beside what can; no reason quotes the text.
pub(crate) fn parse(text: &str) -> (Vec<Identity>, Vec<String>) {
    let (mut identities, mut reasons) = (Vec::new(), Vec::new());
    if text.starts_with("age-encryption.org/") || text.starts_with("-----BEGIN AGE ENCRYPTED FILE")
    {
        return (
            identities,
            vec![
                "protected by a passphrase; decrypt it with `age -d` from `SOPS_AGE_KEY_CMD`"
                    .into(),
            ],
        );
    }
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim_start().starts_with('#') {
            continue;
        }
        for word in line.split_whitespace() {
            match identity(word) {
                Ok(identity) => identities.push(identity),
                Err(reason) => reasons.push(format!("line {number} {reason}")),
            }
        }
    }
    (identities, reasons)
}

fn identity(word: &str) -> Result<Identity, String> {
    if let Ok(identity) = word.parse::<x25519::Identity>() {
        return Ok(Identity::Local(Box::new(identity)));
    }
    if word.starts_with("AGE-SECRET-KEY-PQ-") {
        return Err("holds a post-quantum identity, which is not supported yet".into());
    }
    let identity: plugin::Identity = word.parse().map_err(|_| "is no age identity".to_owned())?;
    let name = identity.plugin().to_owned();
    plugin::IdentityPluginV1::new(&name, &[identity], NoCallbacks)
        .map(|plugin| Identity::Plugin(Box::new(plugin)))
        .map_err(|_| format!("needs `age-plugin-{name}`, which is not installed"))
}

/// Parses an ssh private key.
pub(crate) fn parse_ssh(text: &[u8]) -> Result<Identity, String> {
    match ssh::Identity::from_buffer(text, None) {
        Ok(identity @ ssh::Identity::Unencrypted(_)) => Ok(Identity::Local(Box::new(identity))),
        Ok(ssh::Identity::Encrypted(_)) => Err("protected by a passphrase".into()),
        Ok(ssh::Identity::Unsupported(_)) => {
            Err("a kind of ssh key that age does not support".into())
        }
        Err(_) => Err("not an ssh private key".into()),
    }
}

/// The content of an armoured age file, if one of the identities is a recipient. Programs are asked last.
pub(crate) fn unwrap(enc: &str, identities: &[Identity]) -> Option<Secret<Vec<u8>>> {
    let local = identities.iter().filter_map(|identity| match identity {
        Identity::Local(identity) => Some(identity.as_ref() as &dyn age::Identity),
        Identity::Plugin(_) => None,
    });
    let plugins = identities.iter().filter_map(|identity| match identity {
        Identity::Plugin(identity) => Some(identity.as_ref() as &dyn age::Identity),
        Identity::Local(_) => None,
    });
    // A failing identity ends a run over several, so after a failure each gets a run of its own.
    open(enc, local.clone()).or_else(|| {
        local
            .chain(plugins)
            .find_map(|identity| open(enc, std::iter::once(identity)))
    })
}

fn open<'a>(
    enc: &str,
    identities: impl Iterator<Item = &'a dyn age::Identity>,
) -> Option<Secret<Vec<u8>>> {
    let decryptor = Decryptor::new_buffered(ArmoredReader::new(enc.as_bytes())).ok()?;
    // Room for a data key or a share of one, so that no half-read copy stays behind in freed memory.
    let mut plain = Vec::with_capacity(64);
    let complete = decryptor
        .decrypt(identities)
        .ok()?
        .take(64)
        .read_to_end(&mut plain)
        .is_ok();
    let plain = Secret::new(plain);
    complete.then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_blank_lines_are_skipped_and_bad_words_named_by_line() {
        let key = x25519::Identity::generate();
        let secret = age::secrecy::ExposeSecret::expose_secret(&key.to_string()).to_owned();
        let (identities, reasons) = parse(&format!(
            "# created: today\n\n{secret} {secret}\nnonsense\n"
        ));
        assert_eq!(identities.len(), 2);
        assert_eq!(reasons, ["line 4 is no age identity"]);
    }

    #[test]
    fn what_cannot_be_used_says_why() {
        let reason = |text: &str| parse(text).1.concat();
        assert!(reason("AGE-SECRET-KEY-PQ-1XX").contains("post-quantum"));
        assert!(reason("age-encryption.org/v1\n").contains("passphrase"));
        assert_eq!(
            parse_ssh(b"no key").err().unwrap(),
            "not an ssh private key"
        );
    }
}
