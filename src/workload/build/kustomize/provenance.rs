//! Where objects and changes come from, for the annotations that `buildMetadata` asks for.

use crate::text::clean_path;

/// Origin of an object, or what changed it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Provenance {
    /// Path of the file, from the kustomization that was built or from the root of its repository.
    pub path: String,
    /// URL of the repository it was fetched from; empty if it is local.
    pub repository: String,
    /// Branch, tag or commit in it.
    pub reference: String,
    /// The file that configures the generator or transformer; empty for plain files.
    pub configured_in: String,
    /// The generator or transformer.
    pub configured_by: Option<ConfiguredBy>,
}

/// Names the configuration of a generator or transformer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ConfiguredBy {
    /// `builtin`, or that of a configuration object.
    pub api_version: String,
    /// `PatchTransformer`.
    pub kind: String,
    /// Name of a configuration object; empty for fields of the kustomization.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
}

impl Provenance {
    /// The same with a path behind its own, cleaned as paths of folders are.
    pub(crate) fn joined(&self, path: &str) -> Self {
        Self {
            path: join(&self.path, path),
            ..self.clone()
        }
    }
}

/// Both paths as one, cleaned; nothing where the other one would be `.`.
fn join(base: &str, path: &str) -> String {
    let joined = match base {
        "" => clean_path(path),
        base => clean_path(&format!("{base}/{path}")),
    };
    if joined == "." { String::new() } else { joined }
}
