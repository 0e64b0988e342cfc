//! `.sops.yaml` as sops reads it: which keys and which part of a new file its creation rules choose.
//!
//! Pure: text and path in, rule out. Stricter than sops in three points: an unknown field, a broken pattern and two
//! conflicting choices are errors wherever they stand, not only in the rule that applies.

mod read;
mod rule;
#[cfg(test)]
mod tests;

pub use rule::{Config, Rule, Selection, SelectionKind, Stores};
