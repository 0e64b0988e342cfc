//! `ksail cluster start`

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::target;
use crate::cli::cluster::Start as Args;
use crate::cluster::diff::Change;
use crate::cluster::observed::{Container, Observed, Snapshot, State};
use crate::cluster::perform::{Performer, Remover, perform};
use crate::cluster::plan::{self, Op, WaitFor, Wishes};
use crate::cluster::revived::Revived;
use crate::context::Context;
use crate::docker;
use crate::error::Error;
use crate::exec::limits::Limits;
use crate::exec::run::{self, Failure};
use crate::exit::Exit;
use crate::text::{Count, Took};

const DEFAULT_TIMEOUT: Duration = Duration::from_mins(5);

/// Runs the command. Starting what runs only waits for it.
pub async fn run(args: &Args, mut context: Context<'_>) -> Result<Exit, Error> {
    let begun = Instant::now();
    let target = target::find(&args.selector, None, &mut context)?;
    let engine = context.engine().await?;
    let found = target.existing(&engine).await?;
    let (family, containers) = (found.family, &found.containers);
    let access = target::admin_access(&engine, family, containers, false).await?;
    let access = access.ok_or_else(|| {
        Error::usage(
            format!("cluster `{}` was never set up", target.name),
            "run `ksail cluster create` again",
        )
    })?;
    let revived = Revived::new(family, &target.name, containers);
    let stopped: Vec<Container> = containers
        .iter()
        .filter(|found| !matches!(found.state, State::Running | State::Created))
        .cloned()
        .collect();
    let change = Change::Converge {
        stopped,
        missing: Vec::new(),
        leftovers: Vec::new(),
    };
    let wishes = Wishes {
        wait: args.wait.unwrap_or(WaitFor::System),
        context: None,
    };
    let nothing = Snapshot {
        containers: Vec::new(),
        network: Observed::Absent,
        bridges: Vec::new(),
        images: std::collections::BTreeMap::new(),
        host: crate::cluster::observed::HostFacts::default(),
    };
    let plan = plan::create(&revived, &nothing, &change, &wishes);
    if args.dry_run {
        context.print(&crate::ui::plan_view::render(&plan))?;
        return Ok(Exit::Done);
    }
    let nodes = Count(
        crate::cluster::distribution::Distribution::desired(&revived)
            .node_names()
            .len(),
        "node",
    );
    let remover = Remover {
        engine,
        selector: family.labels().selector(&target.name),
        names: target.names(family),
        kubeconfig: target.kubeconfig,
        talosconfig: None,
    };
    let now = docker::snapshot::host_facts(&remover.engine).await?.now;
    let deadline = begun + args.timeout.unwrap_or(DEFAULT_TIMEOUT);
    let performer = Performer::new(
        remover,
        Arc::new(revived),
        Some(access),
        deadline,
        false,
        now,
    );
    let performer = Arc::new(performer);
    let work = move |op: Op, step| perform(performer.clone(), op, step);
    let cancel = &context.interrupt.stop;
    match run::run(plan, &Limits::default(), &context.events, cancel, work).await {
        Ok(()) => {
            let (name, took) = (&target.name, Took(begun.elapsed()));
            let text = format!("cluster `{name}` with {nodes} is ready after {took}");
            context.events.note(text);
            Ok(Exit::Done)
        }
        Err(Failure::Step { error, .. }) => Err(error.into()),
        Err(Failure::Cancelled) => Err(Error::Interrupted(Some(
            "run `ksail cluster start` again to start the rest".into(),
        ))),
    }
}
