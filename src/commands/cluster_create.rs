//! `ksail cluster create`

use std::net::IpAddr;
use std::sync::Arc;

use tokio::time::Instant;

use super::target;
use crate::cli::cluster::{Create, Format, Wait};
use crate::cluster::diff::{self, Change};
use crate::cluster::distribution::Desired;
use crate::cluster::kind::Kind;
use crate::cluster::kind::desired::{self, LABELS};
use crate::cluster::kind::pki::Pki;
use crate::cluster::observed::{Observed, Snapshot};
use crate::cluster::perform::Error as PerformError;
use crate::cluster::perform::{Performer, Remover, perform, remove};
use crate::cluster::plan::{self, Op, WaitFor};
use crate::cluster::removal;
use crate::config::kind::HostPort;
use crate::context::Context;
use crate::docker::snapshot::Query;
use crate::docker::{self, Engine};
use crate::error::Error;
use crate::exec::limits::Limits;
use crate::exec::plan::Plan;
use crate::exec::run::{self, Failure};
use crate::exit::Exit;
use crate::settings::ClusterSettings;
use crate::text::Took;

const DEFAULT_TIMEOUT: std::time::Duration = std::time::Duration::from_mins(5);
/// Tries with another port when somebody else took the one that was free a moment ago.
const PORT_TRIES: u32 = 3;

/// Runs the command.
pub async fn run(args: &Create, mut context: Context<'_>) -> Result<Exit, Error> {
    let begun = Instant::now();
    let settings = target::settings(&target::args(args), &mut context)?;
    let engine = context.engine().await?;
    let snapshot = observe(&engine, &settings, &context).await?;
    warn_about_host(&snapshot, &context);
    let mut tries = PORT_TRIES;
    loop {
        let run = Run::prepare(args, &settings, &engine, &snapshot, &context, begun).await?;
        if args.dry_run {
            let text = show(&run.plan, args.output);
            context.print(&text)?;
            return Ok(Exit::Done);
        }
        run.performer.remover.kubeconfig.check_writable().await?;
        let nodes = run.performer.desired.nodes.len();
        match run.execute(args.retain, &context).await {
            Err(Error::Cluster(PerformError::Docker(docker::Error::PortAllocated { .. })))
                if tries > 1
                    && settings.kind.networking.api_server_port == HostPort::Random
                    && !args.retain =>
            {
                tries -= 1;
                context
                    .events
                    .warn("the API server's port was taken meanwhile; trying another");
            }
            Err(error) => return Err(error),
            Ok(()) => {
                let took = Took(begun.elapsed());
                let nodes = crate::text::Count(nodes, "node");
                let name = &settings.name.value;
                context.events.note(format!(
                    "cluster `{name}` with {nodes} is ready after {took}; context `{}` is current",
                    settings.context.value
                ));
                return Ok(Exit::Done);
            }
        }
    }
}

async fn observe(
    engine: &Engine,
    settings: &ClusterSettings,
    context: &Context<'_>,
) -> Result<Snapshot, Error> {
    let query = Query {
        label: LABELS.selector(&settings.name.value),
        network: Some(desired::network_name(context.env).to_owned()),
        images: settings
            .kind
            .nodes
            .iter()
            .map(|node| node.image.clone())
            .collect(),
    };
    Ok(docker::snapshot::snapshot(engine, &query).await?)
}

fn warn_about_host(snapshot: &Snapshot, context: &Context<'_>) {
    if snapshot.host.cgroup_version == 1 {
        context.events.warn("the Engine's host runs cgroup v1: kubelets are told to accept it (`failCgroupV1: false`)");
    }
}

fn show(plan: &Plan<Op>, format: Format) -> String {
    match format {
        Format::Table | Format::Name => crate::ui::plan_view::render(plan),
        Format::Json => format!("{:#}\n", serde_json::json!(plan)),
        Format::Yaml => crate::yaml::to_yaml(&serde_json::json!(plan)),
    }
}

/// One attempt: what is to be done, and what doing it needs.
struct Run {
    performer: Arc<Performer>,
    plan: Plan<Op>,
    fresh: bool,
}

impl Run {
    async fn prepare(
        args: &Create,
        settings: &ClusterSettings,
        engine: &Engine,
        snapshot: &Snapshot,
        context: &Context<'_>,
        begun: Instant,
    ) -> Result<Self, Error> {
        let wanted = desired(settings, snapshot, context);
        let control_plane = wanted.control_plane().container.name.clone();
        let found = snapshot
            .containers
            .iter()
            .find(|container| container.name == control_plane);
        let existing = match found {
            Some(container) => target::existing_access(engine, container).await?,
            None => None,
        };
        let change = diff::compare(&wanted, snapshot, existing.is_some())?;
        let (wait, timeout) = waits(args, settings);
        let plan = plan::create(&wanted, snapshot, &change, wait, &settings.context.value);
        let fresh = matches!(change, Change::Create { .. });
        let pki = Pki::generate(time::OffsetDateTime::now_utc())
            .map_err(crate::cluster::distribution::Error::from)?;
        let kind = Kind::new(
            settings.kind.clone(),
            wanted.clone(),
            snapshot.host.clone(),
            pki,
        );
        let kubeconfig = target::kubeconfig(args.kubeconfig.as_deref(), settings, context)?;
        let remover = Remover {
            engine: engine.clone(),
            kubeconfig,
        };
        let existing = existing.filter(|_| !fresh);
        let performer = Performer::new(remover, wanted, Arc::new(kind), existing, begun + timeout);
        Ok(Self {
            performer: Arc::new(performer),
            plan,
            fresh,
        })
    }

    async fn execute(self, retain: bool, context: &Context<'_>) -> Result<(), Error> {
        let performer = self.performer.clone();
        let work = move |op: Op, step| perform(performer.clone(), op, step);
        let limits = Limits::default();
        let failure = match run::run(
            self.plan,
            &limits,
            &context.events,
            &context.interrupt.stop,
            work,
        )
        .await
        {
            Ok(()) => return Ok(()),
            Err(failure) => failure,
        };
        let removed = if self.fresh && !retain && !keeps_cluster(&failure) {
            teardown(self.performer.clone(), context).await
        } else {
            None
        };
        Err(match failure {
            Failure::Step { error, .. } => {
                if removed.is_some_and(|number| number > 0) {
                    let note = "what had been created was removed; `--retain` keeps it";
                    context.events.note(note);
                }
                error.into()
            }
            Failure::Cancelled if removed.is_some() => {
                Error::Interrupted(Some("what had been created was removed".into()))
            }
            Failure::Cancelled => {
                Error::Interrupted(Some("what had been created is still there".into()))
            }
        })
    }
}

/// A cluster that works but for what failed is not thrown away.
fn keeps_cluster(failure: &Failure<PerformError>) -> bool {
    match failure {
        Failure::Step { error, id } => {
            let after_setup = [Op::AwaitNodes, Op::AwaitSystem, Op::AwaitApi]
                .iter()
                .any(|op| id.0.as_ref() == op.to_string());
            error.is_timeout() && after_setup
        }
        Failure::Cancelled => false,
    }
}

/// Removes what a failed creation left and returns how many containers that were; `None` if not all could be removed.
/// Its own failures are only told: the first error is what the user must see.
async fn teardown(performer: Arc<Performer>, context: &Context<'_>) -> Option<usize> {
    let selector = LABELS.selector(&performer.desired.cluster);
    let found = match docker::snapshot::list_labelled(performer.engine(), &selector).await {
        Ok(found) => found,
        Err(error) => {
            let why = crate::error::chain(&error);
            context.events.error(format!(
                "nothing could be removed ({why}); run `ksail cluster delete` later"
            ));
            return None;
        }
    };
    let plan = removal::plan(&found, &performer.distribution.context());
    let work = move |op, step| remove(performer.remover.clone(), op, step);
    let result = run::run(
        plan,
        &Limits::default(),
        &context.events,
        &context.interrupt.force,
        work,
    )
    .await;
    match result {
        Ok(()) => Some(found.len()),
        Err(Failure::Step { error, .. }) => {
            let why = crate::error::chain(&error);
            context.events.error(format!(
                "not everything could be removed ({why}); run `ksail cluster delete` later"
            ));
            None
        }
        Err(Failure::Cancelled) => None,
    }
}

fn waits(args: &Create, settings: &ClusterSettings) -> (WaitFor, std::time::Duration) {
    let timeout = args
        .timeout
        .or(settings.timeout.as_ref().map(|timeout| timeout.value))
        .unwrap_or(DEFAULT_TIMEOUT);
    match args.wait {
        None => (WaitFor::System, timeout),
        Some(Wait::Level(level)) => (level, timeout),
        // kind's default, zero, means not to wait.
        Some(Wait::For(time)) if time.is_zero() => (WaitFor::None, timeout),
        Some(Wait::For(time)) => (WaitFor::Nodes, args.timeout.unwrap_or(time)),
    }
}

fn desired(settings: &ClusterSettings, snapshot: &Snapshot, context: &Context<'_>) -> Desired {
    desired::desired(&desired::Input {
        cluster: &settings.name.value,
        config: &settings.kind,
        host: &snapshot.host,
        env: context.env,
        network: match &snapshot.network {
            Observed::Present(network) => Some(network),
            Observed::Absent => None,
        },
        free_port: &free_port,
    })
}

/// A port that is free on this host now; `None` (the Engine picks one) where the address is not this host's.
fn free_port(address: IpAddr) -> Option<u16> {
    let listener = std::net::TcpListener::bind((address, 0)).ok()?;
    Some(listener.local_addr().ok()?.port())
}
