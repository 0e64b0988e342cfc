//! Operations on the Engine that take more than one call: the shared network, and following a node's setup.

use futures_util::StreamExt;

use super::Performer;
use super::error::Error;
use crate::cluster::console::Console;
use crate::cluster::distribution::Signal;
use crate::cluster::model::NetworkSpec;
use crate::docker::stream::Logs;
use crate::docker::{self, Engine};
use crate::exec::event::Outcome;
use crate::exec::run::StepContext;

type Done = Result<Option<Outcome>, Error>;

/// Subnets tried for a network's IPv6 side before it is given up.
const IPV6_ATTEMPTS: i32 = 5;

/// Creates the shared network. Two runs may do so at once and the Engine takes the same name twice, so all networks
/// of that name are compared afterwards and only the most used stays.
pub(super) async fn create_network(engine: &Engine, network: &NetworkSpec) -> Done {
    let mut network = network.clone();
    if let Some(mtu) = docker::ops::bridge_mtu(engine).await? {
        network
            .options
            .insert("com.docker.network.driver.mtu".into(), mtu);
    }
    for attempt in 1.. {
        match docker::ops::create_network(engine, &network).await {
            Ok(_) => break,
            Err(docker::Error::PoolOverlap { .. })
                if network.ipv6_subnet.is_some() && attempt < IPV6_ATTEMPTS =>
            {
                network.ipv6_subnet = Some(crate::cluster::kind::desired::ipv6_subnet(
                    &network.name,
                    attempt,
                ));
            }
            Err(docker::Error::Ipv6Unavailable { .. }) if network.ipv6_subnet.is_some() => {
                network.ipv6_subnet = None;
            }
            Err(docker::Error::NameConflict { .. }) => return Ok(Some(Outcome::Unchanged)),
            Err(error) => return Err(error.into()),
        }
    }
    let same = docker::ops::list_networks(engine, &network.name).await?;
    if same.len() > 1 {
        for surplus in docker::snapshot::networks_by_use(engine, &network.name)
            .await?
            .iter()
            .skip(1)
        {
            docker::ops::remove_network(engine, &surplus.id).await?;
        }
    }
    Ok(Some(Outcome::Done))
}

/// Follows a node's console until its setup is complete, has failed, or the node is gone.
pub(super) async fn await_setup(
    performer: &Performer,
    container: &str,
    context: &StepContext,
) -> Done {
    let mut console = Console::default();
    let follow = Logs {
        follow: true,
        ..Logs::default()
    };
    let mut log = std::pin::pin!(docker::stream::logs(performer.engine(), container, follow));
    let listen = async {
        while let Some(chunk) = log.next().await {
            for signal in console.feed(&chunk?, performer.distribution.as_ref()) {
                match signal {
                    Signal::Complete => return Ok(Some(Outcome::Done)),
                    Signal::Progress(text) => context.waiting(text),
                    Signal::Explained(_) => {}
                    Signal::Failed(step) => {
                        let lines = console.explanation();
                        return Err(Error::Setup {
                            node: container.into(),
                            step,
                            lines,
                        });
                    }
                }
            }
        }
        Err(Error::NodeDied {
            node: container.into(),
            lines: Vec::new(),
        })
    };
    let outcome = tokio::select! {
        result = tokio::time::timeout_at(performer.deadline, listen) => result,
        () = context.cancel.cancelled() => return Ok(None),
    };
    match outcome {
        Ok(Err(Error::NodeDied { node, .. })) => Err(Error::NodeDied {
            node,
            lines: console.tail(),
        }),
        Ok(other) => other,
        Err(_) => Err(Error::TimedOut {
            what: context.id.to_string(),
            why: None,
            lines: console.tail(),
        }),
    }
}
