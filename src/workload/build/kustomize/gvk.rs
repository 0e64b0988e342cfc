//! How kustomize names objects: group, version and kind, and with name and namespace an identity.

use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Group, version and kind. In selectors an empty part means any.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Gvk {
    /// Empty for the core group.
    pub group: String,
    /// `v1`.
    pub version: String,
    /// `Deployment`.
    pub kind: String,
}

/// Stands for the namespace of objects that have none because their kind is cluster-scoped.
pub(crate) const NO_NAMESPACE: &str = "_non_namespaceable_";

/// The namespace of namespaced objects that name none.
pub(crate) const DEFAULT_NAMESPACE: &str = "default";

impl Gvk {
    /// From the two fields of an object.
    pub(crate) fn new(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
        }
    }

    /// `apps/v1`, `v1`.
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// Whether `selector` takes this one; its empty parts take anything.
    pub(crate) fn is_selected_by(&self, selector: &Gvk) -> bool {
        let fits = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        fits(&selector.group, &self.group)
            && fits(&selector.version, &self.version)
            && fits(&selector.kind, &self.kind)
    }
}

/// Identity of an object within a build.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ResId {
    /// What it is.
    pub gvk: Gvk,
    /// Its name.
    pub name: String,
    /// Its namespace as written; empty if it names none.
    pub namespace: String,
    /// Whether its kind is known to be cluster-scoped.
    pub cluster_scoped: bool,
}

/// What two identities have in common if they mean the same object.
pub(crate) type IdKey<'a> = (&'a Gvk, &'a str, &'a str);

impl ResId {
    /// The namespace that counts in comparisons: none for cluster-scoped kinds, `default` for those that name none.
    pub(crate) fn effective_namespace(&self) -> &str {
        if self.cluster_scoped {
            NO_NAMESPACE
        } else if self.namespace.is_empty() {
            DEFAULT_NAMESPACE
        } else {
            &self.namespace
        }
    }

    /// Whether both mean the same object.
    pub(crate) fn means(&self, other: &ResId) -> bool {
        self.key() == other.key()
    }

    /// What is equal for identities that mean the same object.
    pub(crate) fn key(&self) -> IdKey<'_> {
        (&self.gvk, &self.name, self.effective_namespace())
    }

    /// A hash that is equal for identities that mean the same object.
    pub(crate) fn key_hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.key().hash(&mut hasher);
        hasher.finish()
    }

    /// Whether both have the same kind and name, in whatever namespaces.
    pub(crate) fn same_kind_and_name(&self, other: &ResId) -> bool {
        self.name == other.name && self.gvk == other.gvk
    }
}

impl fmt::Display for ResId {
    /// `deployment.apps/web`, followed by ` in namespace x` where it has one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.gvk.kind.to_lowercase())?;
        if !self.gvk.group.is_empty() {
            write!(f, ".{}", self.gvk.group)?;
        }
        write!(f, "/{}", self.name)?;
        if !self.namespace.is_empty() {
            write!(f, " in namespace {}", self.namespace)?;
        }
        Ok(())
    }
}
