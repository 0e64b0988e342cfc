//! What the cluster commands share: which cluster is meant, and access to one that exists.

use std::path::Path;

use crate::cli::cluster::{Create, Selector};
use crate::cluster::access::{self, ADMIN_CONF};
use crate::cluster::distribution::Access;
use crate::cluster::observed::{Container, State};
use crate::cluster::perform::https;
use crate::cluster::{kind, perform};
use crate::config::{self, Request};
use crate::context::Context;
use crate::docker::{self, Engine};
use crate::error::Error;
use crate::kubeconfig;
use crate::settings::{self, ClusterArgs, ClusterSettings};

/// Reads the project's files and resolves the settings of a cluster, with warnings sent on.
pub(super) fn settings(
    args: &ClusterArgs,
    context: &mut Context<'_>,
) -> Result<ClusterSettings, Error> {
    let request = Request {
        config: context.global.config.as_deref(),
        distribution_config: None,
        cwd: &context.cwd,
        env: context.env,
    };
    let project = config::discover(&request, &mut context.stdin)?;
    let settings = settings::cluster(args, context.env, &project)?;
    for warning in &settings.warnings {
        context.events.warn(warning.clone());
    }
    Ok(settings)
}

/// The arguments of `create` that settings depend on.
pub(super) fn args(create: &Create) -> ClusterArgs {
    ClusterArgs {
        distribution: create.distribution.clone(),
        name: create.selector.name.clone(),
        control_planes: create.control_planes,
        workers: create.workers,
        image: create.image.clone(),
        context: create.context.clone(),
        kubeconfig: create.kubeconfig.clone(),
        timeout: create.timeout,
        ..ClusterArgs::default()
    }
}

/// A cluster that a command was pointed at.
pub(super) struct Target {
    /// Cluster name.
    pub name: String,
    /// Its context.
    pub context: String,
    /// Kubeconfig files concerned.
    pub kubeconfig: kubeconfig::Files,
}

/// The cluster that `selector` or the project names. With a name on the command line no file is read: a broken project
/// must not stand in the way of a `delete`.
pub(super) fn find(
    selector: &Selector,
    file: Option<&Path>,
    context: &mut Context<'_>,
) -> Result<Target, Error> {
    if let (Some(name), None) = (&selector.name, &context.global.config) {
        return Ok(Target {
            name: name.clone(),
            context: format!("kind-{name}"),
            kubeconfig: kubeconfig::Files::find(file, context.env)?,
        });
    }
    let args = ClusterArgs {
        name: selector.name.clone(),
        ..ClusterArgs::default()
    };
    let settings = settings(&args, context)?;
    Ok(Target {
        kubeconfig: kubeconfig(file, &settings, context)?,
        name: settings.name.value,
        context: settings.context.value,
    })
}

/// The kubeconfig files of flag, settings or environment.
pub(super) fn kubeconfig(
    file: Option<&Path>,
    settings: &ClusterSettings,
    context: &Context<'_>,
) -> Result<kubeconfig::Files, Error> {
    let configured = settings
        .kubeconfig
        .as_ref()
        .map(|file| file.value.as_path());
    Ok(kubeconfig::Files::find(file.or(configured), context.env)?)
}

/// Administrator's access to the cluster of this control plane; `None` if its setup never came to an end.
pub(super) async fn existing_access(
    engine: &Engine,
    control_plane: &Container,
) -> Result<Option<Access>, Error> {
    let id = &control_plane.id;
    let marker = match docker::ops::get_archive(engine, id, kind::files::STATE_DIRECTORY).await {
        Ok(files) => files.iter().any(|(path, _)| path == kind::files::DONE),
        // A cluster made by kind has no such directory.
        Err(docker::Error::NotFound { .. }) => true,
        Err(error) => return Err(error.into()),
    };
    if !marker {
        return Ok(None);
    }
    admin_access(engine, control_plane, false).await
}

/// The administrator's kubeconfig read from a control plane, running or not. `internal` keeps the address inside the
/// container network.
pub(super) async fn admin_access(
    engine: &Engine,
    control_plane: &Container,
    internal: bool,
) -> Result<Option<Access>, Error> {
    let files = match docker::ops::get_archive(engine, &control_plane.id, ADMIN_CONF).await {
        Ok(files) => files,
        Err(docker::Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let Some((_, bytes)) = files.into_iter().next() else {
        return Ok(None);
    };
    let server = if internal {
        None
    } else {
        Some(published(engine, control_plane).await?)
    };
    let text = String::from_utf8_lossy(&bytes);
    let access = access::from_admin_conf(&text, server.as_deref()).map_err(perform::Error::from)?;
    Ok(Some(access))
}

async fn published(engine: &Engine, control_plane: &Container) -> Result<String, Error> {
    let wanted = kind::kubeadm::API_PORT;
    let listed = control_plane
        .ports
        .iter()
        .find(|port| port.container_port == wanted);
    let (address, port) = match listed {
        Some(port) if control_plane.state == State::Running => {
            (port.host_address.clone(), port.host_port)
        }
        _ => docker::ops::published_port(engine, &control_plane.id, wanted).await?,
    };
    Ok(https(&address, port))
}

/// The control plane among a cluster's containers.
pub(super) fn control_plane<'a>(
    containers: &'a [Container],
    name: &str,
) -> Result<&'a Container, Error> {
    containers
        .iter()
        .filter(|container| {
            container
                .labels
                .get(kind::desired::LABELS.role)
                .is_some_and(|role| role == "control-plane")
        })
        .min_by(|left, right| left.name.cmp(&right.name))
        .ok_or_else(|| Error::NoSuchCluster {
            name: name.to_owned(),
            known: Vec::new(),
        })
}
