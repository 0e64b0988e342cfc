//! What `apply` does about the set that its objects belong to: which set, what to prune, and the books of it.

mod choice;

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::time::Instant;

use super::workload_apply::printer::Printer;
use super::workload_context::{WorkloadContext, cache, until_cancelled};
use crate::cli::workload::{Apply, Cascade, DryRun, Protected};
use crate::exec::event::Events;
use crate::k8s::discovery::{Discovery, Resource};
use crate::k8s::inventory::{GroupKind, Inventory, Member};
use crate::k8s::{self, Api, apply, delete};
use crate::text::Count;
use crate::workload::Error;
use crate::workload::applyset::{self, ApplySet, Names, label_objects};
use crate::workload::object::Object;
use crate::workload::order::Wave;
use crate::workload::prune::{self, Allowed, Plan, Scope};
use crate::workload::removal::{Guard, Options, Outcome, Victim, by_class, remove_stages};
pub(super) use choice::{Choice, choose};

/// A set while objects are applied to it.
pub(super) struct Tracking {
    api: Api,
    set: ApplySet,
    named: Inventory,
    /// What to prune; `None` = only the books are kept.
    plan: Option<Plan>,
    resources: BTreeMap<GroupKind, Resource>,
    /// Recorded kinds that could not be looked at.
    away: Vec<GroupKind>,
}

impl Tracking {
    /// Opens the set that was chosen, if it is to be kept track of.
    pub(super) async fn open(
        api: &Api,
        choice: Option<Choice>,
        waves: &[Wave],
        namespace: &str,
        args: &Apply,
        context: &WorkloadContext<'_>,
    ) -> Result<Option<Self>, Error> {
        let Some(choice) = choice else {
            return Ok(None);
        };
        let deadline = Instant::now() + args.timeout;
        let events = context.events;
        if choice.is_moot(api, namespace, deadline, events).await? {
            return Ok(None);
        }
        let cache = cache(context.env, "discovery");
        let served = || Discovery::fetch(api, cache.as_deref());
        let served = k8s::retry::patiently(api, deadline, served).await?;
        let begun = Self::begin(api, &served, choice, waves, namespace, args, events);
        begun.await.map(Some)
    }

    /// Opens the set and, to prune, compares its members with the objects. Reads only.
    async fn begin(
        api: &Api,
        served: &Discovery,
        choice: Choice,
        waves: &[Wave],
        namespace: &str,
        args: &Apply,
        events: &Events,
    ) -> Result<Self, Error> {
        let deadline = Instant::now() + args.timeout;
        let found =
            applyset::find_parent(api, served, &choice.reference, namespace, deadline).await?;
        let set = ApplySet::open(api, served, found, deadline).await?;
        let objects = waves.iter().flat_map(|wave| &wave.objects);
        let names = Names::of(objects, served, namespace);
        let mut tracking = Self {
            api: api.clone(),
            set,
            named: names.inventory.clone(),
            plan: None,
            resources: BTreeMap::new(),
            away: Vec::new(),
        };
        if args.prune.prune {
            let parallelism = usize::from(args.parallelism);
            let found =
                applyset::members(api, served, &tracking.set, parallelism, deadline).await?;
            for kind in &found.gone {
                events.note(format!(
                    "the server does not serve {kind} any more; nothing of it is left to prune"
                ));
            }
            for kind in &found.away {
                events.warn(format!(
                    "nobody answers for {kind} at the moment; objects of it are not pruned"
                ));
            }
            let allowed = |what| args.prune.prune_allow.contains(&what);
            let scope = Scope {
                recorded: &tracking.set.recorded,
                parent_namespace: tracking.set.parent.namespace.as_deref(),
                allowed: Allowed {
                    namespaces: allowed(Protected::Namespaces),
                    definitions: allowed(Protected::Crds),
                },
            };
            tracking.plan = Some(prune::plan(found.members, &names.identities, scope));
            tracking.resources = found.resources;
            tracking.away = found.away;
        }
        Ok(tracking)
    }

    /// Shows what would be pruned, and asks.
    pub(super) fn agreed(
        &self,
        dry_run: bool,
        context: &mut WorkloadContext<'_>,
    ) -> Result<bool, Error> {
        let Some(plan) = &self.plan else {
            return Ok(true);
        };
        if dry_run || plan.prune.is_empty() {
            for line in plan.lines() {
                context.events.note(line);
            }
            return Ok(true);
        }
        let objects = Count(plan.prune.len(), "object");
        let question = format!("prune {objects} of the applyset {}?", self.set.parent);
        context.agrees(&plan.lines(), &question)
    }

    /// Labels the objects and lets the parent say everything that may be a member from now on, so that nothing is
    /// lost when the run is interrupted. Returns the namespace that had to be created for the parent.
    pub(super) async fn prepare(
        &mut self,
        waves: &mut [Wave],
        args: &Apply,
    ) -> Result<Option<String>, Error> {
        let objects = waves.iter_mut().flat_map(|wave| &mut wave.objects);
        label_objects(objects, &self.set.parent.id())?;
        let dry_run = args.dry_run == Some(DryRun::Server);
        let deadline = Instant::now() + args.timeout;
        let own = self.own_namespace(waves);
        let mut created = None;
        if let (Some(namespace), false) = (own, self.set.exists()) {
            if dry_run {
                return Ok(None);
            }
            let options = apply::Options {
                field_manager: &args.field_manager,
                force: args.force_conflicts,
                dry_run: false,
            };
            let applied = || apply::built_in(&self.api, &namespace.json, options);
            let applied = k8s::retry::patiently(&self.api, deadline, applied).await?;
            created = applied.created.then(|| namespace.id.name.clone());
        }
        let superset = self.set.recorded.union(&self.named);
        self.set
            .record(&self.api, &superset, dry_run, deadline)
            .await?;
        Ok(created)
    }

    /// The namespace of the parent, if the run applies it itself.
    fn own_namespace<'a>(&self, waves: &'a [Wave]) -> Option<&'a Object> {
        let namespace = self.set.parent.namespace.as_ref()?;
        let mut objects = waves.iter().flat_map(|wave| &wave.objects);
        objects.find(|object| {
            object.id.api_version == "v1"
                && object.id.kind == "Namespace"
                && object.id.name == *namespace
        })
    }

    /// What a dry run that sends nothing has to say about the plan.
    pub(super) fn print_plan(&self, printer: &mut Printer<'_>) -> Result<(), Error> {
        for victim in self.victims() {
            printer.pruned(&victim, None)?;
        }
        Ok(())
    }

    /// Says that nothing is pruned as the apply failed.
    pub(super) fn spare(&self, events: &Events) {
        let pruned = self.plan.as_ref().map_or(0, |plan| plan.prune.len());
        if pruned > 0 {
            let objects = Count(pruned, "object");
            events.note(format!(
                "{objects} not pruned, as the apply did not come to a good end"
            ));
        }
    }

    fn victims(&self) -> Vec<Victim> {
        let members = self.plan.iter().flat_map(|plan| &plan.prune);
        members
            .filter_map(|member| {
                let resource = self.resources.get(&member.identity.kind)?;
                Some(Victim::member(member, resource))
            })
            .collect()
    }

    /// Prunes what the plan says, then lets the parent say what is left.
    pub(super) async fn finish(
        mut self,
        args: &Apply,
        deadline: Instant,
        events: &Events,
        cancel: &tokio_util::sync::CancellationToken,
        printer: &mut Printer<'_>,
    ) -> Result<(), Error> {
        let Some(plan) = &self.plan else {
            return Ok(());
        };
        let dry_run = args.dry_run == Some(DryRun::Server);
        let options = Options {
            parallelism: usize::from(args.parallelism),
            deadline,
            timeout: args.timeout,
            cascade: args.prune.cascade.into(),
            grace_period: None,
            dry_run,
            wait: args.wait,
        };
        let mut remaining = plan.remaining(&self.named);
        remaining.kinds.extend(self.away.iter().cloned());
        let stages = by_class(self.victims());
        let mut report = |victim: &Victim, outcome: &Outcome| {
            if matches!(outcome, Outcome::Kept(_)) {
                remaining.kinds.insert(victim.kind());
                remaining.namespaces.extend(victim.id.namespace.clone());
            }
            printer.pruned(victim, Some(outcome))
        };
        let guard = guard(self.set.parent.id());
        remove_stages(
            self.api.clone(),
            stages,
            options,
            guard,
            events,
            cancel,
            &mut report,
        )
        .await?;
        let recorded = self.set.record(&self.api, &remaining, dry_run, deadline);
        until_cancelled(cancel, async { recorded.await.map_err(Error::from) }).await
    }
}

/// Keeps what left the set, or asks to be kept, after the plan was made.
pub(super) fn guard(set: String) -> Guard {
    Arc::new(move |now: &Member| {
        if now.part_of.as_ref() != Some(&set) {
            return Some("it is not in the applyset any more".to_owned());
        }
        prune::mark(now).map(|mark| format!("marked `{mark}`"))
    })
}

impl From<Cascade> for delete::Cascade {
    fn from(cascade: Cascade) -> Self {
        match cascade {
            Cascade::Background => delete::Cascade::Background,
            Cascade::Foreground => delete::Cascade::Foreground,
            Cascade::Orphan => delete::Cascade::Orphan,
        }
    }
}
