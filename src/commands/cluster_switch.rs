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
    let families = target.families().iter();
    let derived: Vec<String> = families
        .map(|family| target.names(*family).context)
        .collect();
    let present: Vec<&String> = derived.iter().filter(|name| known.contains(name)).collect();
    let wanted = match present.as_slice() {
        _ if known.contains(&target.name) => &target.name,
        [] => &derived[0],
        [one] => one,
        [first, second, ..] => {
            return Err(Error::usage(
                format!("`{}` may be context `{first}` or `{second}`", target.name),
                "say which one is meant by its full name",
            ));
        }
    };
    let path = target.kubeconfig.switch(wanted).await?;
    context.events.note(format!(
        "context `{wanted}` is current in `{}`",
        path.display()
    ));
    Ok(Exit::Done)
}
