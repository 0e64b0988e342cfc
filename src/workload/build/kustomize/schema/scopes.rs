//! Kinds that are known to have no namespace.

use std::collections::HashMap;

use super::super::gvk::Gvk;

/// A set of kinds. Every object is asked for more than once, so that a question must not allocate.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    by_kind: HashMap<String, Vec<Gvk>>,
}

impl Scopes {
    pub(super) fn insert(&mut self, gvk: Gvk) {
        self.by_kind.entry(gvk.kind.clone()).or_default().push(gvk);
    }

    pub(super) fn contain(&self, gvk: &Gvk) -> bool {
        let known = self.by_kind.get(&gvk.kind);
        known.is_some_and(|known| known.contains(gvk))
    }
}
