//! `ksail workload apply`

mod printer;

use super::workload_build::{build_all, refuse_generated};
use super::workload_context::{Project, WorkloadContext, cache, connect, program_error};
use crate::cli::workload::{Apply, DryRun};
use crate::context::Context;
use crate::exec::event::Events;
use crate::exit::Exit;
use crate::text::{Count, List};
use crate::workload::object::Object;
use crate::workload::order::Wave;
use crate::workload::perform::{Options, Outcome, apply_waves};
use crate::workload::{Error, depends};
use printer::Printer;

/// The command as the program calls it.
pub async fn command(args: &Apply, mut context: Context<'_>) -> Result<Exit, crate::error::Error> {
    let cluster_is_named = args.server.context.is_some() || args.dry_run == Some(DryRun::Client);
    let project = Project::find(&args.sources, cluster_is_named, &mut context)?;
    let run = run(args, &mut project.with(&mut context)).await;
    run.map_err(program_error)
}

/// Applies the objects and waits for them.
pub async fn run(args: &Apply, context: &mut WorkloadContext<'_>) -> Result<Exit, Error> {
    let waves = build_all(&args.sources, true, context).await?;
    if !args.create_generated {
        refuse_generated(
            &waves,
            "; `--create-generated` creates a new one at every run",
        )?;
    }
    if args.dry_run == Some(DryRun::Client) {
        let mut printer = Printer::new(args, context.stdout);
        tell_waves(&waves, context.events)?;
        for object in waves.iter().flat_map(|wave| &wave.objects) {
            printer.print(object, None)?;
        }
        printer.finish(context.events)?;
        return Ok(Exit::Done);
    }

    let (api, namespace) = connect(&args.server, &context.project, context.env).await?;
    let options = Options {
        parallelism: usize::from(args.parallelism),
        requests_per_second: args.kube_api_qps,
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
    let mut report = |object: &Object, outcome: &Outcome| printer.print(object, Some(outcome));
    let result = apply_waves(
        api,
        waves,
        &options,
        context.events,
        &context.cancel,
        &mut report,
    )
    .await;
    printer.finish(context.events)?;
    result.map(|_| Exit::Done)
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
