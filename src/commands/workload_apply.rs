//! `ksail workload apply`

use std::io::Write;
use std::num::NonZeroUsize;

use serde_json::{Value, json};

use super::workload_build::build_waves;
use super::workload_context::{Project, WorkloadContext, connect, program_error};
use crate::cli::workload::{Apply, DryRun, Output};
use crate::context::Context;
use crate::exec::event::Events;
use crate::exit::Exit;
use crate::text::Count;
use crate::workload::Error;
use crate::workload::object::Object;
use crate::workload::perform::{Options, Outcome, apply_waves};

/// The command as the program calls it.
pub async fn command(args: &Apply, mut context: Context<'_>) -> Result<Exit, crate::error::Error> {
    let cluster_is_named = args.server.context.is_some() || args.dry_run == Some(DryRun::Client);
    let project = Project::find(&args.sources, cluster_is_named, &mut context)?;
    let run = run(args, &mut project.with(&mut context)).await;
    run.map_err(program_error)
}

/// Applies the objects and waits for them.
pub async fn run(args: &Apply, context: &mut WorkloadContext<'_>) -> Result<Exit, Error> {
    let waves = build_waves(&args.sources, true, context).await?;
    let mut printer = Printer::new(args, context.stdout);
    if args.dry_run == Some(DryRun::Client) {
        for object in waves.iter().flat_map(|wave| &wave.objects) {
            printer.print(object, None)?;
        }
        printer.finish(context.events)?;
        return Ok(Exit::Done);
    }

    let (api, namespace) = connect(&args.server, &context.project, context.env).await?;
    let options = Options {
        parallelism: args
            .parallelism
            .map_or_else(default_parallelism, usize::from),
        timeout: args.timeout,
        namespace,
        force_conflicts: args.force_conflicts,
        dry_run: args.dry_run == Some(DryRun::Server),
        wait: args.wait,
    };
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

/// Requests mostly wait, so there may be several per core; a small server is kept alive by the upper bound.
fn default_parallelism() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    (4 * cores).clamp(4, 32)
}

/// Results as lines while they come, or as one document at the end.
struct Printer<'a> {
    stdout: &'a mut (dyn Write + Send),
    output: Option<Output>,
    dry_run: Option<DryRun>,
    rows: Vec<Value>,
    counts: [usize; 4],
}

impl<'a> Printer<'a> {
    fn new(args: &Apply, stdout: &'a mut (dyn Write + Send)) -> Self {
        Self {
            stdout,
            output: args.output,
            dry_run: args.dry_run,
            rows: Vec::new(),
            counts: [0; 4],
        }
    }

    /// Prints one object; without an outcome it was only built.
    fn print(&mut self, object: &Object, outcome: Option<&Outcome>) -> Result<(), Error> {
        let (slot, word) = match outcome {
            Some(Outcome::Created) => (0, "created"),
            Some(Outcome::Configured) => (1, "configured"),
            Some(Outcome::Unchanged) => (2, "unchanged"),
            Some(Outcome::Failed(_)) => (3, "failed"),
            None => (0, "would be applied"),
        };
        self.counts[slot] += 1;
        let note = match self.dry_run {
            Some(DryRun::Server) => " (server dry run)",
            Some(DryRun::Client) => " (client dry run)",
            None => "",
        };
        match self.output {
            None => writeln!(self.stdout, "{} {word}{note}", object.id),
            Some(Output::Name) => writeln!(self.stdout, "{}", object.id),
            Some(Output::Json) => {
                self.rows.push(row(object, word, outcome));
                Ok(())
            }
        }
        .map_err(Error::Output)
    }

    /// Prints what is left, and the summary for people.
    fn finish(self, events: &Events) -> Result<(), Error> {
        let [created, configured, unchanged, failed] = self.counts;
        let total: usize = self.counts.iter().sum();
        if self.output == Some(Output::Json) {
            let summary = json!({
                "created": created, "configured": configured, "unchanged": unchanged, "failed": failed
            });
            let document = json!({ "objects": self.rows, "summary": summary });
            writeln!(self.stdout, "{document:#}").map_err(Error::Output)?;
        }
        self.stdout.flush().map_err(Error::Output)?;
        if total == 0 {
            return Ok(());
        }
        let objects = Count(total, "object");
        events.note(match self.dry_run {
            Some(DryRun::Client) => format!("{objects} would be applied"),
            Some(DryRun::Server) => {
                format!("{objects} checked: {created} to create, {configured} to configure, {unchanged} unchanged, {failed} refused")
            }
            None => {
                format!("{objects}: {created} created, {configured} configured, {unchanged} unchanged, {failed} failed")
            }
        });
        Ok(())
    }
}

fn row(object: &Object, result: &str, outcome: Option<&Outcome>) -> Value {
    let id = &object.id;
    let mut row = json!({
        "apiVersion": id.api_version, "kind": id.kind, "namespace": id.namespace, "name": id.name,
        "origin": object.origin.to_string(), "result": result
    });
    if let Some(Outcome::Failed(why)) = outcome {
        row["error"] = why.as_str().into();
    }
    row
}
