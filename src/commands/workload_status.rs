//! `ksail workload status`

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::workload_build::build_waves;
use super::workload_context::{
    Project, WorkloadContext, cache, connect, default_parallelism, program_error,
};
use crate::cli::workload::{Status as Args, StatusOutput};
use crate::context::Context;
use crate::exit::Exit;
use crate::k8s::Api;
use crate::k8s::condition::Surroundings;
use crate::k8s::discovery::Discovery;
use crate::k8s::wait::{self, Target};
use crate::ui::table::table;
use crate::workload::place::{Placed, place_objects};
use crate::workload::status::{HEADINGS, State, Status};
use crate::workload::survey::survey;
use crate::workload::{Error, order::Wave};
use crate::yaml::to_yaml;

/// The command as the program calls it.
pub async fn command(args: &Args, mut context: Context<'_>) -> Result<Exit, crate::error::Error> {
    let cluster_is_named = args.server.context.is_some();
    let project = Project::find(&args.sources, cluster_is_named, &mut context)?;
    let run = run(args, &mut project.with(&mut context)).await;
    run.map_err(program_error)
}

/// Prints how the objects are. Their content does not matter, so nothing is decrypted.
pub async fn run(args: &Args, context: &mut WorkloadContext<'_>) -> Result<Exit, Error> {
    let waves: Vec<Wave> = build_waves(&args.sources, false, context).await?;
    let objects = waves.into_iter().flat_map(|wave| wave.objects).collect();
    let (api, namespace) = connect(&args.server, &context.project, context.env).await?;
    let served = Discovery::fetch(&api, cache(context.env, "discovery").as_deref()).await?;
    let placed = place_objects(objects, &served, &namespace);
    let targets: Vec<Target> = placed.iter().filter_map(Placed::target).collect();
    let surroundings = wait::surroundings(&api, &targets).await?;
    let found = survey(&api, &placed, default_parallelism()).await;
    let mut rows: Vec<Status> = placed
        .iter()
        .zip(&found)
        .map(|(placed, found)| {
            let found = found.as_ref().map(Option::as_ref).map_err(Clone::clone);
            Status::of(placed, found, &surroundings)
        })
        .collect();
    let first = all(&rows, args);
    print(context, &first)?;
    if args.watch {
        let seen = found.into_iter().map(Result::ok).map(Option::flatten);
        let seen = seen.collect();
        return follow(&api, args, &placed, seen, &mut rows, &surroundings, context).await;
    }
    let settled = rows.iter().all(|row| row.state == State::Ready);
    Ok(if args.exit_code && !settled {
        Exit::Drift
    } else {
        Exit::Done
    })
}

/// Prints every object whose status changes, until the user has seen enough.
async fn follow(
    api: &Api,
    args: &Args,
    placed: &[Placed],
    seen: Vec<Option<Value>>,
    rows: &mut [Status],
    surroundings: &Surroundings,
    context: &mut WorkloadContext<'_>,
) -> Result<Exit, Error> {
    let (mut positions, mut targets) = (Vec::new(), Vec::new());
    for (index, (placed, object)) in placed.iter().zip(seen).enumerate() {
        if let Some(target) = placed.target() {
            positions.push(index);
            targets.push(Target { object, ..target });
        }
    }
    let (sender, mut told) = mpsc::unbounded_channel();
    let tell = move |index: usize, object: Option<&Value>| {
        drop(sender.send((index, object.cloned())));
    };
    let mut watching = std::pin::pin!(wait::observe(api, targets, tell));
    loop {
        let (target, object) = tokio::select! {
            Some(told) = told.recv() => told,
            ended = &mut watching => return ended.map(|()| Exit::Done).map_err(Error::from),
        };
        let Some(&index) = positions.get(target) else {
            continue;
        };
        let row = Status::of(&placed[index], Ok(object.as_ref()), surroundings);
        if row != rows[index] {
            rows[index] = row;
            let text = one(rows, index, args);
            print(context, &text)?;
        }
    }
}

fn print(context: &mut WorkloadContext<'_>, text: &str) -> Result<(), Error> {
    let written = context.stdout.write_all(text.as_bytes());
    written
        .and_then(|()| context.stdout.flush())
        .map_err(Error::Output)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

fn as_table(rows: &[Status]) -> String {
    let now = now();
    let cells: Vec<Vec<String>> = rows.iter().map(|row| row.cells(now)).collect();
    table(&HEADINGS, &cells)
}

/// All rows in the form asked for.
fn all(rows: &[Status], args: &Args) -> String {
    let document = || json!({ "objects": rows.iter().map(Status::row).collect::<Vec<_>>() });
    match args.output {
        StatusOutput::Table => as_table(rows),
        StatusOutput::Name => crate::text::lines(rows.iter().map(|row| &row.id)),
        StatusOutput::Json if args.watch => crate::text::lines(rows.iter().map(Status::row)),
        StatusOutput::Json => format!("{:#}\n", document()),
        StatusOutput::Yaml if args.watch => {
            let documents = rows
                .iter()
                .map(|row| format!("---\n{}", to_yaml(&row.row())));
            documents.collect()
        }
        StatusOutput::Yaml => to_yaml(&document()),
    }
}

/// One row in the form asked for; in a table it lines up with the others.
fn one(rows: &[Status], index: usize, args: &Args) -> String {
    if args.output == StatusOutput::Table {
        let table = as_table(rows);
        let line = table.lines().nth(index + 1).unwrap_or_default();
        return format!("{line}\n");
    }
    all(&rows[index..=index], args)
}
