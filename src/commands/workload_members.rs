//! What commands that change nothing have to know of a set: members that the input no longer names, and which of them an
//! apply with `--prune` would delete.

use std::collections::BTreeMap;

use tokio::time::Instant;

use super::workload_context::WorkloadContext;
use crate::k8s::Api;
use crate::k8s::discovery::{Discovery, Resource};
use crate::k8s::inventory::{GroupKind, Parent, Reference};
use crate::workload::Error;
use crate::workload::applyset::{self, ApplySet, Names};
use crate::workload::object::Object;
use crate::workload::prune::{self, Allowed, Kept, Plan, Scope};
use crate::workload::removal::Victim;

/// How to look at a set.
pub(super) struct Look<'a> {
    pub(super) api: &'a Api,
    pub(super) served: &'a Discovery,
    /// Of objects that name none, and of the parent.
    pub(super) namespace: &'a str,
    pub(super) parallelism: usize,
    pub(super) deadline: Instant,
    pub(super) allowed: Allowed,
}

/// A set beside the input.
pub(super) struct Members {
    /// Its parent.
    pub(super) parent: Parent,
    /// Whether the parent exists.
    pub(super) exists: bool,
    plan: Plan,
    resources: BTreeMap<GroupKind, Resource>,
}

impl Look<'_> {
    /// Compares the members of a set with `objects`. Reads only.
    pub(super) async fn at(
        &self,
        reference: &Reference,
        objects: &[Object],
        context: &WorkloadContext<'_>,
    ) -> Result<Members, Error> {
        let Self {
            api,
            served,
            namespace,
            deadline,
            ..
        } = *self;
        let found = applyset::find_parent(api, served, reference, namespace, deadline).await?;
        let set = ApplySet::open(api, served, found, deadline).await?;
        let names = Names::of(objects.iter(), served, namespace);
        let found = applyset::members(api, served, &set, self.parallelism, deadline).await?;
        for kind in &found.away {
            context.events.warn(format!(
                "nobody answers for {kind} at the moment; members of that kind are not shown"
            ));
        }
        let scope = Scope {
            recorded: &set.recorded,
            parent_namespace: set.parent.namespace.as_deref(),
            allowed: self.allowed,
        };
        Ok(Members {
            plan: prune::plan(found.members, &names.identities, scope),
            resources: found.resources,
            exists: set.exists(),
            parent: set.parent,
        })
    }
}

impl Members {
    /// What an apply with `--prune` would delete.
    pub(super) fn pruned(&self) -> Vec<Victim> {
        let members = self.plan.prune.iter();
        members
            .filter_map(|member| {
                let resource = self.resources.get(&member.identity.kind)?;
                Some(Victim::member(member, resource))
            })
            .collect()
    }

    /// What no manifest names either, and would stay, and why.
    pub(super) fn kept(&self) -> Vec<(Victim, &Kept)> {
        let members = self.plan.kept.iter();
        members
            .filter_map(|(member, why)| {
                let resource = self.resources.get(&member.identity.kind)?;
                Some((Victim::member(member, resource), why))
            })
            .collect()
    }
}
