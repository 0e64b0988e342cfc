//! Changes: one function per endpoint.

use bollard::models::NetworkConnectRequest;
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder,
    RemoveContainerOptionsBuilder, RemoveVolumeOptions, StopContainerOptionsBuilder,
};

use super::body;
use super::connect::Engine;
use super::error::Error;
use super::refusal::{CREATE_NETWORK, Call};
use crate::cluster::model::{ContainerSpec, NetworkSpec, VolumeSpec};
use crate::cluster::observed::Network;

/// `POST /containers/create`; returns the new id.
pub async fn create_container(engine: &Engine, spec: &ContainerSpec) -> Result<String, Error> {
    let call = Call {
        verb: "create the container",
        object: &spec.name,
    };
    let options = CreateContainerOptionsBuilder::new()
        .name(&spec.name)
        .build();
    let made = engine
        .client
        .create_container(Some(options), body::container(spec))
        .await;
    Ok(made.map_err(|error| call.failed(error))?.id)
}

/// `POST /containers/{id}/start`. A running container is fine.
pub async fn start(engine: &Engine, id: &str) -> Result<(), Error> {
    let call = Call {
        verb: "start the container",
        object: id,
    };
    let started = engine.client.start_container(id, None).await;
    started.map_err(|error| call.failed(error))
}

/// `POST /containers/{id}/stop`; after `grace_seconds` the Engine kills it. A stopped container is fine.
pub async fn stop(engine: &Engine, id: &str, grace_seconds: u16) -> Result<(), Error> {
    let call = Call {
        verb: "stop the container",
        object: id,
    };
    let options = StopContainerOptionsBuilder::new()
        .t(grace_seconds.into())
        .build();
    let stopped = engine.client.stop_container(id, Some(options)).await;
    stopped.map_err(|error| call.failed(error))
}

/// `DELETE /containers/{id}`, running or not, with its anonymous volumes. One that is gone or going is fine.
pub async fn remove(engine: &Engine, id: &str) -> Result<(), Error> {
    let call = Call {
        verb: "remove the container",
        object: id,
    };
    let options = RemoveContainerOptionsBuilder::new()
        .force(true)
        .v(true)
        .build();
    let removed = engine.client.remove_container(id, Some(options)).await;
    match removed.map_err(|error| call.failed(error)) {
        Err(Error::NotFound { .. }) => Ok(()),
        Err(Error::Engine { message, .. }) if message.contains("is already in progress") => Ok(()),
        other => other,
    }
}

/// `POST /networks/create`; returns the new id.
///
/// # Caveats
/// Engines before API 1.44 accept a second network of the same name: list afterwards.
pub async fn create_network(engine: &Engine, spec: &NetworkSpec) -> Result<String, Error> {
    let call = Call {
        verb: CREATE_NETWORK,
        object: &spec.name,
    };
    let made = engine.client.create_network(body::network(spec)).await;
    Ok(made.map_err(|error| call.failed(error))?.id)
}

/// `POST /networks/{id}/connect`: one more network for a container.
pub async fn connect_network(engine: &Engine, network: &str, container: &str) -> Result<(), Error> {
    let verb = format!("connect to the network `{network}` the container");
    let call = Call {
        verb: &verb,
        object: container,
    };
    let request = NetworkConnectRequest {
        container: container.to_owned(),
        endpoint_config: None,
    };
    let connected = engine.client.connect_network(network, request).await;
    connected.map_err(|error| call.failed(error))
}

/// `DELETE /networks/{id}`. One that is gone is fine.
pub async fn remove_network(engine: &Engine, id: &str) -> Result<(), Error> {
    let call = Call {
        verb: "remove the network",
        object: id,
    };
    let removed = engine.client.remove_network(id).await;
    match removed.map_err(|error| call.failed(error)) {
        Err(Error::NotFound { .. }) => Ok(()),
        other => other,
    }
}

/// `GET /networks` with exactly this name (the Engine's own filter also matches parts of names).
///
/// # Caveats
/// `attached` is 0: the list does not carry it, see [`inspect_network`].
pub async fn list_networks(engine: &Engine, name: &str) -> Result<Vec<Network>, Error> {
    let call = Call {
        verb: "list the networks named",
        object: name,
    };
    let filters = [("name", vec![name])].into();
    let options = ListNetworksOptionsBuilder::new().filters(&filters).build();
    let listed = engine.client.list_networks(Some(options)).await;
    Ok(listed
        .map_err(|error| call.failed(error))?
        .into_iter()
        .map(body::network_listed)
        .filter(|network| network.name == name)
        .collect())
}

/// `GET /networks` of the bridge driver.
///
/// # Caveats
/// `attached` is 0: the list does not carry it.
pub async fn list_bridges(engine: &Engine) -> Result<Vec<Network>, Error> {
    let call = Call {
        verb: "list its",
        object: "bridge networks",
    };
    let filters = [("driver", vec!["bridge"])].into();
    let options = ListNetworksOptionsBuilder::new().filters(&filters).build();
    let listed = engine.client.list_networks(Some(options)).await;
    Ok(listed
        .map_err(|error| call.failed(error))?
        .into_iter()
        .map(body::network_listed)
        .collect())
}

/// `POST /volumes/create`. One that exists is fine.
pub async fn create_volume(engine: &Engine, spec: &VolumeSpec) -> Result<(), Error> {
    let call = Call {
        verb: "create the volume",
        object: &spec.name,
    };
    let made = engine.client.create_volume(body::volume(spec)).await;
    made.map(drop).map_err(|error| call.failed(error))
}

/// `DELETE /volumes/{name}`. One that is gone is fine.
pub async fn remove_volume(engine: &Engine, name: &str) -> Result<(), Error> {
    let call = Call {
        verb: "remove the volume",
        object: name,
    };
    let removed = engine
        .client
        .remove_volume(name, None::<RemoveVolumeOptions>)
        .await;
    match removed.map_err(|error| call.failed(error)) {
        Err(Error::NotFound { .. }) => Ok(()),
        other => other,
    }
}

/// `GET /volumes` with this label (`key=value`): their names.
pub async fn list_volumes(engine: &Engine, label: &str) -> Result<Vec<String>, Error> {
    let call = Call {
        verb: "list the volumes labelled",
        object: label,
    };
    let filters = [("label", vec![label])].into();
    let options = ListVolumesOptionsBuilder::new().filters(&filters).build();
    let listed = engine.client.list_volumes(Some(options)).await;
    let volumes = listed.map_err(|error| call.failed(error))?.volumes;
    Ok(volumes
        .unwrap_or_default()
        .into_iter()
        .map(|volume| volume.name)
        .collect())
}

/// `GET /networks/{id}`, by id or name, with the number of attached containers.
pub async fn inspect_network(engine: &Engine, id: &str) -> Result<Network, Error> {
    let call = Call {
        verb: "inspect the network",
        object: id,
    };
    let found = engine.client.inspect_network(id, None).await;
    Ok(body::network_inspected(
        found.map_err(|error| call.failed(error))?,
    ))
}

/// MTU of the Engine's default bridge, as kind copies it to its network; `None` if there is no such bridge or option.
pub async fn bridge_mtu(engine: &Engine) -> Result<Option<String>, Error> {
    let call = Call {
        verb: "inspect the network",
        object: "bridge",
    };
    let found = engine.client.inspect_network("bridge", None).await;
    match found.map_err(|error| call.failed(error)) {
        Ok(network) => Ok(network
            .options
            .and_then(|options| options.get("com.docker.network.driver.mtu").cloned())),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Host address and port that reach a TCP port of a container. For a stopped container: as it was created.
pub async fn published_port(
    engine: &Engine,
    id: &str,
    container_port: u16,
) -> Result<(String, u16), Error> {
    let call = Call {
        verb: "inspect the container",
        object: id,
    };
    let found = engine.client.inspect_container(id, None).await;
    let found = found.map_err(|error| call.failed(error))?;
    let key = format!("{container_port}/tcp");
    let now = found.network_settings.and_then(|network| network.ports);
    let created = found.host_config.and_then(|host| host.port_bindings);
    [now, created]
        .into_iter()
        .flatten()
        .filter_map(|ports| ports.get(&key).cloned().flatten())
        .flatten()
        .find_map(|binding| {
            let port = binding.host_port?.parse().ok().filter(|port| *port != 0)?;
            Some((binding.host_ip.unwrap_or_default(), port))
        })
        .ok_or_else(|| Error::NotFound {
            action: call.action(),
            message: format!("its port {key} is not published"),
        })
}
