//! `ksail cluster kubeconfig`

use super::target;
use crate::cli::cluster::Kubeconfig as Args;
use crate::context::Context;
use crate::error::Error;
use crate::exit::Exit;
use crate::kubeconfig::Kubeconfig;
use crate::userfile::Document;

/// Runs the command.
pub async fn run(args: &Args, mut context: Context<'_>) -> Result<Exit, Error> {
    let target = target::find(&args.selector, args.kubeconfig.as_deref(), &mut context)?;
    let engine = context.engine().await?;
    let found = target.locate(&engine).await?;
    let access = target::admin_access(&engine, found.family, &found.containers, args.internal)
        .await?
        .ok_or_else(|| Error::NoSuchCluster {
            name: target.name.clone(),
            known: Vec::new(),
        })?;
    let access = access.named(target.names(found.family));
    if args.merge {
        target.kubeconfig.add(&access, true).await?;
        let name = &access.names.context;
        context.events.note(format!("context `{name}` is current"));
    } else {
        let text = Kubeconfig::of(&access).render();
        context.print(text.expose())?;
    }
    Ok(Exit::Done)
}
