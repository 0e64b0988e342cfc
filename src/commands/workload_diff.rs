//! `ksail workload diff`

use std::io::IsTerminal;

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::workload_build::{Decrypt, build_all};
use super::workload_context::{
    PATIENCE, Project, WorkloadContext, cache, connect_gated, default_parallelism, program_error,
};
use super::workload_members::Look;
use super::workload_prune::choose;
use crate::cli::workload::{Diff, DiffOutput, Protected};
use crate::context::Context;
use crate::exit::Exit;
use crate::k8s::discovery::Discovery;
use crate::text::Count;
use crate::ui::{diff_view, display};
use crate::workload::Error;
use crate::workload::applyset::{self, label_objects};
use crate::workload::diff::{Change, Difference, Options, compare, pruned};
use crate::workload::object::Object;
use crate::workload::place::place_objects;
use crate::workload::prune::{Allowed, Kept};
use crate::workload::removal::Victim;

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
    let choice = if args.prune || args.applyset.is_some() {
        choose(args.prune, args.applyset.as_ref(), &args.sources, context)?
    } else {
        None
    };
    let waves = match build_all(&args.sources, Decrypt::All, context).await {
        Err(Error::Empty(_)) if args.allow_empty => Vec::new(),
        Err(Error::Empty(what)) if args.prune => return Err(applyset::Error::Empty(what).into()),
        built => built?,
    };
    let mut objects: Vec<Object> = waves.into_iter().flat_map(|wave| wave.objects).collect();
    let options = Options {
        parallelism: args
            .parallelism
            .map_or_else(default_parallelism, usize::from),
        field_manager: args.field_manager.clone(),
        force_conflicts: args.force_conflicts,
    };
    let (server, most) = (&args.server, options.parallelism);
    let (api, namespace) = connect_gated(server, &args.pace, most, PATIENCE, context).await?;
    let served = Discovery::fetch(&api, cache(context.env, "discovery").as_deref()).await?;
    let mut members = None;
    if let Some(choice) = &choice {
        let allowed = |what| args.prune_allow.contains(&what);
        let look = Look {
            api: &api,
            served: &served,
            namespace: &namespace,
            parallelism: options.parallelism,
            deadline: Instant::now() + PATIENCE,
            allowed: Allowed {
                namespaces: allowed(Protected::Namespaces),
                definitions: allowed(Protected::Crds),
            },
        };
        let found = look.at(&choice.reference, &objects, context).await?;
        label_objects(objects.iter_mut(), &found.parent.id())?;
        members = Some(found);
    }
    let placed = place_objects(objects, &served, &namespace);
    let mut shown = Shown {
        args,
        color,
        tally: Tally::default(),
        rows: Vec::new(),
    };
    let mut differences = std::pin::pin!(compare(&api, &placed, &options));
    while let Some(difference) = differences.next().await {
        shown.show(&difference, context)?;
    }
    if let Some(members) = members.as_ref().filter(|_| args.prune) {
        for victim in members.pruned() {
            if let Some(difference) = pruned(&api, &victim).await {
                shown.show(&difference, context)?;
            }
        }
        for (victim, why) in members.kept() {
            shown.keep(&victim, why, context);
        }
    }
    shown.finish(context)
}

/// What was shown so far.
struct Shown<'a> {
    args: &'a Diff,
    color: bool,
    tally: Tally,
    rows: Vec<Value>,
}

impl Shown<'_> {
    fn show(
        &mut self,
        difference: &Difference,
        context: &mut WorkloadContext<'_>,
    ) -> Result<(), Error> {
        self.tally.count(&difference.change);
        if let Change::Failed(why) = &difference.change {
            let id = &difference.id;
            context.events.error(match &difference.origin {
                Some(origin) => format!("{id} ({origin}): {why}"),
                None => format!("{id}: {why}"),
            });
        }
        match self.args.output {
            Some(DiffOutput::Json) => self.rows.push(difference.row()),
            Some(DiffOutput::Name) => print(context, &name(difference))?,
            None => {
                let text = difference.text(self.args.unified);
                print(context, &diff_view::painted(&text, self.color))?;
            }
        }
        Ok(())
    }

    /// Mentions what no manifest names and would stay all the same.
    fn keep(&mut self, victim: &Victim, why: &Kept, context: &WorkloadContext<'_>) {
        context.events.note(format!("keep {victim}: {why}"));
        let id = &victim.id;
        self.rows.push(json!({
            "apiVersion": id.api_version, "kind": id.kind, "namespace": id.namespace, "name": id.name,
            "origin": null, "change": "kept", "reason": why.to_string()
        }));
    }

    fn finish(self, context: &mut WorkloadContext<'_>) -> Result<Exit, Error> {
        if self.args.output == Some(DiffOutput::Json) {
            let document = json!({ "objects": self.rows, "summary": self.tally.summary() });
            print(context, &format!("{document:#}\n"))?;
        }
        context.events.note(self.tally.note(self.args.prune));
        self.tally.exit(self.args.exit_code)
    }
}

fn print(context: &mut WorkloadContext<'_>, text: &str) -> Result<(), Error> {
    let written = context.stdout.write_all(text.as_bytes());
    written
        .and_then(|()| context.stdout.flush())
        .map_err(Error::Output)
}

fn name(difference: &Difference) -> String {
    match difference.change {
        Change::New | Change::Changed | Change::Pruned => format!("{}\n", difference.id),
        Change::Unchanged | Change::Failed(_) => String::new(),
    }
}

/// How many objects would fare how.
#[derive(Debug, Default)]
struct Tally {
    new: usize,
    changed: usize,
    unchanged: usize,
    pruned: usize,
    failed: usize,
}

impl Tally {
    fn count(&mut self, change: &Change) {
        *match change {
            Change::New => &mut self.new,
            Change::Changed => &mut self.changed,
            Change::Unchanged => &mut self.unchanged,
            Change::Pruned => &mut self.pruned,
            Change::Failed(_) => &mut self.failed,
        } += 1;
    }

    fn total(&self) -> usize {
        self.new + self.changed + self.unchanged + self.pruned + self.failed
    }

    fn summary(&self) -> Value {
        json!({
            "new": self.new, "changed": self.changed, "unchanged": self.unchanged, "pruned": self.pruned,
            "failed": self.failed
        })
    }

    fn note(&self, prune: bool) -> String {
        let objects = Count(self.total(), "object");
        let (new, changed, unchanged, failed) =
            (self.new, self.changed, self.unchanged, self.failed);
        let pruned = if prune {
            format!("{} pruned, ", self.pruned)
        } else {
            String::new()
        };
        format!(
            "{objects}: {new} new, {changed} changed, {unchanged} unchanged, {pruned}{failed} failed"
        )
    }

    /// A failure counts for more than a difference: nobody knows what there is.
    fn exit(&self, differences_count: bool) -> Result<Exit, Error> {
        let (failed, total) = (self.failed, self.total());
        if failed > 0 {
            return Err(Error::Incomparable { failed, total });
        }
        Ok(
            if differences_count && self.new + self.changed + self.pruned > 0 {
                Exit::Drift
            } else {
                Exit::Done
            },
        )
    }
}
