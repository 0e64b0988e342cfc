//! `ksail workload diff`

use std::io::IsTerminal;

use futures_util::StreamExt;
use serde_json::{Value, json};

use super::workload_build::{Decrypt, build_all};
use super::workload_context::{
    Project, WorkloadContext, cache, connect, default_parallelism, program_error,
};
use crate::cli::workload::{Diff, DiffOutput};
use crate::context::Context;
use crate::exit::Exit;
use crate::k8s::discovery::Discovery;
use crate::text::Count;
use crate::ui::{diff_view, display};
use crate::workload::Error;
use crate::workload::diff::{Change, Difference, Options, compare};
use crate::workload::place::place_objects;

/// The command as the program calls it.
pub async fn command(args: &Diff, mut context: Context<'_>) -> Result<Exit, crate::error::Error> {
    let cluster_is_named = args.server.context.is_some();
    let project = Project::find(&args.sources, cluster_is_named, &mut context)?;
    let terminal = std::io::stdout().is_terminal();
    let color = display::resolve(context.global, context.env, terminal).color;
    let run = run(args, color, &mut project.with(&mut context)).await;
    run.map_err(program_error)
}

/// Prints what an apply would change.
pub async fn run(
    args: &Diff,
    color: bool,
    context: &mut WorkloadContext<'_>,
) -> Result<Exit, Error> {
    let waves = build_all(&args.sources, Decrypt::All, context).await?;
    let objects = waves.into_iter().flat_map(|wave| wave.objects).collect();
    let (api, namespace) = connect(&args.server, &context.project, context.env).await?;
    let served = Discovery::fetch(&api, cache(context.env, "discovery").as_deref()).await?;
    let placed = place_objects(objects, &served, &namespace);
    let options = Options {
        parallelism: args
            .parallelism
            .map_or_else(default_parallelism, usize::from),
        field_manager: args.field_manager.clone(),
        force_conflicts: args.force_conflicts,
    };
    let mut tally = Tally::default();
    let mut rows: Vec<Value> = Vec::new();
    let mut differences = std::pin::pin!(compare(&api, &placed, &options));
    while let Some(difference) = differences.next().await {
        tally.count(&difference.change);
        if let Change::Failed(why) = &difference.change {
            let (id, origin) = (&difference.id, &difference.origin);
            context.events.error(format!("{id} ({origin}): {why}"));
        }
        match args.output {
            Some(DiffOutput::Json) => rows.push(difference.row()),
            Some(DiffOutput::Name) => print(context, &name(&difference))?,
            None => {
                let text = difference.text(args.unified);
                print(context, &diff_view::painted(&text, color))?;
            }
        }
    }
    if args.output == Some(DiffOutput::Json) {
        let document = json!({ "objects": rows, "summary": tally.summary() });
        print(context, &format!("{document:#}\n"))?;
    }
    context.events.note(tally.note());
    tally.exit(args.exit_code)
}

fn print(context: &mut WorkloadContext<'_>, text: &str) -> Result<(), Error> {
    let written = context.stdout.write_all(text.as_bytes());
    written
        .and_then(|()| context.stdout.flush())
        .map_err(Error::Output)
}

fn name(difference: &Difference) -> String {
    match difference.change {
        Change::New | Change::Changed => format!("{}\n", difference.id),
        Change::Unchanged | Change::Failed(_) => String::new(),
    }
}

/// How many objects would fare how.
#[derive(Debug, Default)]
struct Tally {
    new: usize,
    changed: usize,
    unchanged: usize,
    failed: usize,
}

impl Tally {
    fn count(&mut self, change: &Change) {
        *match change {
            Change::New => &mut self.new,
            Change::Changed => &mut self.changed,
            Change::Unchanged => &mut self.unchanged,
            Change::Failed(_) => &mut self.failed,
        } += 1;
    }

    fn total(&self) -> usize {
        self.new + self.changed + self.unchanged + self.failed
    }

    fn summary(&self) -> Value {
        json!({
            "new": self.new, "changed": self.changed, "unchanged": self.unchanged, "failed": self.failed
        })
    }

    fn note(&self) -> String {
        let objects = Count(self.total(), "object");
        let (new, changed, unchanged, failed) =
            (self.new, self.changed, self.unchanged, self.failed);
        format!("{objects}: {new} new, {changed} changed, {unchanged} unchanged, {failed} failed")
    }

    /// A failure counts for more than a difference: nobody knows what there is.
    fn exit(&self, differences_count: bool) -> Result<Exit, Error> {
        let (failed, total) = (self.failed, self.total());
        if failed > 0 {
            return Err(Error::Incomparable { failed, total });
        }
        Ok(if differences_count && self.new + self.changed > 0 {
            Exit::Drift
        } else {
            Exit::Done
        })
    }
}
