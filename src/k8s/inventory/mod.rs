//! The `ApplySet` convention (KEP-3659), which `kubectl apply --prune --applyset` follows too: a parent object names the
//! kinds and namespaces of a set, a label on every member names the parent.

mod member;
mod parent;
mod reference;
#[cfg(test)]
mod tests;

pub use member::{Identity, Member};
pub use parent::{Fault, GroupKind, Inventory, Parent};
pub use reference::Reference;

/// Label of members; its value is that of [`ID`] of the parent.
pub const PART_OF: &str = "applyset.kubernetes.io/part-of";
/// Label of parents.
pub const ID: &str = "applyset.kubernetes.io/id";
/// Annotation of parents: `TOOL/VERSION`. Tools leave the sets of other tools alone.
pub const TOOLING: &str = "applyset.kubernetes.io/tooling";
/// Annotation of parents: `Kind.group`, comma-separated.
pub const GROUP_KINDS: &str = "applyset.kubernetes.io/contains-group-kinds";
/// The same in the form of kubectl 1.27: `plural.group`, comma-separated.
pub const GROUP_RESOURCES: &str = "applyset.kubernetes.io/contains-group-resources";
/// Annotation of parents: namespaces with members besides the parent's own, comma-separated.
pub const NAMESPACES: &str = "applyset.kubernetes.io/additional-namespaces";
/// Label of definitions whose custom resources may be parents.
pub const IS_PARENT_TYPE: &str = "applyset.kubernetes.io/is-parent-type";
