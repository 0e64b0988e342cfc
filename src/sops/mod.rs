//! SOPS documents in, plaintext trees out; nothing is written.
//!
//! In reading order: `metadata` → `keyring` (finds identities, the only part with effects) → `age` and `shamir`
//! (data key) → `rules` (which values are encrypted) → `leaf` and `engine` (one value) → `mac` → `document`
//! (a whole file).

mod age;
mod command;
mod document;
mod engine;
mod error;
#[cfg(test)]
mod fixtures;
mod keyring;
mod leaf;
mod mac;
mod metadata;
mod pattern;
mod rules;
mod shamir;
mod store;
mod tree;
mod walk;

pub use document::{MacCheck, decrypt, is_encrypted};
pub use error::Error;
pub use keyring::Keyring;
pub use rules::RuleTexts;
pub use store::{Format, Style};
