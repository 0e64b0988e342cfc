//! STUB (K1)

use super::super::gvk::Gvk;
use std::sync::Arc;

/// The types of one build.
#[derive(Debug, Default)]
pub(crate) struct Schema {}

impl Schema {
    /// The types that are built in.
    pub(crate) fn builtin() -> Arc<Self> {
        Arc::new(Self {})
    }

    /// The types of a file that `openapi.path` names: an `OpenAPI` document. The error is why it is none.
    pub(crate) fn custom(_document: &serde_json::Value) -> Result<Arc<Self>, String> {
        Ok(Self::builtin())
    }

    /// The types of a version that kustomize has built in. The error is a sentence.
    pub(crate) fn version(_version: &str) -> Result<Arc<Self>, String> {
        Ok(Self::builtin())
    }

    /// Whether objects of a kind are known to have no namespace.
    pub(crate) fn is_cluster_scoped(&self, gvk: &Gvk) -> bool {
        gvk.kind == "Namespace"
    }
}
