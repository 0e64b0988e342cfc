//! Why a file could not be decrypted. Every message starts with the class of the fault and is free of secrets.

use std::borrow::Cow;

use crate::error::Hint;

/// A file that cannot be decrypted. Nothing of its plaintext is ever part of a message.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// None of the identities at hand is a recipient.
    #[error(
        "no_key: no identity at hand decrypts this file; it is encrypted for {}{}",
        list(recipients),
        unusable(broken)
    )]
    NoKey {
        /// Keys as the metadata lists them, ready to be shown.
        recipients: Vec<String>,
        /// Key sources that could not be used, each with its reason.
        broken: Vec<String>,
    },
    /// A data key was unwrapped but is no AES-256 key, or the key groups yield too few parts.
    #[error("data_key: {0}")]
    DataKey(String),
    /// A new data key cannot be wrapped for all that should be able to unwrap it.
    #[error("wrap: {0}")]
    Wrap(String),
    /// A value fails authentication: it, its path or its key is not what was encrypted.
    #[error("value_auth: `{path}` is not authentic; the value was changed or moved")]
    ValueAuth {
        /// Keys down to the value.
        path: String,
    },
    /// A value that should be encrypted does not have the form of an encrypted value.
    #[error("malformed_value: `{path}` {reason}")]
    MalformedValue {
        /// Keys down to the value.
        path: String,
        /// What is wrong with it; never the value.
        reason: &'static str,
    },
    /// The values do not match the authentication code of the file.
    #[error("mac_mismatch: values were changed, added, removed or reordered after encryption")]
    MacMismatch,
    /// The metadata holds no authentication code.
    #[error("mac_missing: the metadata holds no `mac`")]
    MacMissing,
    /// The authentication code itself fails authentication.
    #[error("mac_auth: `mac` or `lastmodified` was changed after encryption")]
    MacAuth,
    /// The `sops` mapping is not what sops writes.
    #[error("metadata: {0}")]
    Metadata(String),
    /// Keys of encrypted files must be strings.
    #[error("non_string_key: line {line} has a key that is not a string")]
    NonStringKey {
        /// Line of the key.
        line: usize,
    },
    /// The file is not YAML or JSON.
    #[error("yaml: the encrypted file does not parse")]
    Yaml(#[source] crate::yaml::Error),
    /// The file is not of its format.
    #[error("{format}: line {line}: {reason}")]
    Unreadable {
        /// Name of the format.
        format: &'static str,
        /// Where reading stopped.
        line: u32,
        /// What is wrong; no value of the file.
        reason: Cow<'static, str>,
    },
    /// The content cannot be written in a format.
    #[error("{0}: {1}")]
    Output(&'static str, &'static str),
    /// A file that should be encrypted has metadata.
    #[error("already_encrypted: the file has a top-level `sops` entry, as encrypted files do")]
    AlreadyEncrypted,
    /// A file that should be encrypted holds no document.
    #[error("empty: the file holds no document")]
    Empty,
    /// There is nothing at a path that should be extracted.
    #[error("extract: {0}")]
    Extract(String),
    /// The value engine failed in a way it should not.
    #[error("engine: {0}")]
    Engine(&'static str),
}

impl Error {
    /// A file that is not of its format.
    pub(crate) fn unreadable(
        format: &'static str,
        line: u32,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Unreadable {
            format,
            line,
            reason: reason.into(),
        }
    }

    /// The class of the fault, the first word of the message.
    pub fn class(&self) -> &'static str {
        match self {
            Error::NoKey { .. } => "no_key",
            Error::DataKey(_) => "data_key",
            Error::Wrap(_) => "wrap",
            Error::ValueAuth { .. } => "value_auth",
            Error::MalformedValue { .. } => "malformed_value",
            Error::MacMismatch => "mac_mismatch",
            Error::MacMissing => "mac_missing",
            Error::MacAuth => "mac_auth",
            Error::Metadata(_) => "metadata",
            Error::NonStringKey { .. } => "non_string_key",
            Error::Yaml(_) => "yaml",
            Error::Unreadable { format, .. } | Error::Output(format, _) => format,
            Error::AlreadyEncrypted => "already_encrypted",
            Error::Empty => "empty",
            Error::Extract(_) => "extract",
            Error::Engine(_) => "engine",
        }
    }
}

impl Hint for Error {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Error::NoKey { broken, .. } if needs_sops(&broken.join(" ")) => Some(INSTALL.into()),
            Error::Wrap(reason) if needs_sops(reason) => Some(INSTALL.into()),
            Error::NoKey { .. } => Some(
                "put the age identity into `SOPS_AGE_KEY`, a file named by `SOPS_AGE_KEY_FILE`, or `~/.config/sops/age/keys.txt`"
                    .into(),
            ),
            Error::MacMismatch | Error::MacAuth | Error::ValueAuth { .. } => {
                Some("restore the file from version control, or edit it with sops instead of by hand".into())
            }
            Error::MalformedValue { .. } => {
                Some("encrypt the value with sops; clear text cannot be added to an encrypted part by hand".into())
            }
            Error::AlreadyEncrypted => {
                Some("change it with `ksail workload cipher edit`, or rename the entry if it is none of SOPS".into())
            }
            Error::Yaml(error) => error.hint(),
            _ => None,
        }
    }
}

const INSTALL: &str =
    "install `sops` (https://getsops.io) for these keys, or add an age recipient to the file";

fn needs_sops(reason: &str) -> bool {
    reason.contains("`sops` is not installed")
}

/// `a`, `b`, and `c`, for names that bring their own quotes.
fn list(names: &[String]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [name] => name.clone(),
        [first, second] => format!("{first} and {second}"),
        [init @ .., last] => format!("{}, and {last}", init.join(", ")),
    }
}

fn unusable(broken: &[String]) -> String {
    if broken.is_empty() {
        String::new()
    } else {
        format!(" (unusable: {})", broken.join("; "))
    }
}
