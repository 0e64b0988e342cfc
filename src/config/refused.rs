//! What KSail knows and we do not: refused by name, unless the value asks for nothing.

use super::error::Problem;
use super::fields::typed;
use super::schema::Support;
use crate::yaml::{Node, Value};

/// A field of KSail, with everything below it, that we refuse unless it asks for nothing.
#[derive(Debug)]
pub struct Refused {
    /// Full path in the file.
    pub path: &'static str,
    /// Why.
    pub support: Support,
    /// Values that ask for nothing, besides absence, `false` and emptiness.
    pub idle: &'static [&'static str],
}

const fn not_yet(path: &'static str, idle: &'static [&'static str]) -> Refused {
    Refused {
        path,
        support: Support::NotYet,
        idle,
    }
}

const fn out_of_scope(path: &'static str) -> Refused {
    Refused {
        path,
        support: Support::OutOfScope,
        idle: &[],
    }
}

/// Every documented field of KSail that we do not read. `Disabled` is idle where Kind brings nothing to disable.
pub const REFUSED: [Refused; 31] = [
    not_yet("spec.cluster.cni", &["Default"]),
    not_yet("spec.cluster.cdi", &["Default", "Disabled"]),
    not_yet("spec.cluster.certManager", &["Disabled"]),
    not_yet("spec.cluster.imageVerification", &["Disabled"]),
    not_yet("spec.cluster.policyEngine", &["None"]),
    not_yet("spec.cluster.gitOpsEngine", &["None"]),
    not_yet("spec.cluster.localRegistry", &[]),
    not_yet("spec.cluster.sops", &["Default", "Disabled"]),
    not_yet("spec.cluster.importImages", &[]),
    not_yet("spec.cluster.vanilla", &[]),
    not_yet("spec.cluster.talos.controlPlanes", &[]),
    not_yet("spec.cluster.talos.workers", &[]),
    not_yet("spec.cluster.talos.imageVerification", &["Disabled"]),
    not_yet("spec.cluster.talos.drainTimeout", &["10m", "10m0s"]),
    not_yet("spec.cluster.talos.storageHealthTimeout", &[]),
    out_of_scope("spec.cluster.talos.iso"),
    out_of_scope("spec.cluster.talos.schematicId"),
    out_of_scope("spec.cluster.talos.extensions"),
    not_yet("spec.workload.tag", &["dev"]),
    not_yet("spec.workload.validateOnPush", &[]),
    not_yet("spec.workload.flux", &[]),
    not_yet("spec.workload.watch", &[]),
    not_yet("spec.workload.validation.helmRender", &["true"]),
    not_yet("spec.workload.validation.skipKinds", &[]),
    not_yet("spec.workload.validation.schemaLocations", &[]),
    not_yet("spec.workload.validation.rules", &[]),
    out_of_scope("spec.cluster.autoscaler"),
    out_of_scope("spec.cluster.oidc"),
    out_of_scope("spec.provider"),
    out_of_scope("spec.workload.scan"),
    out_of_scope("spec.chat"),
];

impl Refused {
    /// Whether a value asks for nothing.
    pub(crate) fn is_idle(&self, node: &Node) -> bool {
        match &*typed(node) {
            Value::Null | Value::Bool(false) => true,
            Value::Bool(true) => self.idle.contains(&"true"),
            Value::String(text) => self.is_idle_text(text),
            Value::Int(_) | Value::UInt(_) | Value::Float(_) => false,
            Value::Seq(items) => items.iter().all(|item| self.is_idle(item)),
            Value::Map(entries) => entries.iter().all(|entry| self.is_idle(&entry.value)),
        }
    }

    /// Whether a text asks for nothing.
    pub(crate) fn is_idle_text(&self, text: &str) -> bool {
        text.is_empty() || self.idle.iter().any(|word| word.eq_ignore_ascii_case(text))
    }

    /// Why a value is refused.
    pub(crate) fn problem(&self, node: &Node) -> Problem {
        match node.as_str() {
            Some(text) if text.len() < 40 && !text.contains('\n') => {
                self.refuse(&format!(": {text}"))
            }
            _ => self.refuse(""),
        }
    }

    /// Why the field with this value behind its name is refused.
    pub(crate) fn refuse(&self, value: &str) -> Problem {
        let what = format!("`{}{value}`", self.path);
        match self.support {
            Support::OutOfScope => Problem::OutOfScope { what },
            Support::NotYet | Support::Yes(_) => Problem::NotYet { what },
        }
    }
}
