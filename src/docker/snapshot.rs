//! One observation of the Engine: every call at once, each asked exactly once.

use std::collections::{BTreeMap, BTreeSet};

use bollard::query_parameters::ListContainersOptionsBuilder;
use futures_util::future::try_join_all;

use super::connect::Engine;
use super::error::Error;
use super::refusal::Call;
use super::{body, ops};
use crate::cluster::observed::{Container, HostFacts, Image, Network, Observed, Snapshot};

/// Which networks to look at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Networks {
    /// None.
    #[default]
    Ignored,
    /// The one of this name: an inspect.
    Named(String),
    /// The one of this name and the subnets of all others, to choose a free one: a list.
    WithSubnets(String),
}

/// What to look at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Containers with this label, `key` or `key=value`.
    pub label: String,
    /// What to look at among the networks.
    pub networks: Networks,
    /// Images to look for; duplicates are asked once.
    pub images: Vec<String>,
}

/// Everything the query asks for in one batch of parallel calls: one container list, one `/info`, one call for the
/// networks and one per distinct image.
pub async fn snapshot(engine: &Engine, query: &Query) -> Result<Snapshot, Error> {
    let distinct: BTreeSet<&String> = query.images.iter().collect();
    let images = try_join_all(distinct.into_iter().map(async |reference| {
        let found = image(engine, reference).await?;
        Ok((reference.clone(), found))
    }));
    let network = async {
        match &query.networks {
            Networks::Ignored => Ok((Observed::Absent, Vec::new())),
            Networks::Named(name) => Ok((network(engine, name).await?, Vec::new())),
            Networks::WithSubnets(name) => {
                let bridges = ops::list_bridges(engine).await?;
                let named = bridges
                    .iter()
                    .find(|network| network.name == *name)
                    .cloned();
                Ok((named.map_or(Observed::Absent, Observed::Present), bridges))
            }
        }
    };
    let (containers, host, (network, bridges), images) = tokio::try_join!(
        list_labelled(engine, &query.label),
        host_facts(engine),
        network,
        images
    )?;
    Ok(Snapshot {
        containers,
        network,
        bridges,
        images: BTreeMap::from_iter(images),
        host,
    })
}

/// Containers with this label (`key` or `key=value`) in every state, sorted by name. Exactly one call.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the label-filtered list everybody else must use"
)]
pub async fn list_labelled(engine: &Engine, label: &str) -> Result<Vec<Container>, Error> {
    let call = Call {
        verb: "list the containers labelled",
        object: label,
    };
    let filters = [("label", vec![label])].into();
    let options = ListContainersOptionsBuilder::new()
        .all(true)
        .filters(&filters)
        .build();
    let listed = engine.client.list_containers(Some(options)).await;
    let mut containers: Vec<Container> = listed
        .map_err(|error| call.failed(error))?
        .into_iter()
        .map(body::listed)
        .collect();
    containers.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(containers)
}

/// `GET /info`.
pub async fn host_facts(engine: &Engine) -> Result<HostFacts, Error> {
    let call = Call {
        verb: "describe its host",
        object: "",
    };
    let info = engine.client.info().await;
    Ok(body::host_facts(info.map_err(|error| call.failed(error))?))
}

/// `GET /images/{reference}/json`.
pub async fn image(engine: &Engine, reference: &str) -> Result<Observed<Image>, Error> {
    let call = Call {
        verb: "inspect the image",
        object: reference,
    };
    let inspected = engine.client.inspect_image(reference).await;
    match inspected.map_err(|error| call.failed(error)) {
        Ok(found) => Ok(Observed::Present(Image {
            id: found.id.unwrap_or_default(),
            architecture: found.architecture.unwrap_or_default(),
        })),
        Err(Error::NoSuchImage { .. } | Error::NotFound { .. }) => Ok(Observed::Absent),
        Err(error) => Err(error),
    }
}

/// One inspect. Only if two networks share the name, which concurrent creation can cause, the list is consulted, and
/// the network with most containers wins.
async fn network(engine: &Engine, name: &str) -> Result<Observed<Network>, Error> {
    match ops::inspect_network(engine, name).await {
        Ok(found) => Ok(Observed::Present(found)),
        Err(Error::NotFound { .. }) => Ok(Observed::Absent),
        Err(Error::Engine { message, .. }) if message.contains("ambiguous") => {
            let found = networks_by_use(engine, name).await?.into_iter().next();
            Ok(found.map_or(Observed::Absent, Observed::Present))
        }
        Err(error) => Err(error),
    }
}

/// All networks of exactly this name, the most used first, then by id: the order in which concurrent creators agree on
/// the one to keep.
pub async fn networks_by_use(engine: &Engine, name: &str) -> Result<Vec<Network>, Error> {
    let listed = ops::list_networks(engine, name).await?;
    let inspected =
        listed.iter().map(
            async |network| match ops::inspect_network(engine, &network.id).await {
                Err(Error::NotFound { .. }) => Ok(None),
                other => other.map(Some),
            },
        );
    let mut networks: Vec<Network> = try_join_all(inspected)
        .await?
        .into_iter()
        .flatten()
        .collect();
    networks.sort_by(|a, b| (b.attached, &a.id).cmp(&(a.attached, &b.id)));
    Ok(networks)
}
