//! `ksail workload wait`

mod subject;

use serde_json::{Value, json};

use super::workload_context::{Project, WorkloadContext, program_error};
use crate::cli::workload::{Wait, WaitOutput};
use crate::context::Context;
use crate::exit::Exit;
use crate::k8s::goal::Goal;
use crate::k8s::wait::Wish;
use crate::workload::Error;
use crate::workload::wait::{Awaited, Patience, wait_for};
use subject::{of_names, of_sources, words};

/// The command as the program calls it.
pub async fn command(args: &Wait, mut context: Context<'_>) -> Result<Exit, crate::error::Error> {
    let cluster_is_named = args.server.context.is_some();
    let project = Project::find(&args.sources, cluster_is_named, &mut context)?;
    let run = run(args, &mut project.with(&mut context)).await;
    run.map_err(program_error)
}

/// Waits for the objects.
pub async fn run(args: &Wait, context: &mut WorkloadContext<'_>) -> Result<Exit, Error> {
    let words = words(args, context)?;
    let patience = Patience::new(args.timeout);
    let wish = Wish {
        goals: if args.goals.is_empty() {
            vec![Goal::Ready]
        } else {
            args.goals.clone()
        },
        may_come: words.is_empty() || args.goals.is_empty(),
    };
    let (api, awaited) = if words.is_empty() {
        of_sources(args, patience, context).await?
    } else {
        of_names(args, &words, patience, context).await?
    };
    let goal = wish.goals.last().map(ToString::to_string);
    let goal = goal.unwrap_or_default();
    let mut rows: Vec<Value> = Vec::new();
    let stdout = &mut *context.stdout;
    let mut report = |one: &Awaited| {
        match args.output {
            None => writeln!(stdout, "{} {goal}", one.id).map_err(Error::Output)?,
            Some(WaitOutput::Name) => writeln!(stdout, "{}", one.id).map_err(Error::Output)?,
            Some(WaitOutput::Json) => rows.push(row(one, &goal)),
        }
        stdout.flush().map_err(Error::Output)
    };
    let result = wait_for(&api, awaited, &wish, patience, context.events, &mut report).await;
    if args.output == Some(WaitOutput::Json) {
        let document = json!({ "objects": rows });
        writeln!(context.stdout, "{document:#}").map_err(Error::Output)?;
    }
    result.map(|()| Exit::Done)
}

fn row(one: &Awaited, goal: &str) -> Value {
    let id = &one.id;
    json!({
        "apiVersion": id.api_version, "kind": id.kind, "namespace": one.target.namespace, "name": id.name,
        "result": goal
    })
}
