//! `ksail.yaml` as a whole.

mod discover;
mod schema;
