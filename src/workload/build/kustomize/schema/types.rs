//! The types of one build.

use std::sync::{Arc, LazyLock};

use super::super::gvk::Gvk;
use super::document;
use super::scopes::Scopes;
use super::shape::Shapes;
use super::table::{self, Builtin};

/// The version of Kubernetes whose types kustomize has built in.
const BUILTIN_VERSION: &str = "v1.21.2";

static BUILTIN: LazyLock<(Arc<Schema>, Scopes)> = LazyLock::new(|| {
    let builtin = table::builtin();
    let schema = Schema {
        shapes: builtin.shapes,
        scopes: Scopes::default(),
    };
    (Arc::new(schema), builtin.cluster)
});

/// The types of one build.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    shapes: Shapes,
    /// Cluster-scoped kinds that are not built in.
    scopes: Scopes,
}

impl Schema {
    /// The types that are built in.
    pub(crate) fn builtin() -> Arc<Self> {
        Arc::clone(&BUILTIN.0)
    }

    /// The types of a file that `openapi.path` names: an `OpenAPI` document, which takes the place of what is built in.
    /// The error is why it is none.
    pub(crate) fn custom(document: &serde_json::Value) -> Result<Arc<Self>, String> {
        let (shapes, scopes) = document::read(document, Builtin::default())?;
        Ok(Arc::new(Self { shapes, scopes }))
    }

    /// The same, but what is built in stays where the document says nothing.
    pub(crate) fn custom_over(document: &serde_json::Value) -> Result<Arc<Self>, String> {
        let (shapes, scopes) = document::read(document, table::builtin())?;
        Ok(Arc::new(Self { shapes, scopes }))
    }

    /// The types of a version that kustomize has built in. The error is a sentence.
    pub(crate) fn version(version: &str) -> Result<Arc<Self>, String> {
        match version {
            "" | BUILTIN_VERSION => Ok(Self::builtin()),
            other => Err(format!(
                "the types of Kubernetes `{other}` are not built in, only those of `{BUILTIN_VERSION}`"
            )),
        }
    }

    /// Whether objects of a kind are known to have no namespace.
    pub(crate) fn is_cluster_scoped(&self, gvk: &Gvk) -> bool {
        BUILTIN.1.contain(gvk) || self.scopes.contain(gvk)
    }

    /// Whether a kind is one of these types.
    pub(crate) fn knows(&self, gvk: &Gvk) -> bool {
        let known = self.shapes.of_kind(&gvk.api_version(), &gvk.kind);
        known.is_some() || self.is_cluster_scoped(gvk)
    }

    /// How values of types are merged.
    pub(crate) fn shapes(&self) -> &Shapes {
        &self.shapes
    }
}
