//! What to prune: the members of a set that the manifests no longer name, less what is protected. Data only.

use std::collections::BTreeSet;
use std::fmt;

use crate::k8s::inventory::{GroupKind, Identity, Inventory, Member};

/// Marks that ask for an object to be kept, as annotation or label: key and value. Those of other tools count too, as
/// the same manifests may have passed through them.
const KEEP: [(&str, &str); 6] = [
    ("ksail.io/prune", "disabled"),
    ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
    ("kustomize.toolkit.fluxcd.io/reconcile", "disabled"),
    ("client.lifecycle.config.k8s.io/deletion", "detach"),
    ("cli-utils.sigs.k8s.io/on-remove", "keep"),
    ("helm.sh/resource-policy", "keep"),
];

/// Where Argo CD keeps a comma-separated list of options.
const ARGO: &str = "argocd.argoproj.io/sync-options";
/// Those of them that ask for an object to be kept, or for somebody to be asked first.
const ARGO_KEEP: [&str; 4] = [
    "Prune=false",
    "Prune=confirm",
    "Delete=false",
    "Delete=confirm",
];

/// What may be pruned that otherwise is not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Namespaces, with everything in them.
    pub namespaces: bool,
    /// Custom resource definitions, with all their custom resources.
    pub definitions: bool,
}

/// Why a member that no manifest names stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// Namespaces go only on request.
    Namespace,
    /// It holds the parent of the set.
    HoldsParent,
    /// Something would go with it that is named or kept.
    Holds(Identity),
    /// Definitions go only on request.
    Definition,
    /// A mark asks for it.
    Marked(String),
    /// An owner takes care of it.
    Owned(String),
    /// It is outside of the namespaces that the set says it has.
    OutOfScope,
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kept::Namespace => {
                f.write_str("namespaces are protected; `--prune-allow=namespaces` lifts that")
            }
            Kept::Holds(inside) => write!(f, "{inside} stays and would go with it"),
            Kept::HoldsParent => f.write_str("it holds the parent of the applyset"),
            Kept::Definition => {
                f.write_str("definitions are protected; `--prune-allow=crds` lifts that")
            }
            Kept::Marked(mark) => write!(f, "marked `{mark}`"),
            Kept::Owned(owner) => write!(f, "owned by {owner}"),
            Kept::OutOfScope => {
                f.write_str("it has the label, but the applyset does not list its namespace")
            }
        }
    }
}

/// What to do with the members of a set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// To be deleted.
    pub prune: Vec<Member>,
    /// Named by no manifest, but to be kept.
    pub kept: Vec<(Member, Kept)>,
}

/// What the guards need to know.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// What the parent said before this run.
    pub recorded: &'a Inventory,
    /// Namespace of the parent, if it has one.
    pub parent_namespace: Option<&'a str>,
    /// What may be pruned that otherwise is not.
    pub allowed: Allowed,
}

/// Members less what the manifests name. An object that is served under two kinds counts as named if either is.
pub fn plan(members: Vec<Member>, named: &BTreeSet<Identity>, scope: Scope<'_>) -> Plan {
    let kept_uids: BTreeSet<String> = members
        .iter()
        .filter(|member| named.contains(&member.identity))
        .map(|member| member.uid.clone())
        .collect();
    let mut seen = BTreeSet::new();
    let mut plan = Plan::default();
    for member in members {
        let is_named = named.contains(&member.identity) || kept_uids.contains(&member.uid);
        if is_named || !seen.insert(member.uid.clone()) {
            continue;
        }
        match protection(&member, scope) {
            Some(why) => plan.kept.push((member, why)),
            None => plan.prune.push(member),
        }
    }
    plan.spare_holders(named);
    plan.prune
        .sort_by(|left, right| left.identity.cmp(&right.identity));
    plan.kept
        .sort_by(|(left, _), (right, _)| left.identity.cmp(&right.identity));
    plan
}

/// Why a member must stay, if it must.
fn protection(member: &Member, scope: Scope<'_>) -> Option<Kept> {
    let Identity {
        kind,
        namespace,
        name,
    } = &member.identity;
    if let Some(mark) = mark(member) {
        return Some(Kept::Marked(mark));
    }
    if let Some(owner) = &member.owner {
        return Some(Kept::Owned(owner.clone()));
    }
    if let Some(namespace) = namespace
        && !scope.recorded.namespaces.contains(namespace)
    {
        return Some(Kept::OutOfScope);
    }
    if is_namespace(kind) {
        if scope.parent_namespace == Some(name) {
            return Some(Kept::HoldsParent);
        }
        return (!scope.allowed.namespaces).then_some(Kept::Namespace);
    }
    (is_definition(kind) && !scope.allowed.definitions).then_some(Kept::Definition)
}

/// The mark that asks for a member to be kept.
pub fn mark(member: &Member) -> Option<String> {
    member.marks.iter().find_map(|(key, value)| {
        let keeps = KEEP
            .iter()
            .any(|(known, wanted)| key == known && value.trim().eq_ignore_ascii_case(wanted));
        if keeps {
            return Some(format!("{key}: {value}"));
        }
        let mut options = value.split(',').map(str::trim);
        let asked = options.find(|option| key == ARGO && ARGO_KEEP.contains(option))?;
        Some(format!("{key}: {asked}"))
    })
}

impl Plan {
    /// Keeps namespaces and definitions without which something would go that is named or kept.
    fn spare_holders(&mut self, named: &BTreeSet<Identity>) {
        let kept = self.kept.iter();
        let staying: Vec<&Identity> = kept
            .filter(|(_, why)| matches!(why, Kept::Marked(_)))
            .map(|(member, _)| &member.identity)
            .chain(named)
            .collect();
        let held = |member: &Member| {
            let mut all = staying.iter();
            let held = all.find(|inside| holds(&member.identity, inside))?;
            Some(Kept::Holds((*held).clone()))
        };
        let held: Vec<Option<Kept>> = self.prune.iter().map(held).collect();
        for (member, held) in std::mem::take(&mut self.prune).into_iter().zip(held) {
            match held {
                Some(why) => self.kept.push((member, why)),
                None => self.prune.push(member),
            }
        }
    }

    /// What the parent has to say once the plan is carried out: what the manifests name, and what was kept.
    pub fn remaining(&self, named: &Inventory) -> Inventory {
        let mut remaining = named.clone();
        // What is out of scope was never recorded and stays so.
        let kept = self.kept.iter().filter(|(_, why)| *why != Kept::OutOfScope);
        for (member, _) in kept {
            remaining.kinds.insert(member.identity.kind.clone());
            remaining
                .namespaces
                .extend(member.identity.namespace.clone());
        }
        remaining
    }

    /// The plan for people, a line for each object.
    pub fn lines(&self) -> Vec<String> {
        let prune = self.prune.iter().map(|member| {
            let goes_with_it = consequence(&member.identity.kind);
            format!(
                "prune {}{}",
                member.identity,
                goes_with_it
                    .map(|what| format!(", {what}"))
                    .unwrap_or_default()
            )
        });
        let kept = self
            .kept
            .iter()
            .map(|(member, why)| format!("keep {}: {why}", member.identity));
        prune.chain(kept).collect()
    }
}

/// Whether an object goes when another one does.
fn holds(holder: &Identity, inside: &Identity) -> bool {
    if is_namespace(&holder.kind) {
        return inside.namespace.as_ref() == Some(&holder.name);
    }
    // A definition is called `plural.group`. Which kind it defines is not in its metadata, so its group decides.
    let group = holder.name.split_once('.').map(|(_, group)| group);
    is_definition(&holder.kind) && group == Some(inside.kind.group.as_str())
}

/// What goes with an object of this kind.
pub fn consequence(kind: &GroupKind) -> Option<&'static str> {
    if is_namespace(kind) {
        Some("with everything in it")
    } else if is_definition(kind) {
        Some("with all its custom resources")
    } else if kind.group.is_empty()
        && matches!(
            kind.kind.as_str(),
            "PersistentVolumeClaim" | "PersistentVolume"
        )
    {
        Some("perhaps with its data")
    } else {
        None
    }
}

fn is_namespace(kind: &GroupKind) -> bool {
    kind.group.is_empty() && kind.kind == "Namespace"
}

fn is_definition(kind: &GroupKind) -> bool {
    kind.group == "apiextensions.k8s.io" && kind.kind == "CustomResourceDefinition"
}

#[cfg(test)]
mod tests;
