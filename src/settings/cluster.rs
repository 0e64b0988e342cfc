//! Settings of the cluster commands.

use std::path::PathBuf;
use std::time::Duration;

use super::error::Error;
use super::layers::{Layers, into_text};
use super::origin::{Origin, Sourced};
use crate::cluster::family::{self, FAMILIES, Family};
use crate::config::schema::{
    CONTEXT, CONTROL_PLANES, CSI, DISABLED, DISTRIBUTION, Field, KUBECONFIG, KUBERNETES_VERSION,
    KUSTOMIZATION_FILE, LOAD_BALANCER, METRICS_SERVER, NAME, PROVIDER, SOURCE_DIRECTORY, Setting,
    TALOS_CONFIG, TALOS_PORTS, TALOS_VERSION, TIMEOUT, WORKERS,
};
use crate::config::{DistributionFile, Project, PublishedPort};
use crate::env::EnvMap;
use crate::yaml::Source;

/// Flag of the distributions whose version of Kubernetes can be chosen.
const KUBERNETES_VERSION_FLAG: &str = "--kubernetes-version";

/// Directory of the manifests if nothing else is said.
const DEFAULT_SOURCE_DIRECTORY: &str = "k8s";

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
    /// Flags of distributions with their values.
    pub flags: Vec<(&'static str, String)>,
    /// Relative paths in flags count from here.
    pub directory: PathBuf,
    /// `--source-directory`
    pub source_directory: Option<PathBuf>,
}

/// What a command works with.
#[derive(Debug, Clone)]
pub struct ClusterSettings {
    /// The distribution.
    pub family: &'static dyn Family,
    /// Cluster name, valid for host names.
    pub name: Sourced<String>,
    /// The distribution's configuration with its final nodes.
    pub config: DistributionFile,
    /// kubeconfig context.
    pub context: Sourced<String>,
    /// kubeconfig file; `None` = where `KUBECONFIG` or the home directory say.
    pub kubeconfig: Option<Sourced<PathBuf>>,
    /// How long to wait; `None` = the default of the command.
    pub timeout: Option<Sourced<Duration>>,
    /// Directory of the manifests.
    pub source_directory: Sourced<PathBuf>,
    /// What of it is built, if not all.
    pub kustomization_file: Option<Sourced<String>>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// What some distributions bring along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bundled {
    /// `spec.cluster.csi`
    Storage,
    /// `spec.cluster.metricsServer`
    MetricsServer,
    /// `spec.cluster.loadBalancer`
    LoadBalancer,
}

/// What flags, variables and `ksail.yaml` say about the nodes of a cluster, for its distribution to apply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Number of control planes.
    pub control_planes: Option<Sourced<u32>>,
    /// Number of workers.
    pub workers: Option<Sourced<u32>>,
    /// Node image.
    pub image: Option<Sourced<String>>,
    /// Version of Kubernetes, where it is not up to the image.
    pub kubernetes_version: Option<Sourced<String>>,
    /// Version of the distribution, where it is not up to the image.
    pub version: Option<Sourced<String>>,
    /// Client configuration of the distribution's own to write, besides the kubeconfig.
    pub client_config: Option<Sourced<PathBuf>>,
    /// Ports of control planes that the host publishes.
    pub ports: Option<Sourced<Vec<PublishedPort>>>,
    /// What the distribution brings along and the cluster shall not have.
    pub without: Vec<Bundled>,
    /// Flags of distributions with their values.
    pub flags: Vec<(&'static str, String)>,
    /// Relative paths in them count from here.
    pub directory: PathBuf,
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
    let family = family(args, &layers, project)?;
    refuse_foreign(family, &args.flags)?;
    let name = name(args.name.as_deref(), &layers, project, family)?;
    let wanted = wanted(args, &layers)?;
    refuse_version(family, &wanted)?;
    let (config, warnings) = family.configure(project.distribution.as_ref(), &name, &wanted)?;
    layers.warnings.extend(warnings);
    let context = context(
        args,
        &family.names(&name.value).context,
        &name.value,
        &mut layers,
    );
    let flagged_kubeconfig = args
        .kubeconfig
        .as_ref()
        .map(|path| Sourced::new(layers.at_home(path), Origin::Flag("--kubeconfig")));
    let flagged_directory = args
        .source_directory
        .clone()
        .map(|path| Sourced::new(path, Origin::Flag("--source-directory")));
    Ok(ClusterSettings {
        family,
        name,
        config,
        context,
        kubeconfig: flagged_kubeconfig.or_else(|| layers.path(&KUBECONFIG)),
        timeout: flag(args.timeout, "--timeout").or_else(|| layers.duration(&TIMEOUT)),
        source_directory: flagged_directory
            .or_else(|| layers.path(&SOURCE_DIRECTORY))
            .unwrap_or_else(|| {
                let path = project.directory.join(DEFAULT_SOURCE_DIRECTORY);
                Sourced::new(path, Origin::Default)
            }),
        kustomization_file: layers.text(&KUSTOMIZATION_FILE),
        warnings: layers.warnings,
    })
}

/// Flags that belong to another distribution only.
fn refuse_foreign(family: &dyn Family, flags: &[(&'static str, String)]) -> Result<(), Error> {
    for (flag, _) in flags {
        if family.flags().contains(flag) {
            continue;
        }
        let owner = FAMILIES
            .into_iter()
            .find(|other| other.flags().contains(flag));
        return Err(Error::Foreign {
            from: Origin::Flag(flag),
            distribution: owner.unwrap_or(family).format().distribution,
        });
    }
    Ok(())
}

/// A version of Kubernetes that the distribution cannot choose.
fn refuse_version(family: &dyn Family, wanted: &Wanted) -> Result<(), Error> {
    let chooses = |family: &&dyn Family| family.flags().contains(&KUBERNETES_VERSION_FLAG);
    match &wanted.kubernetes_version {
        Some(version) if !chooses(&family) => {
            let from = version.from.clone();
            Err(match FAMILIES.into_iter().find(chooses) {
                Some(owner) => Error::Foreign {
                    from,
                    distribution: owner.format().distribution,
                },
                None => Error::not_yet(from, &format!("`{}`", KUBERNETES_VERSION.path)),
            })
        }
        _ => Ok(()),
    }
}

/// The distribution of flag, variable, file, or the file that is there.
fn family(
    args: &ClusterArgs,
    layers: &Layers<'_>,
    project: &Project,
) -> Result<&'static dyn Family, Error> {
    let flagged = match &args.distribution {
        Some(text) => match DISTRIBUTION.parse(text) {
            Ok(Setting::Text(word)) => Some(Sourced::new(word, Origin::Flag("--distribution"))),
            _ => None,
        },
        None => None,
    };
    let said = flagged.or_else(|| layers.text(&DISTRIBUTION));
    let implied = project.distribution.as_ref().map(DistributionFile::format);
    if let (Some(said), Some(implied)) = (&said, implied)
        && said.value != implied.distribution
    {
        return Err(Error::OtherFile {
            from: said.from.clone(),
            said: said.value.clone(),
            file: implied.file,
            implied: implied.distribution,
        });
    }
    let implied = implied.map(|format| {
        let from = Origin::File(Source::new(format.file).whole());
        Sourced::new(format.distribution.to_owned(), from)
    });
    match said.or(implied) {
        None => Ok(FAMILIES[0]),
        Some(word) => family::named(&word.value).ok_or_else(|| {
            let what = format!("the distribution `{}`", word.value);
            Error::not_yet(word.from, &what)
        }),
    }
}

/// Flag, `KSAIL_METADATA_NAME`, the distribution's variable, `ksail.yaml`, the distribution's file, default.
fn name(
    flagged: Option<&str>,
    layers: &Layers<'_>,
    project: &Project,
    family: &dyn Family,
) -> Result<Sourced<String>, Error> {
    let from_file = || {
        let name = project.distribution.as_ref()?.name()?;
        let from = Origin::File(name.at.clone());
        Some(Sourced::new(name.value.clone(), from))
    };
    let from_variable = || layers.env_text(family.name_variable()?);
    let name = flag(flagged.map(str::to_owned), "--name")
        .or_else(|| layers.in_env(&NAME).and_then(into_text))
        .or_else(from_variable)
        .or_else(|| layers.in_file(&NAME).and_then(into_text))
        .or_else(from_file)
        .unwrap_or_else(|| Sourced::new(family.default_name().to_owned(), Origin::Default));
    refuse_empty(&name)?;
    match family.check_name(&name.value) {
        Ok(()) => Ok(name),
        Err(why) => Err(Error::name(&name, why)),
    }
}

/// What flags, variables and `ksail.yaml` say about nodes.
fn wanted(args: &ClusterArgs, layers: &Layers<'_>) -> Result<Wanted, Error> {
    let count = |flagged: Option<u32>, field: &Field, long: &'static str| {
        if let Some(count) = flagged {
            check_flag(&count.to_string(), long, field)?;
        }
        Ok::<_, Error>(flag(flagged, long).or_else(|| layers.count(field)))
    };
    let control_planes = count(args.control_planes, &CONTROL_PLANES, "--control-planes")?;
    let workers = count(args.workers, &WORKERS, "--workers")?;
    if let Some(none) = control_planes
        .as_ref()
        .filter(|wanted| wanted.value == 0 && !matches!(wanted.from, Origin::File(_)))
    {
        let from = none.from.clone();
        return Err(Error::NoControlPlane { from });
    }
    let image = flag(args.image.clone(), "--image");
    if let Some(image) = &image {
        refuse_empty(image)?;
    }
    let bundled = [
        (&CSI, Bundled::Storage),
        (&METRICS_SERVER, Bundled::MetricsServer),
        (&LOAD_BALANCER, Bundled::LoadBalancer),
    ];
    let is_disabled = |field| {
        let said = layers.text(field);
        said.is_some_and(|said| said.value == DISABLED)
    };
    let without = bundled
        .into_iter()
        .filter(|(field, _)| is_disabled(*field))
        .map(|(_, bundled)| bundled);
    Ok(Wanted {
        control_planes,
        workers,
        image,
        kubernetes_version: layers.text(&KUBERNETES_VERSION),
        version: layers.text(&TALOS_VERSION),
        client_config: layers.path(&TALOS_CONFIG),
        ports: layers.ports(&TALOS_PORTS),
        without: without.collect(),
        flags: args.flags.clone(),
        directory: args.directory.clone(),
    })
}

/// The context, with a warning if it is not the one that belongs to the name.
fn context(
    args: &ClusterArgs,
    derived: &str,
    name: &str,
    layers: &mut Layers<'_>,
) -> Sourced<String> {
    let chosen = flag(args.context.clone(), "--context").or_else(|| layers.text(&CONTEXT));
    let Some(chosen) = chosen else {
        return Sourced::new(derived.to_owned(), Origin::Default);
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
