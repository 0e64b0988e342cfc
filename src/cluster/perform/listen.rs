//! Follows the consoles of nodes: what they say of their setup, and that they ended.

use futures_util::StreamExt;
use futures_util::future::select_all;

use super::Performer;
use super::error::Error;
use crate::cluster::console::Console;
use crate::cluster::distribution::Signal;
use crate::docker;
use crate::docker::stream::Logs;
use crate::exec::event::Outcome;
use crate::exec::run::StepContext;

/// What has failed this often in the same way will go on failing.
const STRIKES: usize = 3;

/// Follows a node's console until its setup is complete, has failed, or the node is gone.
pub(super) async fn await_setup(
    performer: &Performer,
    container: &str,
    context: &StepContext,
) -> Result<Option<Outcome>, Error> {
    let mut console = Console::default();
    let listening = listen(performer, container, &mut console, |text| {
        context.waiting(text);
    });
    let outcome = tokio::select! {
        result = tokio::time::timeout_at(performer.deadline, listening) => result,
        () = context.cancel.cancelled() => return Ok(None),
    };
    match outcome {
        Ok(result) => result.map(|()| Some(Outcome::Done)),
        Err(_) => Err(Error::TimedOut {
            what: context.id.to_string(),
            why: None,
            lines: console.tail(),
        }),
    }
}

/// Resolves when one of these running nodes cannot go on.
pub(super) async fn trouble(performer: &Performer, containers: &[&str]) -> Error {
    let each = containers.iter().map(|container| {
        Box::pin(async {
            let mut console = Console::default();
            match listen(performer, container, &mut console, drop).await {
                Ok(()) => std::future::pending().await,
                Err(error) => error,
            }
        })
    });
    let each: Vec<_> = each.collect();
    if each.is_empty() {
        return std::future::pending().await;
    }
    select_all(each).await.0
}

async fn listen(
    performer: &Performer,
    container: &str,
    console: &mut Console,
    mut progress: impl FnMut(String),
) -> Result<(), Error> {
    // What it said in an earlier life is no news.
    let follow = Logs {
        follow: true,
        since: performer.since,
        ..Logs::default()
    };
    let distribution = performer.distribution.as_ref();
    let mut log = std::pin::pin!(docker::stream::logs(performer.engine(), container, follow));
    let mut struggles: Vec<String> = Vec::new();
    let stuck = |why: String, console: &Console| Error::Stuck {
        node: container.into(),
        remedy: distribution.remedy(&why),
        lines: console.tail(),
        why,
    };
    while let Some(chunk) = log.next().await {
        for signal in console.feed(&chunk?, distribution) {
            match signal {
                Signal::Complete => return Ok(()),
                Signal::Progress(text) => progress(text),
                Signal::Explained(_) => {}
                Signal::Failed(step) => {
                    return Err(Error::Setup {
                        node: container.into(),
                        step,
                        lines: console.explanation(),
                    });
                }
                Signal::Stuck(why) => return Err(stuck(why, console)),
                Signal::Struggling(why) => {
                    progress(why.clone());
                    struggles.push(why);
                    let last = struggles.last();
                    if struggles.iter().filter(|why| Some(*why) == last).count() == STRIKES {
                        return Err(stuck(struggles.pop().unwrap_or_default(), console));
                    }
                }
            }
        }
    }
    Err(Error::NodeDied {
        node: container.into(),
        lines: console.tail(),
    })
}
