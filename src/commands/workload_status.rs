//! `ksail workload status`

mod form;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::workload_build::{Decrypt, build_waves};
use super::workload_context::{
    PATIENCE, Project, WorkloadContext, cache, connect_gated, default_parallelism, program_error,
};
use super::workload_members::Look;
use crate::cli::workload::Status as Args;
use crate::context::Context;
use crate::exit::Exit;
use crate::k8s::Api;
use crate::k8s::condition::Surroundings;
use crate::k8s::discovery::Discovery;
use crate::k8s::wait::{self, Target};
use crate::workload::object::Object;
use crate::workload::place::{Placed, place_objects};
use crate::workload::prune::Allowed;
use crate::workload::status::{State, Status};
use crate::workload::survey::survey;
use crate::workload::{Error, applyset, order::Wave};
use form::{all, one};

/// The command as the program calls it.
pub async fn command(args: &Args, mut context: Context<'_>) -> Result<Exit, crate::error::Error> {
    let cluster_is_named = args.server.context.is_some();
    let project = Project::find(&args.sources, cluster_is_named, &mut context)?;
    let run = run(args, &mut project.with(&mut context)).await;
    run.map_err(program_error)
}

/// Prints how the objects are. Their content does not matter, so nothing is decrypted.
pub async fn run(args: &Args, context: &mut WorkloadContext<'_>) -> Result<Exit, Error> {
    let waves: Vec<Wave> = build_waves(&args.sources, Decrypt::Sources, context).await?;
    let objects: Vec<Object> = waves.into_iter().flat_map(|wave| wave.objects).collect();
    let (api, namespace) = connect_gated(
        &args.server,
        &args.pace,
        default_parallelism(),
        PATIENCE,
        context,
    )
    .await?;
    let served = Discovery::fetch(&api, cache(context.env, "discovery").as_deref()).await?;
    let extra = extra(args, &api, &served, &namespace, &objects, context).await?;
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
    let seen: Vec<Option<Value>> = found
        .into_iter()
        .map(|found| found.ok().flatten())
        .collect();
    if args.watch {
        // Members of a set are not watched: the input does not know them.
        let shown: Vec<Status> = rows.iter().chain(&extra).cloned().collect();
        print(context, &all(&shown, args))?;
        return follow(&api, args, &placed, seen, &mut rows, &surroundings, context).await;
    }
    ask_pods(&api, &placed, seen, &mut rows).await;
    rows.extend(extra);
    print(context, &all(&rows, args))?;
    let settled = rows.iter().all(|row| row.state == State::Ready);
    Ok(if args.exit_code && !settled {
        Exit::Drift
    } else {
        Exit::Done
    })
}

/// Members of the set, if one is named, that the input does not name any more.
async fn extra(
    args: &Args,
    api: &Api,
    served: &Discovery,
    namespace: &str,
    objects: &[Object],
    context: &WorkloadContext<'_>,
) -> Result<Vec<Status>, Error> {
    let Some(reference) = &args.applyset else {
        return Ok(Vec::new());
    };
    let look = Look {
        api,
        served,
        namespace,
        parallelism: default_parallelism(),
        deadline: Instant::now() + PATIENCE,
        allowed: Allowed::default(),
    };
    let members = look.at(reference, objects, context).await?;
    if !members.exists {
        return Err(applyset::Error::NotFound(Box::new(members.parent)).into());
    }
    let pruned = members.pruned().into_iter();
    let pruned = pruned.map(|victim| Status::extra(victim.id, None));
    let kept = members.kept().into_iter();
    let kept = kept.map(|(victim, why)| Status::extra(victim.id, Some(why)));
    Ok(pruned.chain(kept).collect())
}

/// Adds to what is not ready what its pods say.
async fn ask_pods(api: &Api, placed: &[Placed], seen: Vec<Option<Value>>, rows: &mut [Status]) {
    for ((placed, object), row) in placed.iter().zip(seen).zip(rows) {
        if !matches!(row.state, State::NotReady | State::Failed) {
            continue;
        }
        if let Some(target) = placed.target() {
            let reasons = wait::pod_reasons(api, &Target { object, ..target }).await;
            row.add_pods(&reasons);
        }
    }
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
