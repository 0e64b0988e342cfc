//! The order of kinds: kustomize has one for objects and for the specifications that are about them.

use super::gvk::Gvk;

/// Kinds that come before all others.
pub(crate) const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// Kinds that come behind all others.
pub(crate) const LAST: [&str; 2] = [
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// What kustomize compares where the rank is equal: empty parts have stand-ins, which decide too.
pub(crate) fn kind_text(gvk: &Gvk) -> String {
    let parts = [
        (gvk.group.as_str(), "~G"),
        (gvk.version.as_str(), "~V"),
        (gvk.kind.as_str(), "~K"),
    ];
    let parts = parts.map(|(part, stand_in)| if part.is_empty() { stand_in } else { part });
    parts.join("_")
}
