//! `ksail cluster kubeconfig`

use super::target;
use crate::cli::cluster::Kubeconfig as Args;
use crate::cluster::kind::desired::LABELS;
use crate::context::Context;
use crate::docker;
use crate::error::Error;
use crate::exit::Exit;
use crate::kubeconfig::Kubeconfig;

/// Runs the command.
pub async fn run(args: &Args, mut context: Context<'_>) -> Result<Exit, Error> {
    let target = target::find(&args.selector, args.kubeconfig.as_deref(), &mut context)?;
    let engine = context.engine().await?;
    let found = docker::snapshot::list_labelled(&engine, &LABELS.selector(&target.name)).await?;
    let control_plane = target::control_plane(&found, &target.name)?;
    let access = target::admin_access(&engine, control_plane, args.internal)
        .await?
        .ok_or_else(|| Error::NoSuchCluster {
            name: target.name.clone(),
            known: Vec::new(),
        })?;
    if args.merge {
        target
            .kubeconfig
            .add(&access.named(&target.context))
            .await?;
        context
            .events
            .note(format!("context `{}` is current", target.context));
    } else {
        let text = Kubeconfig::of(&access.named(&target.context)).render();
        context.print(text.expose())?;
    }
    Ok(Exit::Done)
}
