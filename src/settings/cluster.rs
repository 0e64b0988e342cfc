//! Settings of the cluster commands.

use std::path::PathBuf;
use std::time::Duration;

use super::error::Error;
use super::layers::{Layers, into_text};
use super::nodes;
use super::origin::{Origin, Sourced};
use crate::config::kind::{KindConfig, Role};
use crate::config::schema::{
    CONTEXT, CONTROL_PLANES, DISTRIBUTION, Field, KUBECONFIG, NAME, PROVIDER, SOURCE_DIRECTORY,
    TIMEOUT, WORKERS,
};
use crate::config::{Problem, Project, check_host_names, check_kind};
use crate::env::EnvMap;

/// Name of a cluster that nobody has named.
const DEFAULT_NAME: &str = "kind";
/// Directory of the manifests if nothing else is said.
const DEFAULT_SOURCE_DIRECTORY: &str = "k8s";
/// kind's own variable for the name.
const KIND_CLUSTER_NAME: &str = "KIND_CLUSTER_NAME";

/// What the command line says about a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterArgs {
    /// `--name`
    pub name: Option<String>,
    /// `--distribution`
    pub distribution: Option<String>,
    /// `--provider`
    pub provider: Option<String>,
    /// `--control-planes`
    pub control_planes: Option<u32>,
    /// `--workers`
    pub workers: Option<u32>,
    /// `--image`
    pub image: Option<String>,
    /// `--context`
    pub context: Option<String>,
    /// `--kubeconfig`
    pub kubeconfig: Option<PathBuf>,
    /// `--timeout` or `--wait`
    pub timeout: Option<Duration>,
    /// `--source-directory`
    pub source_directory: Option<PathBuf>,
}

/// What a command works with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterSettings {
    /// Cluster name, valid for host names.
    pub name: Sourced<String>,
    /// The kind configuration with its final nodes.
    pub kind: KindConfig,
    /// kubeconfig context.
    pub context: Sourced<String>,
    /// kubeconfig file; `None` = where `KUBECONFIG` or the home directory say.
    pub kubeconfig: Option<Sourced<PathBuf>>,
    /// How long to wait; `None` = the default of the command.
    pub timeout: Option<Sourced<Duration>>,
    /// Directory of the manifests.
    pub source_directory: Sourced<PathBuf>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// Brings all sources together.
pub fn cluster(
    args: &ClusterArgs,
    env: &EnvMap,
    project: &Project,
) -> Result<ClusterSettings, Error> {
    let mut layers = Layers::new(env, project)?;
    for (text, flag, field) in [
        (&args.distribution, "--distribution", &DISTRIBUTION),
        (&args.provider, "--provider", &PROVIDER),
    ] {
        if let Some(text) = text {
            check_flag(text, flag, field)?;
        }
    }
    let name = name(args.name.as_deref(), &layers, project)?;
    let kind = kind(args, &mut layers, project)?;
    check_host_names(&name.value, nodes::of_role(&kind, Role::Worker)).map_err(|why| {
        Error::Name {
            from: name.from.clone(),
            name: name.value.clone(),
            why,
        }
    })?;
    let context = context(args, &name.value, &mut layers);
    let flagged_kubeconfig = args
        .kubeconfig
        .as_ref()
        .map(|path| Sourced::new(layers.at_home(path), Origin::Flag("--kubeconfig")));
    let flagged_directory = args
        .source_directory
        .clone()
        .map(|path| Sourced::new(path, Origin::Flag("--source-directory")));
    Ok(ClusterSettings {
        name,
        kind,
        context,
        kubeconfig: flagged_kubeconfig.or_else(|| layers.path(&KUBECONFIG)),
        timeout: flag(args.timeout, "--timeout").or_else(|| layers.duration(&TIMEOUT)),
        source_directory: flagged_directory
            .or_else(|| layers.path(&SOURCE_DIRECTORY))
            .unwrap_or_else(|| {
                let path = project.directory.join(DEFAULT_SOURCE_DIRECTORY);
                Sourced::new(path, Origin::Default)
            }),
        warnings: layers.warnings,
    })
}

/// Only the name, for commands that work on a cluster whatever its configuration says.
pub fn cluster_name(
    flag: Option<&str>,
    env: &EnvMap,
    project: &Project,
) -> Result<Sourced<String>, Error> {
    let layers = Layers::new(env, project)?;
    name(flag, &layers, project)
}

/// Flag, `KSAIL_METADATA_NAME`, `KIND_CLUSTER_NAME`, `ksail.yaml`, `kind.yaml`, default.
fn name(
    flagged: Option<&str>,
    layers: &Layers<'_>,
    project: &Project,
) -> Result<Sourced<String>, Error> {
    let from_kind_file = || {
        let name = project.kind.as_ref()?.name.as_ref()?;
        let from = Origin::File(name.at.clone());
        Some(Sourced::new(name.value.clone(), from))
    };
    let name = flag(flagged.map(str::to_owned), "--name")
        .or_else(|| layers.in_env(&NAME).and_then(into_text))
        .or_else(|| layers.env_text(KIND_CLUSTER_NAME))
        .or_else(|| layers.in_file(&NAME).and_then(into_text))
        .or_else(from_kind_file)
        .unwrap_or_else(|| Sourced::new(DEFAULT_NAME.to_owned(), Origin::Default));
    refuse_empty(&name)?;
    match check_kind(&name.value) {
        Ok(()) => Ok(name),
        Err(why) => Err(Error::Name {
            from: name.from,
            name: name.value,
            why,
        }),
    }
}

/// The kind configuration with images and node numbers as asked for.
fn kind(
    args: &ClusterArgs,
    layers: &mut Layers<'_>,
    project: &Project,
) -> Result<KindConfig, Error> {
    let mut kind = project.kind.clone().unwrap_or_default();
    for (role, flagged, field, long) in [
        (
            Role::ControlPlane,
            args.control_planes,
            &CONTROL_PLANES,
            "--control-planes",
        ),
        (Role::Worker, args.workers, &WORKERS, "--workers"),
    ] {
        // Zero in a file is what KSail's own types hold when nobody has set the field.
        let unset =
            |wanted: &Sourced<u32>| wanted.value == 0 && matches!(wanted.from, Origin::File(_));
        if let Some(count) = flagged {
            check_flag(&count.to_string(), long, field)?;
        }
        let wanted = flag(flagged, long).or_else(|| layers.count(field));
        let Some(wanted) = wanted.filter(|wanted| !unset(wanted)) else {
            continue;
        };
        if role == Role::ControlPlane {
            check_control_planes(&wanted)?;
        }
        layers
            .warnings
            .extend(nodes::resize(&mut kind, role, &wanted));
    }
    if let Some(image) = flag(args.image.clone(), "--image") {
        refuse_empty(&image)?;
        for node in &mut kind.nodes {
            node.image.clone_from(&image.value);
        }
    }
    Ok(kind)
}

fn check_control_planes(wanted: &Sourced<u32>) -> Result<(), Error> {
    let from = wanted.from.clone();
    match wanted.value {
        0 => Err(Error::NoControlPlane { from }),
        1 => Ok(()),
        _ => {
            let what = "more than one control-plane node".to_owned();
            let problem = Problem::NotYet { what };
            Err(Error::value(from, problem))
        }
    }
}

/// The context, with a warning if it is not the one that belongs to the name.
fn context(args: &ClusterArgs, name: &str, layers: &mut Layers<'_>) -> Sourced<String> {
    let derived = format!("kind-{name}");
    let chosen = flag(args.context.clone(), "--context").or_else(|| layers.text(&CONTEXT));
    let Some(chosen) = chosen else {
        return Sourced::new(derived, Origin::Default);
    };
    if chosen.value != derived {
        layers.warnings.push(format!(
            "{}: context `{}` is not that of cluster `{name}`, which is `{derived}`",
            chosen.from, chosen.value
        ));
    }
    chosen
}

/// Refuses a flag that its field would refuse in a file.
fn check_flag(text: &str, flag: &'static str, field: &Field) -> Result<(), Error> {
    match field.parse(text) {
        Ok(_) => Ok(()),
        Err(problem) => Err(Error::value(Origin::Flag(flag), problem)),
    }
}

fn refuse_empty(text: &Sourced<String>) -> Result<(), Error> {
    if text.value.is_empty() {
        let from = text.from.clone();
        return Err(Error::Empty { from });
    }
    Ok(())
}

fn flag<T>(value: Option<T>, name: &'static str) -> Option<Sourced<T>> {
    value.map(|value| Sourced::new(value, Origin::Flag(name)))
}
