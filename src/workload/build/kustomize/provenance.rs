//! Where objects and changes come from, for the annotations that `buildMetadata` asks for.

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

/// Both paths as one, without `.` and, where it can be resolved, `..`.
fn join(base: &str, path: &str) -> String {
    let absolute = base.starts_with('/') || base.is_empty() && path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if absolute {
        format!("/{joined}")
    } else {
        joined
    }
}
