//! SOPS documents in, plaintext trees out; nothing is written.
//!
//! In reading order: `master` (whose keys there are) → `metadata` → `sources` (finds identities), `age`, `locked`,
//! `keyservice` and `keyring` (data key in and out of its wrappings) → `shamir` → `rules` (which values are encrypted)
//! → `leaf` and `engine` (one value) → `mac` → `document` (a whole file). For new files `creation` reads `.sops.yaml`
//! with `recipient` and `pattern`.

mod age;
mod ask;
mod command;
mod creation;
mod document;
mod engine;
mod error;
#[cfg(test)]
mod fixtures;
mod keyring;
mod keyservice;
mod leaf;
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
mod walk;

pub use age::Public;
pub use ask::{Ask, Wanted};
pub use creation::{Config, Rule as CreationRule, Selection, SelectionKind, Stores};
pub use document::{MacCheck, decrypt, is_encrypted};
pub use error::Error;
pub use keyring::Keyring;
pub use master::{MasterKey, Provider, Wrapped};
pub use recipient::KeyFlags;
pub use rules::RuleTexts;
pub use sources::Found;
pub use store::{Format, Style};
