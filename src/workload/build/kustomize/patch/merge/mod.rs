//! Strategic merge of a patch into an object, the way kustomize does it.
//!
//! Kustomize walks through object and patch together and visits every field of both, so that also parts of the object
//! that the patch does not mention are touched: nulls for which nothing is written go away, and items of merged lists
//! that have the same key become one. Its way with lists has quirks that people have built on (a quirk that changes
//! the order of ports, one that drops items without key), so that [`odd`] follows it step by step wherever items are
//! not as they should be; [`list`] is the short way for all others.

mod adopt;
mod directive;
mod list;
mod odd;
mod walk;

pub(super) use walk::{Fate, Merge};
