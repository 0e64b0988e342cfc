//! What the cluster commands share: which cluster is meant, and access to one that exists.

use std::path::Path;

use futures_util::future::try_join_all;

use crate::cli::cluster::{Create, Selector};
use crate::cluster::access::https;
use crate::cluster::distribution::Access;
use crate::cluster::family::{Endpoint, FAMILIES, Family, Marker};
use crate::cluster::observed::Container;
use crate::cluster::perform;
use crate::cluster::summary::{self, ClusterSummary};
use crate::config::schema::DISTRIBUTION;
use crate::config::{self, Request};
use crate::context::Context;
use crate::docker::{self, Engine};
use crate::error::Error;
use crate::kubeconfig::{self, Names};
use crate::secret::Secret;
use crate::settings::{self, ClusterArgs, ClusterSettings};
use crate::talosconfig;

/// Reads the project's files and resolves the settings of a cluster, with warnings sent on.
pub(super) fn settings(
    args: &ClusterArgs,
    context: &mut Context<'_>,
) -> Result<ClusterSettings, Error> {
    let request = Request {
        config: context.global.config.as_deref(),
        distribution_config: None,
        distribution: args.distribution.as_deref(),
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
pub(super) fn args(create: &Create, cwd: &Path) -> ClusterArgs {
    ClusterArgs {
        flags: [create.k3s.given(), create.talos.given()].concat(),
        directory: cwd.to_owned(),
        control_planes: create.control_planes,
        workers: create.workers,
        image: create.image.clone(),
        context: create.context.clone(),
        kubeconfig: create.kubeconfig.clone(),
        timeout: create.timeout,
        ..of_selector(&create.selector)
    }
}

fn of_selector(selector: &Selector) -> ClusterArgs {
    ClusterArgs {
        name: selector.name.clone(),
        distribution: selector.distribution.clone(),
        ..ClusterArgs::default()
    }
}

/// A cluster that a command was pointed at.
pub(super) struct Target {
    /// Cluster name.
    pub name: String,
    /// Distributions it may be of.
    families: Vec<&'static dyn Family>,
    /// The context, where it is not the one that belongs to the name.
    context: Option<String>,
    /// Kubeconfig files concerned.
    pub kubeconfig: kubeconfig::Files,
}

/// The containers of the cluster that a command was pointed at, with its distribution.
pub(super) struct Found {
    /// Its distribution.
    pub family: &'static dyn Family,
    /// All its containers; none if there is no such cluster.
    pub containers: Vec<Container>,
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
            families: families(selector.distribution.as_deref())?,
            context: None,
            kubeconfig: kubeconfig::Files::find(file, context.env)?,
        });
    }
    let settings = settings(&of_selector(selector), context)?;
    Ok(Target {
        kubeconfig: kubeconfig(file, &settings, context)?,
        name: settings.name.value,
        families: vec![settings.family],
        context: Some(settings.context.value),
    })
}

fn families(flag: Option<&str>) -> Result<Vec<&'static dyn Family>, Error> {
    let Some(text) = flag else {
        return Ok(FAMILIES.to_vec());
    };
    let word = match DISTRIBUTION.parse(text) {
        Ok(config::schema::Setting::Text(word)) => word,
        Ok(_) => text.to_owned(),
        Err(problem) => {
            let from = settings::Origin::Flag("--distribution");
            return Err(settings::Error::value(from, problem).into());
        }
    };
    Ok(FAMILIES
        .into_iter()
        .filter(|family| family.format().distribution == word)
        .collect())
}

impl Target {
    /// Looks for its containers: one call for each distribution it may be of.
    pub(super) async fn locate(&self, engine: &Engine) -> Result<Found, Error> {
        let lists = self.families.iter().map(async |family| {
            let selector = family.labels().selector(&self.name);
            let containers = docker::snapshot::list_labelled(engine, &selector).await?;
            Ok::<_, Error>(Found {
                family: *family,
                containers,
            })
        });
        let all = try_join_all(lists).await?;
        let mut found: Vec<Found> = all
            .into_iter()
            .filter(|found| !found.containers.is_empty())
            .collect();
        let Some(first) = found.pop() else {
            return Ok(Found {
                family: self.families[0],
                containers: Vec::new(),
            });
        };
        if let Some(second) = found.pop() {
            let names = [second.family, first.family].map(|family| family.labels().distribution);
            return Err(Error::usage(
                format!(
                    "there is a cluster `{}` of {} and one of {}",
                    self.name, names[0], names[1]
                ),
                "say which one is meant with `--distribution`",
            ));
        }
        Ok(first)
    }

    /// Its containers; an error if there are none.
    pub(super) async fn existing(&self, engine: &Engine) -> Result<Found, Error> {
        let found = self.locate(engine).await?;
        if !found.containers.is_empty() {
            return Ok(found);
        }
        let known = clusters(engine).await?;
        Err(Error::NoSuchCluster {
            name: self.name.clone(),
            known: known.into_iter().map(|cluster| cluster.name).collect(),
        })
    }

    /// Distributions that it may be of, as far as is known without asking the Engine.
    pub(super) fn families(&self) -> &[&'static dyn Family] {
        &self.families
    }

    /// Names of its kubeconfig entries.
    pub(super) fn names(&self, family: &dyn Family) -> Names {
        let mut names = family.names(&self.name);
        if let Some(context) = &self.context {
            names.context.clone_from(context);
        }
        names
    }
}

/// All clusters of all distributions and their containers: one call each.
pub(super) async fn clusters(engine: &Engine) -> Result<Vec<ClusterSummary>, Error> {
    let lists = FAMILIES.map(async |family| {
        let labels = family.labels();
        let found = docker::snapshot::list_labelled(engine, labels.cluster).await?;
        Ok::<_, Error>(summary::clusters(&labels, &found))
    });
    let mut clusters = try_join_all(lists).await?.concat();
    clusters.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(clusters)
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

/// The talosconfig files of flag, settings or environment, where clusters of this distribution have a context in them.
pub(super) fn talosconfig(
    family: &dyn Family,
    file: Option<&Path>,
    context: &Context<'_>,
) -> Result<Option<talosconfig::Files>, Error> {
    if family.machines().is_none() {
        return Ok(None);
    }
    Ok(Some(talosconfig::Files::find(file, context.env)?))
}

/// Administrator's access to a cluster; `None` if its setup never came to an end.
pub(super) async fn existing_access(
    engine: &Engine,
    family: &dyn Family,
    containers: &[Container],
) -> Result<Option<Access>, Error> {
    let Some(control_plane) = family.control_plane(containers) else {
        return Ok(None);
    };
    let id = &control_plane.id;
    let finished = match family.marker() {
        None => true,
        Some(Marker::Path(path)) => docker::files::has_path(engine, id, path).await?,
        Some(Marker::Listed { directory, file }) => {
            match docker::files::get_archive(engine, id, directory).await {
                Ok(files) => files.iter().any(|(path, _)| path == file),
                // A cluster that others made has no such directory.
                Err(docker::Error::NotFound { .. }) => true,
                Err(error) => return Err(error.into()),
            }
        }
    };
    if !finished {
        return Ok(None);
    }
    admin_access(engine, family, containers, false).await
}

/// Administrator's access from the files of a control plane, running or not. `internal` asks for the address inside
/// the container network.
pub(super) async fn admin_access(
    engine: &Engine,
    family: &dyn Family,
    containers: &[Container],
    internal: bool,
) -> Result<Option<Access>, Error> {
    let Some(control_plane) = family.control_plane(containers) else {
        return Ok(None);
    };
    let Some(text) = access_file(engine, family, control_plane).await? else {
        return Ok(None);
    };
    let server = if internal {
        None
    } else {
        let Some(endpoint) = family.endpoint(containers) else {
            return Ok(None);
        };
        Some(server_at(engine, endpoint).await?)
    };
    let now = time::OffsetDateTime::now_utc();
    let access = family.access(text.expose(), control_plane, server, now);
    Ok(Some(access.map_err(perform::Error::from)?))
}

/// The file of a control plane, running or not, that access comes from.
pub(super) async fn access_file(
    engine: &Engine,
    family: &dyn Family,
    control_plane: &Container,
) -> Result<Option<Secret<String>>, Error> {
    let path = family.access_file();
    let files = match docker::files::get_archive(engine, &control_plane.id, path).await {
        Ok(files) => files,
        Err(docker::Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let first = files.into_iter().next();
    Ok(first.map(|(_, bytes)| Secret::new(String::from_utf8_lossy(&bytes).into_owned())))
}

/// The URL of an endpoint.
pub(super) async fn server_at(engine: &Engine, endpoint: Endpoint) -> Result<String, Error> {
    let (address, port) = match endpoint {
        Endpoint::Known(address, port) => (address, port),
        Endpoint::Published { container, port } => {
            docker::ops::published_port(engine, &container, port).await?
        }
    };
    Ok(https(&address, port))
}
