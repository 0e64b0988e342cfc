//! One attempt to create a cluster, and taking back what a failed one leaves.

use std::sync::Arc;

use crate::cluster::family::{Belongings, Family};
use crate::cluster::observed::Container;
use crate::cluster::perform::Error as PerformError;
use crate::cluster::perform::{Performer, perform, remove};
use crate::cluster::plan::Op;
use crate::cluster::removal::{self, Removal};
use crate::context::Context;
use crate::docker;
use crate::error::Error;
use crate::exec::limits::Limits;
use crate::exec::plan::Plan;
use crate::exec::run::{self, Failure};

/// One attempt: what is to be done, and what doing it needs.
pub(super) struct Run {
    /// Carries out the steps.
    pub(super) performer: Arc<Performer>,
    /// The steps.
    pub(super) plan: Plan<Op>,
    /// There was no cluster before.
    pub(super) fresh: bool,
    /// The network is not there yet, so it goes with the cluster if that is of its own.
    pub(super) owns_network: bool,
    /// The distribution.
    pub(super) family: &'static dyn Family,
}

impl Run {
    /// Runs the steps; a failed creation leaves nothing unless it is to be retained.
    pub(super) async fn execute(self, retain: bool, context: &Context<'_>) -> Result<(), Error> {
        let performer = self.performer.clone();
        let work = move |op: Op, step| perform(performer.clone(), op, step);
        let limits = Limits::default();
        let failure = match run::run(
            self.plan.clone(),
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
            self.teardown(context).await
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

impl Run {
    /// Removes what a failed creation left and returns how many containers that were; `None` if not all could be
    /// removed. Its own failures are only told: the first error is what the user must see.
    async fn teardown(&self, context: &Context<'_>) -> Option<usize> {
        let unremoved = |error: &dyn std::error::Error| {
            let why = crate::error::chain(error);
            context.events.error(format!(
                "not everything could be removed ({why}); run `ksail cluster delete` later"
            ));
        };
        let (found, others) = match self.left().await {
            Ok(left) => left,
            Err(error) => {
                unremoved(&error);
                return None;
            }
        };
        let remover = self.performer.remover.clone();
        let names = remover.names.clone();
        let cluster = &self.performer.desired().cluster;
        let entries = removal::entries(self.family, cluster, names);
        let plan = removal::plan(&found, others, entries);
        let work = move |op, step| remove(remover.clone(), op, step);
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
                unremoved(&error);
                None
            }
            Err(Failure::Cancelled) => None,
        }
    }

    async fn left(&self) -> Result<(Vec<Container>, Vec<Removal>), docker::Error> {
        let engine = self.performer.engine();
        let cluster = &self.performer.desired().cluster;
        let selector = &self.performer.remover.selector;
        let found = docker::snapshot::list_labelled(engine, selector).await?;
        let Some(traces) = self.family.traces(cluster) else {
            return Ok((found, Vec::new()));
        };
        let networks = if self.owns_network {
            docker::ops::list_networks(engine, &traces.network).await?
        } else {
            Vec::new()
        };
        let volumes = docker::ops::list_volumes(engine, &traces.volumes).await?;
        let belongings = Belongings { networks, volumes };
        Ok((found, self.family.removals(cluster, &belongings)))
    }
}
