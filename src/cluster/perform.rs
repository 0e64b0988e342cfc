//! One operation → the calls that carry it out: the only place of provisioning that touches Engine and API server.

pub mod error;
mod nodes;
mod ready;
mod remove;
mod setup;

use std::sync::Arc;

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
use crate::k8s;

/// What operations of one run share.
#[derive(Debug)]
pub struct Performer {
    /// Removes what is in the way, and what a failure leaves.
    pub remover: Arc<Remover>,
    /// The cluster as it should be.
    pub desired: Desired,
    /// Its distribution.
    pub distribution: Arc<dyn Distribution>,
    /// The cluster existed before: access comes from its control plane, not from new certificates.
    existing: Option<Access>,
    /// When waiting ends.
    pub(super) deadline: Instant,
    server: OnceCell<String>,
    api: OnceCell<k8s::Api>,
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
            let reads = paths.map(|path| docker::ops::get_archive(engine, &container, path));
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
            docker::ops::put_archive(engine, &container, &files).await?;
            DONE
        }
        Op::Start { container } => {
            docker::ops::start(engine, &container).await?;
            DONE
        }
        Op::AwaitSetup { container } => setup::await_setup(&performer, &container, &context).await,
        Op::RegisterNodes => nodes::register(&performer, &context).await,
        Op::InstallAddons => nodes::install_addons(&performer, &context).await,
        Op::LabelNode => nodes::label(&performer, &context).await,
        Op::AwaitApi => nodes::await_api(&performer, &context).await,
        Op::AwaitNodes => nodes::await_nodes(&performer, &context).await,
        Op::AwaitSystem => nodes::await_system(&performer, &context).await,
        Op::WriteKubeconfig { context: name } => {
            let access = performer.user_access().await?;
            performer
                .remover
                .kubeconfig
                .add(&access.named(&name))
                .await?;
            DONE
        }
    }
}

impl Performer {
    /// `existing` is the access to a cluster that is only brought back, `deadline` the end of all waiting.
    pub fn new(
        remover: Remover,
        desired: Desired,
        distribution: Arc<dyn Distribution>,
        existing: Option<Access>,
        deadline: Instant,
    ) -> Self {
        let remover = Arc::new(remover);
        Self {
            remover,
            desired,
            distribution,
            existing,
            deadline,
            server: OnceCell::new(),
            api: OnceCell::new(),
        }
    }

    /// The Engine.
    pub fn engine(&self) -> &Engine {
        &self.remover.engine
    }

    /// The cluster's API server, connected on first use.
    pub(super) async fn api(&self) -> Result<&k8s::Api, Error> {
        let connect = async {
            let access = match &self.existing {
                Some(access) => access.clone(),
                None => self.distribution.setup_access(self.server().await?)?,
            };
            Ok(k8s::connect::from_parts(
                &access.server,
                &access.ca,
                &access.certificate,
                access.key.expose(),
            )?)
        };
        self.api.get_or_try_init(|| connect).await
    }

    async fn user_access(&self) -> Result<Access, Error> {
        match &self.existing {
            Some(access) => Ok(access.clone()),
            None => Ok(self.distribution.user_access(self.server().await?)?),
        }
    }

    /// URL at which the host reaches the API server: known from the plan, or asked for where the Engine chose the
    /// port.
    async fn server(&self) -> Result<&str, Error> {
        let container = &self.desired.control_plane().container;
        let find = async {
            let Some(port) = container.ports.first() else {
                return Ok(String::new());
            };
            let number = match port.host_port {
                Some(number) => number,
                None => {
                    docker::ops::published_port(self.engine(), &container.name, port.container_port)
                        .await?
                        .1
                }
            };
            Ok::<_, Error>(https(&port.host_address, number))
        };
        self.server
            .get_or_try_init(|| find)
            .await
            .map(String::as_str)
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

/// `https://address:port`, IPv6 addresses in brackets.
pub fn https(address: &str, port: u16) -> String {
    if address.contains(':') {
        format!("https://[{address}]:{port}")
    } else {
        format!("https://{address}:{port}")
    }
}
