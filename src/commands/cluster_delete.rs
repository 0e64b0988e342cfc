//! `ksail cluster delete`

use std::sync::Arc;

use super::target;
use crate::cli::cluster::Delete;
use crate::cluster::kind::desired::LABELS;
use crate::cluster::perform::{Remover, remove};
use crate::cluster::removal;
use crate::context::Context;
use crate::docker;
use crate::error::Error;
use crate::exec::limits::Limits;
use crate::exec::run::{self, Failure};
use crate::exit::Exit;
use crate::text::{Count, List};

/// Runs the command. Works from any partial state and may be run again.
pub async fn run(args: &Delete, mut context: Context<'_>) -> Result<Exit, Error> {
    let target = target::find(&args.selector, args.kubeconfig.as_deref(), &mut context)?;
    let engine = context.engine().await?;
    let found = docker::snapshot::list_labelled(&engine, &LABELS.selector(&target.name)).await?;
    let plan = removal::plan(&found, &target.context);
    if args.dry_run {
        context.print(&crate::ui::plan_view::render(&plan))?;
        return Ok(Exit::Done);
    }
    let names = List::and(found.iter().map(|container| container.name.as_str()));
    let question = format!("delete cluster `{}` ({names})?", target.name);
    if !found.is_empty() && !context.consent(&question, args.force)? {
        context.events.note("nothing was deleted");
        return Ok(Exit::Done);
    }
    let remover = Arc::new(Remover {
        engine,
        kubeconfig: target.kubeconfig,
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
        Ok(()) if found.is_empty() => {
            context.events.note(format!(
                "there is no cluster `{}`; nothing to delete",
                target.name
            ));
            Ok(Exit::Done)
        }
        Ok(()) => {
            let nodes = Count(found.len(), "node");
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
