//! The network, an operation on the Engine that may take more than one call; where files go.

use super::error::Error;
use crate::cluster::distribution::Desired;
use crate::cluster::model::{FileSpec, NetworkSpec};
use crate::docker::{self, Engine};
use crate::exec::event::Outcome;

/// Where an archive is unpacked: at `/`, or where that is read-only in the volume that takes all files.
pub(super) fn upload_root<'a>(
    desired: &'a Desired,
    container: &str,
    files: &[FileSpec],
) -> &'a str {
    let specs = desired.nodes.iter().map(|node| &node.container);
    let spec = specs
        .into_iter()
        .find(|spec| spec.name == container && spec.read_only_root);
    let mounts = spec.iter().flat_map(|spec| &spec.mounts);
    let mut targets = mounts.map(|mount| mount.target.as_str());
    let takes = |target: &&str| {
        files
            .iter()
            .all(|file| file.path.starts_with(&format!("{target}/")))
    };
    targets.find(takes).unwrap_or("/")
}

type Done = Result<Option<Outcome>, Error>;

/// Creates the network. A shared one may be created by two runs at once and the
/// Engine takes the same name twice, so all networks of that name are compared afterwards and only the most used stays.
pub(super) async fn create_network(engine: &Engine, network: &NetworkSpec) -> Done {
    let mut network = network.clone();
    if network.ipv4.is_some() {
        // Of a subnet of its own only one can exist, so there is nothing to compare afterwards.
        docker::ops::create_network(engine, &network).await?;
        return Ok(Some(Outcome::Done));
    }
    if let Some(mtu) = docker::ops::bridge_mtu(engine).await? {
        network
            .options
            .insert("com.docker.network.driver.mtu".into(), mtu);
    }
    let mut fallbacks = std::mem::take(&mut network.ipv6_fallbacks).into_iter();
    loop {
        match docker::ops::create_network(engine, &network).await {
            Ok(_) => break,
            Err(error @ docker::Error::PoolOverlap { .. }) => {
                let fallback = fallbacks.next().ok_or(error)?;
                network.ipv6_subnet = Some(fallback);
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
