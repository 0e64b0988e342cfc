//! The file in which sops keeps identities of age: what is in it, and what is added.

use super::age::{self, Public};
use crate::secret::Secret;
use crate::userfile::{Document, Kind, Malformed};
use crate::yaml::{Mark, Source};

/// The text of a file of identities, one a line.
#[derive(Debug, Default)]
pub struct KeyFile(Secret<String>);

/// An identity on its way into a file.
#[derive(Debug)]
pub struct NewIdentity {
    secret: Secret<String>,
    /// Its public half.
    pub public: Public,
}

impl NewIdentity {
    /// A new identity.
    pub fn generate() -> Self {
        let key = ::age::x25519::Identity::generate();
        let secret = key.to_string();
        let secret = ::age::secrecy::ExposeSecret::expose_secret(&secret);
        Self {
            secret: Secret::new(secret.to_owned()),
            public: Public::Recipient(key.to_public().to_string()),
        }
    }

    /// The identities of a text: those that `age-keygen` and plugins write, or bare keys.
    ///
    /// # Errors
    ///
    /// Why it holds none, or something else too, as a fragment that quotes nothing of it.
    pub fn read(text: &str) -> Result<Vec<Self>, String> {
        if age::is_encrypted(text.as_bytes()) {
            return Err(
                "the file is protected by a passphrase; `SOPS_AGE_KEY_FILE` can name it as it is"
                    .into(),
            );
        }
        if text.contains("PRIVATE KEY-----") {
            return Err(
                "ssh keys are not kept in this file; `SOPS_AGE_SSH_PRIVATE_KEY_FILE` can name them where they are".into(),
            );
        }
        let mut found = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim_start().starts_with('#') {
                continue;
            }
            for word in line.split_whitespace() {
                let public =
                    age::public_half(word).map_err(|reason| format!("line {number} {reason}"))?;
                found.push(Self {
                    secret: Secret::new(word.to_owned()),
                    public,
                });
            }
        }
        if found.is_empty() {
            return Err("there is no age identity in it".into());
        }
        Ok(found)
    }

    /// The lines that hold it, with a comment that says how it came about.
    pub fn lines(&self, comment: &str) -> Secret<String> {
        let public = match &self.public {
            Public::Recipient(recipient) => format!("# public key: {recipient}\n"),
            Public::Plugin(_) | Public::PostQuantum | Public::Locked => String::new(),
        };
        Secret::new(format!("# {comment}\n{public}{}\n", self.secret.expose()))
    }
}

impl KeyFile {
    /// Adds an identity at the end, unless it is there already.
    pub fn add(&mut self, new: &NewIdentity, comment: &str) -> bool {
        let known = self.0.expose().split_whitespace();
        if known.into_iter().any(|word| word == new.secret.expose()) {
            return false;
        }
        let lines = new.lines(comment);
        // With room for both, so that no copy of the keys stays behind.
        let mut text = String::with_capacity(self.0.expose().len() + lines.expose().len() + 1);
        text.push_str(self.0.expose());
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(lines.expose());
        self.0 = Secret::new(text);
        true
    }
}

impl Document for KeyFile {
    const KIND: Kind = Kind {
        name: "file of age identities",
        programs: "ksail",
        elsewhere: "name another file with --keys-file or SOPS_AGE_KEY_FILE",
        repair: "name another file with --keys-file or SOPS_AGE_KEY_FILE",
        directory_mode: 0o700,
    };

    fn parse(text: &str, source: &Source) -> Result<Self, Malformed> {
        if age::is_encrypted(text.as_bytes()) {
            return Err(Malformed::Shape {
                at: source.at(Mark::START),
                what: "a file without passphrase",
            });
        }
        Ok(Self(Secret::new(text.to_owned())))
    }

    fn render(&self) -> Secret<String> {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_added_once_and_the_rest_stays() {
        let new = NewIdentity::generate();
        let Public::Recipient(recipient) = &new.public else {
            panic!("{:?}", new.public)
        };
        let mut file = KeyFile(Secret::new("# mine\nAGE-SECRET-KEY-1OLD".to_owned()));
        assert!(file.add(&new, "imported"));
        let text = file.render();
        assert!(
            text.expose()
                .starts_with("# mine\nAGE-SECRET-KEY-1OLD\n# imported\n# public key: ")
        );
        assert!(text.expose().contains(recipient));
        let read = NewIdentity::read(new.lines("x").expose()).unwrap();
        assert_eq!(read[0].public, new.public);
        assert!(!file.add(&read[0], "again"));
        assert_eq!(file.render(), text);
    }

    #[test]
    fn what_is_no_identity_is_refused_without_quoting_it() {
        for (text, expected) in [
            ("", "no age identity"),
            ("# only\n", "no age identity"),
            ("\nsecretword\n", "line 2 is no age identity"),
            ("age-encryption.org/v1\n", "passphrase"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\n", "ssh keys"),
        ] {
            let error = NewIdentity::read(text).unwrap_err();
            assert!(error.contains(expected), "{error}");
            assert!(!error.contains("secretword"));
        }
        assert!(!format!("{:?}", NewIdentity::generate()).contains("SECRET"));
        let locked = KeyFile::parse("age-encryption.org/v1\n", &Source::new("keys"));
        assert!(
            locked
                .unwrap_err()
                .to_string()
                .contains("without passphrase")
        );
    }
}
