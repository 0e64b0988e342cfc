//! `ksail workload delete`

mod printer;
mod set;
mod targets;

use std::sync::Arc;

use tokio::time::Instant;

use super::workload_build::{build_names, refuse_generated};
use super::workload_context::{
    Project, WorkloadContext, cache, connect_gated, program_error, until_cancelled,
};
use crate::cli::workload::{Delete, DryRun};
use crate::context::Context;
use crate::exit::Exit;
use crate::k8s::discovery::Discovery;
use crate::k8s::retry::patiently;
use crate::text::Count;
use crate::workload::Error;
use crate::workload::object::Object;
use crate::workload::removal::{self, Options, Outcome, Victim, remove_stages, reversed};
use printer::Printer;
use targets::Targets;

/// The command as the program calls it.
pub async fn command(args: &Delete, mut context: Context<'_>) -> Result<Exit, crate::error::Error> {
    let offline = args.dry_run == Some(DryRun::Client) && args.applyset.is_none();
    let cluster_is_named = args.server.context.is_some() || offline;
    let project = Project::find(&args.sources, cluster_is_named, &mut context)?;
    let run = run(args, &mut project.with(&mut context)).await;
    run.map_err(program_error)
}

/// Deletes what manifests name, or a set.
pub async fn run(args: &Delete, context: &mut WorkloadContext<'_>) -> Result<Exit, Error> {
    if let Some(reference) = &args.applyset {
        return set::run(args, reference, context).await;
    }
    let waves = build_names(&args.sources, context).await?;
    refuse_generated(&waves, "; delete it by the name that it got")?;
    if args.dry_run == Some(DryRun::Client) {
        let mut printer = Printer::new(args, context.stdout);
        let objects: Vec<&Object> = waves.iter().rev().flat_map(|wave| &wave.objects).collect();
        for object in objects {
            printer.print(&object.id, "would be deleted", None)?;
        }
        printer.finish(context.events)?;
        return Ok(Exit::Done);
    }

    let (api, namespace) = connect_gated(
        &args.server,
        &args.pace,
        usize::from(args.parallelism),
        args.timeout,
        context,
    )
    .await?;
    let deadline = Instant::now() + args.timeout;
    let cache = cache(context.env, "discovery");
    let parallelism = usize::from(args.parallelism);
    let found = until_cancelled(&context.cancel, async {
        let served = || Discovery::fetch(&api, cache.as_deref());
        let served = patiently(&api, deadline, served).await?;
        let targets = Targets::find(&api, waves, &served, &namespace, parallelism, deadline);
        Ok((targets.await?, served))
    });
    let (targets, served) = found.await?;
    let (total, missing) = (targets.count(), targets.missing.len());
    let mut plan = targets.lines(&api, &served).await;
    if total > 0 {
        let question = format!("delete {} from {}?", Count(total, "object"), api.server());
        if args.dry_run.is_none() && !context.agrees(&plan, &question)? {
            context.events.note("nothing was deleted");
            return Ok(Exit::Done);
        }
    }
    if args.dry_run.is_some() {
        plan.drain(..).for_each(|line| context.events.note(line));
    }
    let mut printer = Printer::new(args, context.stdout);
    for object in &targets.missing {
        printer.print(&object.id, "not found", None)?;
        if !args.ignore_not_found {
            let (id, origin) = (&object.id, &object.origin);
            context.events.error(format!("{id} ({origin}): not found"));
        }
    }
    let mut report = |victim: &Victim, outcome: &Outcome| printer.outcome(victim, outcome);
    let removed = remove_stages(
        api,
        reversed(targets.stages),
        options(args),
        Arc::new(|_| None),
        context.events,
        &context.cancel,
        &mut report,
    )
    .await;
    printer.finish(context.events)?;
    removed?;
    if missing > 0 && !args.ignore_not_found {
        let total = total + missing;
        return Err(removal::Error::NotFound { missing, total }.into());
    }
    Ok(Exit::Done)
}

/// How to delete; the time runs from now on.
fn options(args: &Delete) -> Options {
    Options {
        parallelism: usize::from(args.parallelism),
        deadline: Instant::now() + args.timeout,
        timeout: args.timeout,
        cascade: args.cascade.into(),
        grace_period: if args.now { Some(1) } else { args.grace_period },
        dry_run: args.dry_run == Some(DryRun::Server),
        wait: args.wait,
    }
}
