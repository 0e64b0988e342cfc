//! `ksail cluster switch`

use super::target;
use crate::cli::cluster::{Selector, Switch};
use crate::context::Context;
use crate::error::Error;
use crate::exit::Exit;

/// Runs the command.
pub async fn run(args: &Switch, mut context: Context<'_>) -> Result<Exit, Error> {
    let selector = Selector {
        name: args.name.clone(),
    };
    let target = target::find(&selector, args.kubeconfig.as_deref(), &mut context)?;
    // A full context name is taken as it is; a cluster's name stands for its context.
    let known = target.kubeconfig.contexts()?;
    let wanted = if known.contains(&target.name) {
        &target.name
    } else {
        &target.context
    };
    let path = target.kubeconfig.switch(wanted).await?;
    context.events.note(format!(
        "context `{wanted}` is current in `{}`",
        path.display()
    ));
    Ok(Exit::Done)
}
