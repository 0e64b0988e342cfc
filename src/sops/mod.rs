//! SOPS documents in, plaintext trees out; nothing is written.
//!
//! In reading order: `master` (whose keys there are) and `wrapped` (entries for them) → `metadata` → `sources` (finds identities), `age`, `locked`,
//! `keyservice` and `keyring` (data key in and out of its wrappings) → `shamir` → `rules` (which values are encrypted)
//! → `leaf` and `engine` (one value) → `mac` → `document` and `commented` (the documents of a pipeline) or `store` (bytes), `tree`,
//! `walk` and `file` (a whole file of any format). For new files `creation` reads `.sops.yaml` with `recipient` and
//! `pattern`.

mod age;
mod ask;
mod command;
mod commented;
mod creation;
mod document;
mod engine;
mod error;
mod extract;
mod file;
#[cfg(test)]
mod fixtures;
mod keyfile;
mod keyring;
mod keyservice;
mod leaf;
#[cfg(test)]
mod leaks;
mod locked;
mod mac;
mod master;
mod metadata;
mod pattern;
mod recipient;
mod rules;
mod shamir;
mod sources;
mod store;
mod terminal;
mod tree;
mod update;
mod walk;
mod wrapped;

pub use age::Public;
pub use ask::{Ask, Wanted};
pub use command::split as split_command;
pub use creation::{Config, Rule as CreationRule, Selection, SelectionKind, Stores};
pub use document::{MacCheck, decrypt, is_encrypted};
pub use error::Error;
pub use file::{File, example};
pub use keyfile::{KeyFile, NewIdentity};
pub use keyring::Keyring;
pub use master::{MasterKey, Provider};
pub use recipient::KeyFlags;
pub use rules::RuleTexts;
pub use sources::{Found, default_file};
pub use store::{Format, Style};
pub use update::{GroupChange, Sealed};
pub use wrapped::Wrapped;
