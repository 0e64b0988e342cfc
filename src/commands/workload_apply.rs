//! `ksail workload apply`

pub(super) mod printer;

use tokio::time::Instant;

use super::workload_build::{Decrypt, build_all, refuse_generated};
use super::workload_context::{
    Project, WorkloadContext, cache, connect, program_error, until_cancelled,
};
use super::workload_prune::{self, Tracking};
use crate::cli::workload::{Apply, DryRun};
use crate::context::Context;
use crate::exec::event::Events;
use crate::exit::Exit;
use crate::text::{Count, List};
use crate::workload::object::Object;
use crate::workload::order::Wave;
use crate::workload::perform::{Options, Outcome, apply_waves};
use crate::workload::{Error, applyset, depends};
use printer::Printer;

/// The command as the program calls it.
pub async fn command(args: &Apply, mut context: Context<'_>) -> Result<Exit, crate::error::Error> {
    let offline = args.dry_run == Some(DryRun::Client) && !args.prune.prune;
    let cluster_is_named = args.server.context.is_some() || offline;
    let project = Project::find(&args.sources, cluster_is_named, &mut context)?;
    let run = run(args, &mut project.with(&mut context)).await;
    run.map_err(program_error)
}

/// Applies the objects and waits for them.
pub async fn run(args: &Apply, context: &mut WorkloadContext<'_>) -> Result<Exit, Error> {
    let choice = {
        let (prune, applyset) = (args.prune.prune, args.prune.applyset.as_ref());
        workload_prune::choose(prune, applyset, &args.sources, context)?
    };
    let mut waves = match build_all(&args.sources, Decrypt::All, context).await {
        // Nothing to apply is a typing error more often than a wish.
        Err(Error::Empty(_)) if args.prune.allow_empty => Vec::new(),
        Err(Error::Empty(what)) if args.prune.prune => {
            return Err(applyset::Error::Empty(what).into());
        }
        built => built?,
    };
    if !args.create_generated {
        refuse_generated(
            &waves,
            "; `--create-generated` creates a new one at every run",
        )?;
    }
    if args.dry_run == Some(DryRun::Client) && !args.prune.prune {
        return print_only(args, &waves, None, context);
    }

    let (api, namespace) = connect(&args.server, &context.project, context.env).await?;
    let tracking = Tracking::open(&api, choice, &waves, &namespace, args, context);
    let mut tracking = until_cancelled(&context.cancel, tracking).await?;
    if let Some(tracking) = &tracking
        && !tracking.agreed(args.dry_run.is_some(), context)?
    {
        context
            .events
            .note("nothing was applied and nothing pruned");
        return Ok(Exit::Done);
    }
    if args.dry_run == Some(DryRun::Client) {
        return print_only(args, &waves, tracking.as_ref(), context);
    }
    let deadline = Instant::now() + args.timeout;
    let mut created = None;
    if let Some(tracking) = &mut tracking {
        created = until_cancelled(&context.cancel, tracking.prepare(&mut waves, args)).await?;
    }
    let options = Options {
        parallelism: usize::from(args.parallelism),
        requests_per_second: args.pace.kube_api_qps,
        timeout: args.timeout,
        namespace,
        field_manager: args.field_manager.clone(),
        force_conflicts: args.force_conflicts,
        replace: args.replace,
        dry_run: args.dry_run == Some(DryRun::Server),
        wait: args.wait,
        cache: cache(context.env, "discovery"),
    };
    let mut printer = Printer::new(args, context.stdout);
    let mut report = |object: &Object, outcome: &Outcome| {
        let early = object.id.kind == "Namespace" && created.as_ref() == Some(&object.id.name);
        let outcome = if early { &Outcome::Created } else { outcome };
        printer.print(object, Some(outcome))
    };
    let (events, cancel) = (context.events, &context.cancel);
    let applied = apply_waves(api, waves, &options, events, cancel, &mut report).await;
    let result = match (applied, tracking) {
        (Ok(_), Some(tracking)) => {
            tracking
                .finish(args, deadline, events, cancel, &mut printer)
                .await
        }
        (Err(error), Some(tracking)) => {
            tracking.spare(events);
            Err(error)
        }
        (applied, None) => applied.map(drop),
    };
    printer.finish(events)?;
    result.map(|()| Exit::Done)
}

/// Prints what would be done.
fn print_only(
    args: &Apply,
    waves: &[Wave],
    tracking: Option<&Tracking>,
    context: &mut WorkloadContext<'_>,
) -> Result<Exit, Error> {
    let mut printer = Printer::new(args, context.stdout);
    tell_waves(waves, context.events)?;
    for object in waves.iter().flat_map(|wave| &wave.objects) {
        printer.print(object, None)?;
    }
    if let Some(tracking) = tracking {
        tracking.print_plan(&mut printer)?;
    }
    printer.finish(context.events)?;
    Ok(Exit::Done)
}

/// Says in which order objects would go, and which wait for which.
fn tell_waves(waves: &[Wave], events: &Events) -> Result<(), Error> {
    for (number, wave) in (1..).zip(waves) {
        let (of, objects) = (waves.len(), Count(wave.objects.len(), "object"));
        events.note(format!("wave {number} of {of}: {wave}: {objects}"));
    }
    let objects: Vec<&Object> = waves.iter().flat_map(|wave| &wave.objects).collect();
    for (object, needs) in objects.iter().zip(depends::edges(&objects)?) {
        if !needs.is_empty() {
            let names = needs.iter().map(|need| &objects[*need].id);
            let names = List::and(names);
            events.note(format!("{} waits until {names} is ready", object.id));
        }
    }
    Ok(())
}
