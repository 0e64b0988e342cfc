//! `ksail workload delete --applyset`: all members of a set, then its parent.

use tokio::time::Instant;

use super::printer::Printer;
use super::{options, targets};
use crate::cli::workload::{Delete, DryRun};
use crate::commands::workload_context::{WorkloadContext, cache, connect_gated, until_cancelled};
use crate::commands::workload_prune::guard;
use crate::exit::Exit;
use crate::k8s::Api;
use crate::k8s::discovery::Discovery;
use crate::k8s::inventory::Reference;
use crate::k8s::retry::patiently;
use crate::text::Count;
use crate::workload::Error;
use crate::workload::applyset::{self, ApplySet};
use crate::workload::object::ObjectId;
use crate::workload::prune::{self, Allowed, Kept, Scope};
use crate::workload::removal::{Outcome, Stage, Victim, by_class, remove_stages};

/// Deletes a set.
pub(super) async fn run(
    args: &Delete,
    reference: &Reference,
    context: &mut WorkloadContext<'_>,
) -> Result<Exit, Error> {
    let (api, namespace) = connect_gated(
        &args.server,
        &args.pace,
        usize::from(args.parallelism),
        args.timeout,
        context,
    )
    .await?;
    let opened = open(args, &api, reference, &namespace, context);
    let Opened {
        served,
        set,
        stages,
    } = match until_cancelled(&context.cancel, opened).await {
        Err(Error::ApplySet(error @ applyset::Error::NotFound(_))) if args.ignore_not_found => {
            context.events.note(format!("{error}; nothing to delete"));
            return Ok(Exit::Done);
        }
        opened => opened?,
    };
    let total: usize = stages.iter().map(|stage| stage.victims.len()).sum();
    let mut lines = Vec::new();
    for victim in stages.iter().flat_map(|stage| &stage.victims) {
        lines.push(targets::line(victim, &api, &served).await);
    }
    let question = format!(
        "delete {} of the applyset {} from {}?",
        Count(total, "object"),
        set.parent,
        api.server()
    );
    if args.dry_run.is_some() {
        lines.drain(..).for_each(|line| context.events.note(line));
    } else if !context.agrees(&lines, &question)? {
        context.events.note("nothing was deleted");
        return Ok(Exit::Done);
    }
    let mut printer = Printer::new(args, context.stdout);
    if args.dry_run == Some(DryRun::Client) {
        for victim in stages.iter().flat_map(|stage| &stage.victims) {
            printer.print(&victim.id, "would be deleted", None)?;
        }
        printer.finish(context.events)?;
        return Ok(Exit::Done);
    }
    let mut report = |victim: &Victim, outcome: &Outcome| printer.outcome(victim, outcome);
    let guard = guard(set.parent.id());
    let (options, events, cancel) = (options(args), context.events, &context.cancel);
    let removed = remove_stages(api, stages, options, guard, events, cancel, &mut report).await;
    printer.finish(events)?;
    removed.map(|()| Exit::Done)
}

/// A set, and what to delete of it.
struct Opened {
    served: Discovery,
    set: ApplySet,
    stages: Vec<Stage>,
}

async fn open(
    args: &Delete,
    api: &Api,
    reference: &Reference,
    namespace: &str,
    context: &WorkloadContext<'_>,
) -> Result<Opened, Error> {
    let deadline = Instant::now() + args.timeout;
    let cache = cache(context.env, "discovery");
    let served = || Discovery::fetch(api, cache.as_deref());
    let served = patiently(api, deadline, served).await?;
    let parent = applyset::find_parent(api, &served, reference, namespace, deadline).await?;
    let set = match ApplySet::open(api, &served, parent, deadline).await {
        Ok(set) if set.exists() => set,
        Ok(set) => return Err(applyset::Error::NotFound(Box::new(set.parent)).into()),
        Err(Error::ApplySet(applyset::Error::NoCustomParent(parent))) => {
            return Err(applyset::Error::NotFound(parent).into());
        }
        Err(error) => return Err(error),
    };
    let stages = plan(args, api, &served, &set, deadline, context).await?;
    Ok(Opened {
        served,
        set,
        stages,
    })
}

/// The members in the order of their deletion, then the parent, then the namespace it is in.
async fn plan(
    args: &Delete,
    api: &Api,
    served: &Discovery,
    set: &ApplySet,
    deadline: Instant,
    context: &WorkloadContext<'_>,
) -> Result<Vec<Stage>, Error> {
    let parallelism = usize::from(args.parallelism);
    let found = applyset::members(api, served, set, parallelism, deadline).await?;
    if let Some(kind) = found.away.first() {
        // Without its parent nobody would know of these objects any more.
        return Err(applyset::Error::Away(kind.clone()).into());
    }
    let scope = Scope {
        recorded: &set.recorded,
        parent_namespace: None,
        allowed: Allowed {
            namespaces: true,
            definitions: true,
        },
    };
    let plan = prune::plan(found.members, &std::collections::BTreeSet::new(), scope);
    for (member, why) in &plan.kept {
        let text = format!("{} stays: {why}", member.identity);
        match why {
            Kept::Owned(_) => context.events.note(text),
            _ => context.events.warn(text),
        }
    }
    let mut home = None;
    let mut victims = Vec::new();
    for member in &plan.prune {
        let Some(resource) = found.resources.get(&member.identity.kind) else {
            continue;
        };
        let victim = Victim::member(member, resource);
        let is_home = victim.id.api_version == "v1"
            && victim.id.kind == "Namespace"
            && set.parent.namespace.as_ref() == Some(&victim.id.name);
        if is_home {
            home = Some(victim);
        } else {
            victims.push(victim);
        }
    }
    let mut stages = by_class(victims);
    stages.push(Stage {
        label: "the parent of the applyset".to_owned(),
        victims: vec![parent(set)],
    });
    stages.extend(home.map(|victim| Stage {
        label: "the namespace of the parent".to_owned(),
        victims: vec![victim],
    }));
    Ok(stages)
}

fn parent(set: &ApplySet) -> Victim {
    Victim {
        id: ObjectId {
            api_version: set.parent.api_version.clone(),
            kind: set.parent.kind.clone(),
            namespace: set.parent.namespace.clone(),
            name: set.parent.name.clone(),
        },
        resource: set.resource.clone(),
        uid: set.uid(),
        resource_version: None,
        terminating: false,
    }
}
