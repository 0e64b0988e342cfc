//! `ksail cluster delete`

use std::sync::Arc;

use super::target::{self, Found, Target};
use crate::cli::cluster::Delete;
use crate::cluster::family::{Belongings, Family};
use crate::cluster::perform::{Remover, remove};
use crate::cluster::removal::{self, Removal};
use crate::cluster::summary;
use crate::context::Context;
use crate::docker::{self, Engine};
use crate::error::Error;
use crate::exec::limits::Limits;
use crate::exec::run::{self, Failure};
use crate::exit::Exit;
use crate::text::{Count, List};

/// Runs the command. Works from any partial state and may be run again.
pub async fn run(args: &Delete, mut context: Context<'_>) -> Result<Exit, Error> {
    let target = target::find(&args.selector, args.kubeconfig.as_deref(), &mut context)?;
    let engine = context.engine().await?;
    let located = target.locate(&engine).await?;
    let found = &located.containers;
    let others = belongings(&engine, &target, &located).await?;
    let nothing = found.is_empty() && others.is_empty();
    // Entries in the kubeconfig may be all that is left, whichever distribution made them.
    let possible = families(&target, &located);
    let entries = possible
        .iter()
        .copied()
        .flat_map(|family| removal::entries(family, &target.name, target.names(family)));
    let plan = removal::plan(found, others, entries);
    if args.dry_run {
        context.print(&crate::ui::plan_view::render(&plan))?;
        return Ok(Exit::Done);
    }
    let containers = List::and(found.iter().map(|container| container.name.as_str()));
    let question = format!("delete cluster `{}` ({containers})?", target.name);
    if !found.is_empty() && !context.consent(&question, args.force)? {
        context.events.note("nothing was deleted");
        return Ok(Exit::Done);
    }
    // Without containers the first distribution that comes to mind need not be the one with a file of its own.
    let mut files = possible.iter().filter_map(|family| {
        target::talosconfig(*family, args.talosconfig.as_deref(), &context).transpose()
    });
    let talosconfig = files.next().transpose()?;
    let remover = Arc::new(Remover {
        engine,
        selector: located.family.labels().selector(&target.name),
        kubeconfig: target.kubeconfig.clone(),
        talosconfig,
        names: target.names(located.family),
    });
    let work = move |op, step| remove(remover.clone(), op, step);
    match run::run(
        plan,
        &Limits::default(),
        &context.events,
        &context.interrupt.stop,
        work,
    )
    .await
    {
        Ok(()) if nothing => {
            context.events.note(format!(
                "there is no cluster `{}`; nothing to delete",
                target.name
            ));
            Ok(Exit::Done)
        }
        Ok(()) if found.is_empty() => {
            context.events.note(format!(
                "removed what was left of cluster `{}`",
                target.name
            ));
            Ok(Exit::Done)
        }
        Ok(()) => {
            let labels = located.family.labels();
            let clusters = summary::clusters(&labels, found);
            let nodes = clusters.first().map_or(0, |cluster| cluster.count().1);
            let nodes = Count(nodes, "node");
            context
                .events
                .note(format!("deleted cluster `{}` with {nodes}", target.name));
            Ok(Exit::Done)
        }
        Err(Failure::Step { error, .. }) => Err(error.into()),
        Err(Failure::Cancelled) => Err(Error::Interrupted(Some(
            "run `ksail cluster delete` again to remove the rest".into(),
        ))),
    }
}

/// The distribution of the containers; without any, all that the cluster may have been of.
fn families(target: &Target, located: &Found) -> Vec<&'static dyn Family> {
    if located.containers.is_empty() {
        target.families().to_vec()
    } else {
        vec![located.family]
    }
}

/// What belongs to the cluster besides its containers, also where an interrupted creation left nothing else.
async fn belongings(
    engine: &Engine,
    target: &Target,
    located: &Found,
) -> Result<Vec<Removal>, Error> {
    let mut removals = Vec::new();
    for family in families(target, located) {
        let Some(traces) = family.traces(&target.name) else {
            continue;
        };
        let (networks, volumes) = tokio::try_join!(
            docker::ops::list_networks(engine, &traces.network),
            docker::ops::list_volumes(engine, &traces.volumes)
        )?;
        let found = Belongings { networks, volumes };
        removals.extend(family.removals(&target.name, &found));
    }
    Ok(removals)
}
