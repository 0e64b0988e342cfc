//! `ksail cluster create`

mod attempt;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use self::attempt::Run;
use super::{host, target};
use crate::cli::cluster::{Create, Format, Wait};
use crate::cluster::blueprint::{Blueprint, Defaults, Facts, NetworkNeed};
use crate::cluster::diff::{self, Change};
use crate::cluster::distribution::{Distribution, ImageFiles};
use crate::cluster::observed::{Observed, Snapshot};
use crate::cluster::perform::Error as PerformError;
use crate::cluster::perform::{Performer, Remover};
use crate::cluster::plan::{self, Op, WaitFor, Wishes};
use crate::context::Context;
use crate::docker::snapshot::{Networks, Query};
use crate::docker::{self, Engine};
use crate::error::Error;
use crate::exec::plan::Plan;
use crate::exit::Exit;
use crate::kubeconfig::{self, Names};
use crate::settings::ClusterSettings;
use crate::talosconfig;
use crate::text::{Count, Took};

const DEFAULT_TIMEOUT: Duration = Duration::from_mins(5);
/// Tries with another port or address range when somebody else took the one that was free a moment ago.
const PORT_TRIES: u32 = 3;

/// Runs the command.
pub async fn run(args: &Create, mut context: Context<'_>) -> Result<Exit, Error> {
    let begun = Instant::now();
    let settings = target::settings(&target::args(args, &context.cwd), &mut context)?;
    let job = Job::new(args, settings, &context)?;
    let engine = context.engine().await?;
    let mut snapshot = job.observe(&engine, &context).await?;
    for notice in job.blueprint.notices(&snapshot.host) {
        context.events.warn(notice);
    }
    let mut tries = PORT_TRIES;
    loop {
        let run = job.prepare(&engine, &snapshot, &context, begun).await?;
        if args.dry_run {
            let text = show(&run.plan, args.output);
            context.print(&text)?;
            return Ok(Exit::Done);
        }
        job.check_user_files().await?;
        let nodes = run.performer.desired().kubernetes_nodes().count();
        let networked = run.performer.distribution.brings_network();
        let Err(error) = run.execute(job.defaults.retain, &context).await else {
            context.events.note(job.summary(nodes, begun));
            if !networked {
                let next =
                    "it has no network for pods: nodes become Ready when you have installed one";
                context.events.note(next.to_owned());
            }
            return Ok(Exit::Done);
        };
        match job.taken(&error) {
            Some(what) if tries > 1 && !job.defaults.retain => {
                tries -= 1;
                context
                    .events
                    .warn(format!("{what} was taken meanwhile; trying another"));
                snapshot = job.observe(&engine, &context).await?;
            }
            _ => return Err(error),
        }
    }
}

/// What is to be made, before anything is known of the Engine.
struct Job {
    settings: ClusterSettings,
    blueprint: Box<dyn Blueprint>,
    /// Flags, then the distribution's file.
    defaults: Defaults,
    timeout: Duration,
    kubeconfig: kubeconfig::Files,
    talosconfig: Option<talosconfig::Files>,
    /// Files that the configuration names.
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Job {
    fn new(args: &Create, settings: ClusterSettings, context: &Context<'_>) -> Result<Self, Error> {
        let blueprint = settings
            .family
            .blueprint(&settings.name.value, &settings.config);
        let mut defaults = blueprint.defaults();
        defaults.retain |= args.retain;
        let mut timeout = args
            .timeout
            .or(settings.timeout.as_ref().map(|timeout| timeout.value))
            .or(defaults.timeout)
            .unwrap_or(DEFAULT_TIMEOUT);
        match args.wait {
            None => {}
            Some(Wait::Level(level)) => defaults.wait = level,
            // kind's default, zero, means not to wait.
            Some(Wait::For(time)) if time.is_zero() => defaults.wait = WaitFor::None,
            Some(Wait::For(time)) => {
                defaults.wait = WaitFor::Nodes;
                timeout = args.timeout.unwrap_or(time);
            }
        }
        let mut files = BTreeMap::new();
        for path in blueprint.reads() {
            let content = crate::fsx::read(&path)?;
            files.insert(path, content);
        }
        Ok(Self {
            kubeconfig: target::kubeconfig(args.kubeconfig.as_deref(), &settings, context)?,
            talosconfig: target::talosconfig(
                settings.family,
                defaults.talosconfig.as_deref(),
                context,
            )?,
            settings,
            blueprint,
            defaults,
            timeout,
            files,
        })
    }

    /// What cannot be written at the end is better known before the beginning.
    async fn check_user_files(&self) -> Result<(), Error> {
        if self.defaults.kubeconfig {
            self.kubeconfig.check_writable(&self.names()).await?;
        }
        let family = self.settings.family;
        if let (Some(machines), Some(files)) = (family.machines(), &self.talosconfig) {
            let context = machines.context(&self.settings.name.value);
            files.check_writable(&context).await?;
        }
        Ok(())
    }

    /// What we chose and somebody else took before we did.
    fn taken(&self, error: &Error) -> Option<&'static str> {
        let Error::Cluster(PerformError::Docker(error)) = error else {
            return None;
        };
        match error {
            docker::Error::PortAllocated { port, .. } if self.blueprint.picks_api_port() => {
                let number = port.as_ref().and_then(|port| port.rsplit(':').next());
                let number = number.and_then(|number| number.parse().ok());
                let asked = number.is_some_and(|port| self.blueprint.asks_for(port));
                (!asked).then_some("the API server's port")
            }
            docker::Error::PoolOverlap { .. } if self.blueprint.picks_subnet() => {
                Some("the network's address range")
            }
            _ => None,
        }
    }

    fn names(&self) -> Names {
        let mut names = self.settings.family.names(&self.settings.name.value);
        names.context.clone_from(&self.settings.context.value);
        names
    }

    async fn observe(&self, engine: &Engine, context: &Context<'_>) -> Result<Snapshot, Error> {
        let labels = self.settings.family.labels();
        let query = Query {
            label: labels.selector(&self.settings.name.value),
            networks: match self.blueprint.network(context.env) {
                NetworkNeed::Named(name) => Networks::Named(name),
                NetworkNeed::OwnSubnet(name) => Networks::WithSubnets(name),
            },
            images: self.blueprint.images(context.env),
        };
        let mut snapshot = docker::snapshot::snapshot(engine, &query).await?;
        snapshot.host.inotify_instances = host::inotify_instances(engine);
        Ok(snapshot)
    }

    async fn prepare(
        &self,
        engine: &Engine,
        snapshot: &Snapshot,
        context: &Context<'_>,
        begun: Instant,
    ) -> Result<Run, Error> {
        let family = self.settings.family;
        let found = &snapshot.containers;
        let existing = target::existing_access(engine, family, found).await?;
        let mut distribution = self.bind(snapshot, None, context)?;
        for warning in distribution.warnings() {
            context.events.warn(warning.clone());
        }
        let change = diff::compare(distribution.desired(), snapshot, existing.is_some())?;
        if let Change::Converge { missing, .. } = &change
            && !missing.is_empty()
            && let Some(control_plane) = family.control_plane(found)
        {
            let mut recovered = Vec::new();
            for path in family.recovery() {
                recovered
                    .extend(docker::files::get_archive(engine, &control_plane.id, path).await?);
            }
            distribution = self.bind(snapshot, Some(&recovered), context)?;
        }
        let wishes = Wishes {
            wait: self.defaults.wait,
            context: self
                .defaults
                .kubeconfig
                .then(|| self.settings.context.value.clone()),
        };
        let plan = plan::create(distribution.as_ref(), snapshot, &change, &wishes);
        let fresh = matches!(change, Change::Create { .. });
        let remover = Remover {
            engine: engine.clone(),
            selector: family.labels().selector(&self.settings.name.value),
            kubeconfig: self.kubeconfig.clone(),
            talosconfig: self.talosconfig.clone(),
            names: self.names(),
        };
        let existing = existing.filter(|_| !fresh);
        let deadline = begun + self.timeout;
        let performer = Performer::new(
            remover,
            distribution,
            existing,
            deadline,
            self.defaults.switch,
            snapshot.host.now,
        );
        Ok(Run {
            performer: Arc::new(performer),
            plan,
            fresh,
            owns_network: snapshot.network == Observed::Absent,
            family,
        })
    }

    fn bind(
        &self,
        snapshot: &Snapshot,
        recovered: Option<&ImageFiles>,
        context: &Context<'_>,
    ) -> Result<Arc<dyn Distribution>, Error> {
        let facts = Facts {
            snapshot,
            env: context.env,
            files: &self.files,
            recovered,
            routes: &host::routes(),
            free_port: &host::free_port,
            random: &host::random,
            now: time::OffsetDateTime::now_utc(),
        };
        Ok(self.blueprint.bind(&facts)?)
    }

    fn summary(&self, nodes: usize, begun: Instant) -> String {
        let took = Took(begun.elapsed());
        let nodes = Count(nodes, "node");
        let name = &self.settings.name.value;
        let context = &self.settings.context.value;
        let end = match (self.defaults.kubeconfig, self.defaults.switch) {
            (true, true) => format!("; context `{context}` is current"),
            (true, false) => format!("; its context is `{context}`"),
            (false, _) => String::new(),
        };
        format!("cluster `{name}` with {nodes} is ready after {took}{end}")
    }
}

fn show(plan: &Plan<Op>, format: Format) -> String {
    match format {
        Format::Table | Format::Name => crate::ui::plan_view::render(plan),
        Format::Json => format!("{:#}\n", serde_json::json!(plan)),
        Format::Yaml => crate::yaml::to_yaml(&serde_json::json!(plan)),
    }
}
