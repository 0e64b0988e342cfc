//! Carries out removals.

use std::sync::Arc;

use super::error::Error;
use crate::cluster::removal::Removal;
use crate::docker::{self, Engine};
use crate::exec::event::Outcome;
use crate::exec::run::StepContext;
use crate::talosconfig::Ours;
use crate::{kubeconfig, talosconfig};

/// What removals need.
#[derive(Debug)]
pub struct Remover {
    /// The Engine.
    pub engine: Engine,
    /// Label (`key=value`) of the cluster's containers.
    pub selector: String,
    /// Kubeconfig files to clean.
    pub kubeconfig: kubeconfig::Files,
    /// Talosconfig files to clean, where clusters have a context in them.
    pub talosconfig: Option<talosconfig::Files>,
    /// Names of the cluster's entries in them.
    pub names: kubeconfig::Names,
}

/// Carries out one removal.
pub async fn remove(
    remover: Arc<Remover>,
    op: Removal,
    _: StepContext,
) -> Result<Option<Outcome>, Error> {
    match op {
        Removal::RemoveContainer { id, .. } => {
            docker::ops::remove(&remover.engine, &id).await?;
            Ok(Some(Outcome::Done))
        }
        Removal::RemoveNetwork { id, .. } => {
            docker::ops::remove_network(&remover.engine, &id).await?;
            Ok(Some(Outcome::Done))
        }
        Removal::RemoveVolume { name } => {
            docker::ops::remove_volume(&remover.engine, &name).await?;
            Ok(Some(Outcome::Done))
        }
        Removal::RemoveTalosconfig { context } => {
            let Some(files) = &remover.talosconfig else {
                return Ok(Some(Outcome::Unchanged));
            };
            let changed = files.remove(Ours {
                name: &context,
                authority: None,
            });
            let changed = changed.await?;
            Ok(Some(done_if(!changed.is_empty())))
        }
        Removal::RemoveKubeconfig { names } => {
            let changed = remover.kubeconfig.remove(&names).await?;
            Ok(Some(done_if(!changed.is_empty())))
        }
    }
}

fn done_if(changed: bool) -> Outcome {
    if changed {
        Outcome::Done
    } else {
        Outcome::Unchanged
    }
}
