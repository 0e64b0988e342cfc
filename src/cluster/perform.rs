//! One operation → the calls that carry it out: the only place of provisioning that touches Engine and API server.

mod access;
pub mod error;
mod listen;
mod machines;
mod network;
mod nodes;
mod ready;
mod remove;
mod setup;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use futures_util::future::join_all;
use tokio::sync::OnceCell;
use tokio::time::Instant;

pub use self::error::Error;
pub use self::remove::{Remover, remove};
use super::distribution::{Access, Desired, Distribution};
use super::plan::Op;
use crate::docker::{self, Engine};
use crate::exec::event::Outcome;
use crate::exec::run::StepContext;
use crate::{k8s, talos};

/// What operations of one run share.
#[derive(Debug)]
pub struct Performer {
    /// Removes what is in the way, and what a failure leaves.
    pub remover: Arc<Remover>,
    /// Its distribution.
    pub distribution: Arc<dyn Distribution>,
    /// The cluster existed before: access comes from its control plane, not from new certificates.
    existing: Option<Access>,
    /// When waiting ends.
    pub(super) deadline: Instant,
    server: OnceCell<String>,
    access: OnceCell<Access>,
    api: OnceCell<k8s::Api>,
    machines: OnceLock<talos::Client>,
    /// Select the context in the kubeconfig.
    switch: bool,
    /// The Engine's time when an existing cluster was looked at, seconds since the epoch; `None` for a new one.
    since: Option<i64>,
    /// Nodes of an existing cluster that this run has started: what the API server knows of them may be old.
    started: Mutex<BTreeSet<String>>,
}

type Done = Result<Option<Outcome>, Error>;

const DONE: Done = Ok(Some(Outcome::Done));

/// Carries out one operation. `Ok(None)` = stopped because the run was cancelled.
pub async fn perform(performer: Arc<Performer>, op: Op, context: StepContext) -> Done {
    let engine = performer.engine();
    match op {
        Op::Pull { image } => {
            let pull =
                docker::images::pull(engine, &image, |progress| context.waiting(pulled(progress)));
            tokio::select! {
                pulled = pull => pulled?,
                () = context.cancel.cancelled() => return Ok(None),
            }
            DONE
        }
        Op::CreateNetwork { network } => setup::create_network(engine, &network).await,
        Op::Remove(removal) => remove(performer.remover.clone(), removal, context).await,
        Op::CreateContainer { container } => {
            docker::ops::create_container(engine, &container).await?;
            DONE
        }
        Op::ReadImage { container } => {
            let paths = performer.distribution.image_paths().iter();
            let reads = paths.map(|path| docker::files::get_archive(engine, &container, path));
            let mut files = Vec::new();
            for read in join_all(reads).await {
                match read {
                    Ok(found) => files.extend(found),
                    // What is missing is the distribution's to judge.
                    Err(docker::Error::NotFound { .. }) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            performer.distribution.learn(&files)?;
            DONE
        }
        Op::Upload { container } => {
            let files = performer.distribution.files(&container)?;
            let root = setup::upload_root(performer.desired(), &container, &files);
            docker::files::put_archive(engine, &container, root, &files).await?;
            DONE
        }
        Op::Start { container } => {
            docker::ops::start(engine, &container).await?;
            performer.note_start(container);
            DONE
        }
        Op::CreateVolume { volume } => {
            docker::ops::create_volume(engine, &volume).await?;
            DONE
        }
        Op::AwaitServer => access::await_server(&performer, &context).await,
        Op::AwaitNode { node } => nodes::await_node(&performer, &node, &context).await,
        Op::ForgetNode { node } => nodes::forget(&performer, &node, &context).await,
        Op::AwaitSetup { container } => listen::await_setup(&performer, &container, &context).await,
        Op::RegisterNodes => nodes::register(&performer, &context).await,
        Op::InstallAddons => nodes::install_addons(&performer, &context).await,
        Op::Bootstrap { container } => machines::bootstrap(&performer, &container, &context).await,
        Op::KeepPodsAway { node } => network::keep_pods_away(&performer, &node, &context).await,
        Op::ApplyManifests { container } => {
            machines::apply_manifests(&performer, &container, &context).await
        }
        Op::WriteTalosconfig { context: name } => machines::write_access(&performer, name).await,
        Op::LabelNode => nodes::label(&performer, &context).await,
        Op::AwaitApi => nodes::await_api(&performer, &context).await,
        Op::AwaitNodes => nodes::await_nodes(&performer, &context).await,
        Op::AwaitSystem => nodes::await_system(&performer, &context).await,
        Op::WriteKubeconfig { context: name } => {
            let mut names = performer.remover.names.clone();
            names.context = name;
            let access = performer.user_access().await?.named(names);
            performer
                .remover
                .kubeconfig
                .add(&access, performer.switch)
                .await?;
            DONE
        }
    }
}

impl Performer {
    /// `existing` is the access to a cluster that is only brought back, `deadline` the end of all waiting, `switch`
    /// whether its context is selected, `now` the Engine's time.
    pub fn new(
        remover: Remover,
        distribution: Arc<dyn Distribution>,
        existing: Option<Access>,
        deadline: Instant,
        switch: bool,
        now: Option<i64>,
    ) -> Self {
        let ours = || time::OffsetDateTime::now_utc().unix_timestamp();
        let since = existing.is_some().then(|| now.unwrap_or_else(ours));
        Self {
            remover: Arc::new(remover),
            distribution,
            existing,
            deadline,
            server: OnceCell::new(),
            access: OnceCell::new(),
            switch,
            since,
            started: Mutex::default(),
            api: OnceCell::new(),
            machines: OnceLock::new(),
        }
    }

    fn note_start(&self, container: String) {
        let started = self.started.lock();
        started
            .unwrap_or_else(PoisonError::into_inner)
            .insert(container);
    }

    /// Nodes of an existing cluster that this run has started, and since when their word counts.
    fn restarted(&self) -> Option<(BTreeSet<String>, i64)> {
        let started = self.started.lock();
        let started = started.unwrap_or_else(PoisonError::into_inner).clone();
        Some((started, self.since?))
    }

    /// The cluster as it should be.
    pub fn desired(&self) -> &Desired {
        self.distribution.desired()
    }

    /// The Engine.
    pub fn engine(&self) -> &Engine {
        &self.remover.engine
    }
}

fn pulled(progress: docker::images::PullProgress) -> String {
    const MEBIBYTE: u64 = 1 << 20;
    let (received, total) = (progress.received / MEBIBYTE, progress.total / MEBIBYTE);
    format!(
        "{}/{} layers, {received}/{total} MiB",
        progress.complete, progress.layers
    )
}
