//! Follows the state of a node through lost connections. The deadline is the caller's.

use std::ops::ControlFlow;
use std::time::Duration;

use futures_util::TryStreamExt;

use super::call::Client;
use super::error::Error;
use super::status::MachineState;
use crate::exec::backoff::Backoff;

/// What there is to know about a node at a moment.
#[derive(Debug)]
pub enum Sight<'a> {
    /// It says so.
    State(&'a MachineState),
    /// It answers, but has no state yet.
    None,
    /// It does not answer, for this reason; it will be asked again.
    Away(&'a Error),
}

/// Looks at the state of `node` until `each` breaks. `each` is asked after every change and after every failure that may
/// pass; a failure that will not pass ends the wait.
pub async fn until<T>(
    client: &Client,
    node: &str,
    mut each: impl FnMut(Sight<'_>) -> ControlFlow<T>,
) -> Result<T, Error> {
    let mut backoff = pauses();
    loop {
        match round(client, node, &mut each, &mut backoff).await {
            Ok(ControlFlow::Break(value)) => return Ok(value),
            // The node closed the stream without a word. One that does so at once must not be hammered.
            Ok(ControlFlow::Continue(())) => {}
            Err(error) if error.is_transient() => {
                if let ControlFlow::Break(value) = each(Sight::Away(&error)) {
                    return Ok(value);
                }
            }
            Err(error) => return Err(error),
        }
        backoff.pause().await;
    }
}

fn pauses() -> Backoff {
    Backoff::new(Duration::from_millis(50), Duration::from_millis(500))
}

async fn round<T>(
    client: &Client,
    node: &str,
    each: &mut impl FnMut(Sight<'_>) -> ControlFlow<T>,
    backoff: &mut Backoff,
) -> Result<ControlFlow<T>, Error> {
    let mut states = client.watch_machine(node).await?;
    while let Some(state) = states.try_next().await? {
        *backoff = pauses();
        let sight = state.as_ref().map_or(Sight::None, Sight::State);
        if let ControlFlow::Break(value) = each(sight) {
            return Ok(ControlFlow::Break(value));
        }
    }
    Ok(ControlFlow::Continue(()))
}
