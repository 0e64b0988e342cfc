//! `ksail cluster stop`

use super::target;
use crate::cli::cluster::Stop as Args;
use crate::cluster::halt::{self, Stop};
use crate::cluster::perform;
use crate::context::Context;
use crate::docker;
use crate::error::Error;
use crate::exec::event::Outcome;
use crate::exec::limits::Limits;
use crate::exec::run::{self, Failure};
use crate::exit::Exit;
use crate::text::Took;

/// Time for what runs inside to end by itself, seconds. K3s needs three, systemd with pods a little more.
const GRACE: u16 = 20;

/// Runs the command. Stopping what is stopped is fine.
pub async fn run(args: &Args, mut context: Context<'_>) -> Result<Exit, Error> {
    let begun = tokio::time::Instant::now();
    let target = target::find(&args.selector, None, &mut context)?;
    let engine = context.engine().await?;
    let found = target.existing(&engine).await?;
    let plan = halt::plan(&found.containers);
    if args.dry_run {
        context.print(&crate::ui::plan_view::render(&plan))?;
        return Ok(Exit::Done);
    }
    let name = &target.name;
    if plan.steps.is_empty() {
        context
            .events
            .note(format!("cluster `{name}` does not run"));
        return Ok(Exit::Done);
    }
    let work = move |op: Stop, _| {
        let engine = engine.clone();
        async move {
            docker::ops::stop(&engine, &op.id, GRACE).await?;
            Ok::<_, perform::Error>(Some(Outcome::Done))
        }
    };
    let cancel = &context.interrupt.stop;
    match run::run(plan, &Limits::default(), &context.events, cancel, work).await {
        Ok(()) => {
            let took = Took(begun.elapsed());
            let text =
                format!("stopped cluster `{name}` in {took}; `ksail cluster start` brings it back");
            context.events.note(text);
            Ok(Exit::Done)
        }
        Err(Failure::Step { error, .. }) => Err(error.into()),
        Err(Failure::Cancelled) => Err(Error::Interrupted(Some(
            "some nodes may have stopped; `ksail cluster start` brings them back".into(),
        ))),
    }
}
