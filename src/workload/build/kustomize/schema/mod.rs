//! Types of objects: which kinds are cluster-scoped, and by which keys lists are merged.

mod types;

pub(crate) use types::Schema;
