//! The order in which kustomize applies specifications: by the kinds they are about.

use std::cmp::Ordering;

use super::super::gvk::Gvk;

/// Kinds that come before all others.
const FIRST: [&str; 22] = [
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
const LAST: [&str; 2] = [
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// Sorts things by their kinds; those of equal kinds keep their order.
pub(super) fn sort_by_kind<T>(things: &mut [T], gvk: impl Fn(&T) -> &Gvk) {
    things.sort_by(|one, other| compare(gvk(one), gvk(other)));
}

fn compare(one: &Gvk, other: &Gvk) -> Ordering {
    let rank = |gvk: &Gvk| rank(&gvk.kind);
    rank(one)
        .cmp(&rank(other))
        .then_with(|| text(one).cmp(&text(other)))
}

/// Below `FIRST.len()` for kinds that come first, above it for those that come last.
fn rank(kind: &str) -> usize {
    let place = |kinds: &[&str]| kinds.iter().position(|known| *known == kind);
    match (place(&FIRST), place(&LAST)) {
        (Some(first), _) => first,
        (None, Some(last)) => FIRST.len() + 1 + last,
        (None, None) => FIRST.len(),
    }
}

/// What kustomize compares where the rank is equal: empty parts have stand-ins, which decide too.
fn text(gvk: &Gvk) -> String {
    let parts = [
        (gvk.group.as_str(), "~G"),
        (gvk.version.as_str(), "~V"),
        (gvk.kind.as_str(), "~K"),
    ];
    let parts = parts.map(|(part, stand_in)| if part.is_empty() { stand_in } else { part });
    parts.join("_")
}
