//! What the workload commands may use, and what the project contributes to it.

use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::cli::workload::{Pace, Server, Sources};
use crate::config::{self, Request};
use crate::context::Context;
use crate::env::EnvMap;
use crate::error::Error;
use crate::exec::event::Events;
use crate::k8s::gate::Gate;
use crate::k8s::{self, Api};
use crate::settings::{self, ClusterArgs, Origin};
use crate::ui::prompt;
use crate::{kubeconfig, workload};

/// How long commands without a deadline wait for a server that went away.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// What the workload commands may use.
pub struct WorkloadContext<'a> {
    /// Standard input, read only for `-`.
    pub stdin: &'a mut (dyn Read + Send),
    /// Standard output.
    pub stdout: &'a mut (dyn Write + Send),
    /// Everything for people.
    pub events: &'a Events,
    /// Environment at start.
    pub env: &'a EnvMap,
    /// Relative paths count from here.
    pub cwd: &'a Path,
    /// What the project says.
    pub project: Project,
    /// Cancelled when the user wants out.
    pub cancel: CancellationToken,
    /// How to learn whether the user agrees.
    pub consent: Consent,
}

/// How to learn whether the user agrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    /// The user agreed in advance.
    pub given: bool,
    /// Somebody can be asked.
    pub interactive: bool,
}

impl WorkloadContext<'_> {
    /// Shows a plan and asks whether to carry it out.
    pub(super) fn agrees(
        &mut self,
        plan: &[String],
        question: &str,
    ) -> Result<bool, workload::Error> {
        if self.consent.given || !self.consent.interactive {
            for line in plan {
                self.events.note(line.as_str());
            }
        }
        if self.consent.given {
            return Ok(true);
        }
        if !self.consent.interactive {
            return Err(workload::Error::NeedsConsent(question.to_owned()));
        }
        // Notes would come after the question: the one who shows them waits for the answer, too.
        let text = format!("{}{question}", crate::text::lines(plan));
        let mut input = BufReader::new(&mut *self.stdin);
        let answer = prompt::consent(&text, true, &mut input, &mut std::io::stderr().lock());
        Ok(answer.unwrap_or(false))
    }
}

/// What a project contributes; nothing if there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Project {
    /// Where the manifests are.
    pub source_directory: Option<PathBuf>,
    /// What of it is built, if not all.
    pub kustomization: Option<PathBuf>,
    /// Kubeconfig context of the project's cluster.
    pub context: Option<String>,
    /// Name of the set of everything in the source directory.
    pub applyset: Option<String>,
    /// Kubeconfig file of the project, if it names one.
    pub kubeconfig: Option<PathBuf>,
}

impl Project {
    /// Reads the project, but only if the command line leaves something open: a broken project must not stand in the
    /// way of who names everything.
    pub(super) fn find(
        sources: &Sources,
        cluster_is_named: bool,
        context: &mut Context<'_>,
    ) -> Result<Self, Error> {
        if sources.are_named() && cluster_is_named && context.global.config.is_none() {
            return Ok(Self::default());
        }
        let request = Request {
            config: context.global.config.as_deref(),
            distribution_config: None,
            distribution: None,
            cwd: &context.cwd,
            env: context.env,
        };
        let project = config::discover(&request, &mut context.stdin)?;
        let settings = settings::cluster(&ClusterArgs::default(), context.env, &project)?;
        for warning in &settings.warnings {
            context.events.warn(warning.clone());
        }
        let exists = project.file.is_some() || project.distribution.is_some();
        let said = |from: &Origin| exists || *from != Origin::Default;
        let named = said(&settings.name.from) || said(&settings.context.from);
        let directory = settings.source_directory;
        let file = settings
            .kustomization_file
            .filter(|file| !file.value.is_empty());
        Ok(Self {
            kustomization: file.map(|file| directory.value.join(file.value)),
            source_directory: said(&directory.from).then_some(directory.value),
            applyset: named.then(|| format!("ksail-{}", settings.name.value)),
            context: named.then_some(settings.context.value),
            kubeconfig: settings.kubeconfig.map(|path| path.value),
        })
    }

    /// The context of the command, as the stages want it.
    pub(super) fn with<'a>(self, context: &'a mut Context<'_>) -> WorkloadContext<'a> {
        WorkloadContext {
            stdin: &mut *context.stdin,
            stdout: &mut *context.stdout,
            events: &context.events,
            env: context.env,
            cwd: &context.cwd,
            project: self,
            cancel: context.interrupt.stop.clone(),
            consent: Consent {
                given: context.global.yes,
                interactive: context.interactive,
            },
        }
    }
}

/// A client of the server that flags and project name, and the namespace of objects that name none.
pub(super) async fn connect(
    flags: &Server,
    project: &Project,
    env: &EnvMap,
) -> Result<(Api, String), workload::Error> {
    let name = flags.context.as_ref().or(project.context.as_ref());
    let name = name.ok_or(workload::Error::NoContext)?;
    let file = flags.kubeconfig.as_ref().or(project.kubeconfig.as_ref());
    let files = kubeconfig::Files::find(file.map(PathBuf::as_path), env)?;
    let api = k8s::connect::from_kubeconfig(files.paths(), name).await?;
    let namespace = flags.namespace.clone();
    let namespace = namespace.unwrap_or_else(|| api.default_namespace().to_owned());
    Ok((api, namespace))
}

/// A client like that of [`connect`], whose requests go through a gate: as many at a time as the server can bear, up to
/// `parallelism`, and none while it is gone.
pub(super) async fn connect_gated(
    flags: &Server,
    pace: &Pace,
    parallelism: usize,
    patience: Duration,
    context: &WorkloadContext<'_>,
) -> Result<(Api, String), workload::Error> {
    let (api, namespace) = connect(flags, &context.project, context.env).await?;
    let events = context.events.weak();
    let gate = Gate::new(api.clone(), parallelism, pace.kube_api_qps, events);
    Ok((api.through(gate, patience), namespace))
}

/// Does some work, but not longer than the user wants.
pub(super) async fn until_cancelled<T>(
    cancel: &CancellationToken,
    work: impl Future<Output = Result<T, workload::Error>>,
) -> Result<T, workload::Error> {
    tokio::select! {
        done = work => done,
        () = cancel.cancelled() => Err(workload::Error::Interrupted),
    }
}

/// Where what API servers say is kept between runs: the folder `part` of our folder in the user's cache.
pub(super) fn cache(env: &EnvMap, part: &str) -> Option<PathBuf> {
    let home = || Some(Path::new(env.get("HOME")?).join(".cache"));
    let root = env.get("XDG_CACHE_HOME").map(PathBuf::from);
    Some(root.or_else(home)?.join("ksail").join(part))
}

/// Requests mostly wait, so there may be several per core; a small server is kept alive by the upper bound.
pub(super) fn default_parallelism() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    (4 * cores).clamp(4, 32)
}

/// A failure as the program reports it; it has its own way with output that nobody reads.
pub(super) fn program_error(error: workload::Error) -> Error {
    match error {
        workload::Error::Output(error) => Error::Output(error),
        other => other.into(),
    }
}
