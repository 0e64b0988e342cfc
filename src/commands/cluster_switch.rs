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
        ..Selector::default()
    };
    let target = target::find(&selector, args.kubeconfig.as_deref(), &mut context)?;
    // A full context name is taken as it is; a cluster's name stands for its context.
    let known = target.kubeconfig.contexts()?;
    let derived = target
        .families()
        .iter()
        .map(|family| target.names(*family).context);
    let candidates: Vec<String> = [target.name.clone()].into_iter().chain(derived).collect();
    let wanted = candidates
        .iter()
        .find(|name| known.contains(name))
        .unwrap_or(&candidates[1]);
    let path = target.kubeconfig.switch(wanted).await?;
    context.events.note(format!(
        "context `{wanted}` is current in `{}`",
        path.display()
    ));
    Ok(Exit::Done)
}
